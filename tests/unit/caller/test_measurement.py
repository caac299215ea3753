import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.caller.signals import line
from voicebot.caller.measurement import (
    MeasuredTurn,
    Recording,
    Spoken,
    clock_origin_s,
    measure,
)
from voicebot.caller.sound import Span

# Sounds are found in windows of 10 ms, at both ends of what is measured.
NEAR_MS = 20


def conversation(
    heard: list[Span],
    said: list[Span],
    length_ms: int,
    missing: tuple[Span, ...] = (),
    noise_dbfs: float = -90.0,
) -> tuple[MeasuredTurn, ...]:
    spoken = tuple(
        # An utterance's audio has silence around its words.
        Spoken(f"utterance {i}", Span(span.start_ms - 60, span.end_ms + 150))
        for i, span in enumerate(said)
    )
    return measure(
        Recording(
            said=line(length_ms, said, seed=2),
            heard=line(length_ms, heard, noise_dbfs),
            spoken=spoken,
            missing=missing,
        )
    )


def test_the_greeting_is_turn_zero() -> None:
    (greeting,) = conversation([Span(400, 2_000)], [], 4_000)
    assert greeting.number == 0
    assert greeting.said == ""
    assert greeting.voice_to_voice_ms is None
    assert greeting.answer == Span(400, 2_000)
    assert greeting.dead_air_ms == 400


def test_voice_to_voice_is_from_the_last_word_to_the_first_sound_of_the_answer() -> None:
    _, turn = conversation(
        [Span(200, 1_500), Span(4_650, 6_000)], [Span(2_500, 4_000)], 8_000, noise_dbfs=-55.0
    )
    assert turn.said == "utterance 0"
    assert turn.voice_to_voice_ms == pytest.approx(650, abs=NEAR_MS)
    assert turn.dead_air_ms == pytest.approx(650, abs=NEAR_MS)


def test_pauses_of_an_answer_are_dead_air_and_part_it_into_stretches() -> None:
    _, turn = conversation(
        [Span(200, 1_000), Span(3_500, 4_000), Span(4_800, 5_500)], [Span(2_000, 3_000)], 8_000
    )
    assert [s.length_ms for s in turn.stretches] == [
        pytest.approx(500, abs=NEAR_MS),
        pytest.approx(700, abs=NEAR_MS),
    ]
    assert turn.longest_pause_ms == pytest.approx(800, abs=NEAR_MS)
    assert turn.dead_air_ms == pytest.approx(1_300, abs=NEAR_MS)


def test_a_turn_without_an_answer_is_dead_air_until_the_caller_goes_on() -> None:
    _, unanswered, last = conversation(
        [Span(200, 1_000), Span(8_000, 9_000)], [Span(2_000, 3_000), Span(6_000, 7_500)], 10_000
    )
    assert unanswered.answer is None
    assert unanswered.voice_to_voice_ms is None
    assert unanswered.dead_air_ms == pytest.approx(3_000, abs=NEAR_MS)
    assert last.voice_to_voice_ms == pytest.approx(500, abs=NEAR_MS)


def test_a_barge_in_is_measured_from_the_callers_first_sound_to_the_agents_last() -> None:
    _, first, second = conversation(
        [Span(200, 1_000), Span(3_500, 5_240), Span(7_000, 8_000)],
        [Span(2_000, 3_000), Span(5_000, 6_400)],
        9_000,
    )
    assert first.barge_in_ms is None
    assert second.barge_in_ms == pytest.approx(240, abs=NEAR_MS)
    assert first.answer is not None
    assert first.answer.end_ms == pytest.approx(5_240, abs=NEAR_MS)
    assert second.voice_to_voice_ms == pytest.approx(600, abs=NEAR_MS)


def test_an_agent_that_only_draws_breath_has_not_been_interrupted() -> None:
    _, first, second = conversation(
        [Span(200, 1_000), Span(3_500, 5_240), Span(5_700, 6_100), Span(7_000, 8_000)],
        [Span(2_000, 3_000), Span(5_000, 6_400)],
        9_000,
    )
    assert first.answer is not None
    assert first.answer.end_ms == pytest.approx(6_100, abs=NEAR_MS)
    assert second.barge_in_ms == pytest.approx(1_100, abs=NEAR_MS)
    assert second.voice_to_voice_ms == pytest.approx(600, abs=NEAR_MS)


def test_an_agent_that_speaks_too_early_has_a_negative_latency() -> None:
    _, turn = conversation([Span(200, 1_000), Span(2_600, 4_500)], [Span(2_000, 3_000)], 6_000)
    assert turn.voice_to_voice_ms == pytest.approx(-400, abs=NEAR_MS)
    assert turn.dead_air_ms == 0


def test_a_back_channel_within_the_callers_words_is_no_answer() -> None:
    _, turn = conversation(
        [Span(200, 1_000), Span(2_300, 2_600), Span(4_800, 5_500)], [Span(2_000, 4_000)], 7_000
    )
    assert turn.voice_to_voice_ms == pytest.approx(800, abs=NEAR_MS)


def test_missing_packets_are_a_gap_only_within_an_answer_and_from_sixty_ms() -> None:
    _, turn = conversation(
        [Span(200, 1_000), Span(3_500, 4_000), Span(4_100, 5_500)],
        [Span(2_000, 3_000)],
        8_000,
        missing=(
            Span(1_200, 1_900),
            Span(3_700, 3_740),
            Span(4_000, 4_060),
            Span(4_060, 4_100),
            Span(6_000, 7_000),
        ),
    )
    assert turn.gaps == (Span(4_000, 4_100),)


def test_digits_have_no_sound_and_so_no_voice_to_voice() -> None:
    said = line(6_000, [])
    heard = line(6_000, [Span(200, 1_000), Span(3_500, 4_500)])
    _, turn = measure(Recording(said, heard, (Spoken("keys 12", Span(2_000, 2_400)),)))
    assert turn.utterance is None
    assert turn.voice_to_voice_ms is None
    assert turn.answer == Span(3_500, 4_500)
    assert turn.dead_air_ms == pytest.approx(1_100, abs=NEAR_MS)


def test_the_clock_begins_where_the_most_punctual_frame_says() -> None:
    punctual = [50.0 + 0.02 * i for i in range(100)]
    late = [at + (0.015 if i % 7 else 0.0) for i, at in enumerate(punctual)]
    assert clock_origin_s(late) == pytest.approx(50.0)


@given(st.floats(0, 1e6), st.lists(st.floats(0, 0.1), min_size=1, max_size=80))
def test_no_frame_arrives_before_the_clock_says(origin_s: float, delays_s: list[float]) -> None:
    arrivals = [origin_s + 0.02 * i + delay for i, delay in enumerate(delays_s)]
    found = clock_origin_s(arrivals)
    assert found >= origin_s - 1e-6
    assert all(at >= found + 0.02 * i - 1e-6 for i, at in enumerate(arrivals[:50]))


lengths = st.integers(30, 150).map(lambda n: n * 10)
exchanges = st.lists(
    st.tuples(lengths, st.integers(30, 200).map(lambda n: n * 10), lengths), min_size=1, max_size=4
)


@settings(max_examples=40, deadline=None)
@given(exchanges, st.sampled_from([-90.0, -65.0, -55.0, -48.0]))
def test_every_latency_is_found_whatever_the_conversation(
    turns: list[tuple[int, int, int]], noise_dbfs: float
) -> None:
    heard, said, at = [Span(300, 1_300)], [], 2_300
    for utterance_ms, latency_ms, answer_ms in turns:
        said.append(Span(at, at + utterance_ms))
        answer_at = at + utterance_ms + latency_ms
        heard.append(Span(answer_at, answer_at + answer_ms))
        at = answer_at + answer_ms + 900
    measured = conversation(heard, said, at, noise_dbfs=noise_dbfs)
    assert len(measured) == len(turns) + 1
    for turn, (_, latency_ms, answer_ms) in zip(measured[1:], turns, strict=True):
        assert turn.voice_to_voice_ms == pytest.approx(latency_ms, abs=NEAR_MS)
        assert turn.answer is not None
        assert turn.answer.length_ms == pytest.approx(answer_ms, abs=NEAR_MS)
        assert turn.barge_in_ms is None
        assert turn.gaps == ()
