"""When is a transcript believed?"""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workers.stt.trust import (
    Judgement,
    Reading,
    Reason,
    Verdict,
    has_voice,
    judge,
    max_tokens,
    repetitions,
)

VOICE = 0.9
words = st.lists(st.sampled_from(["yes", "no", "bike", "nine", "five"]), max_size=12)
readings = st.builds(
    Reading,
    text=st.text(max_size=40) | words.map(" ".join),
    log_probability=st.floats(-5, 0),
    no_speech_probability=st.floats(0, 1),
    compression_ratio=st.floats(0, 10),
    is_cut=st.booleans(),
    is_full_window=st.booleans(),
)


def reading(
    text: str,
    *,
    log_probability: float = -0.3,
    no_speech_probability: float = 0.1,
    compression_ratio: float = 0.8,
    is_cut: bool = False,
    is_full_window: bool = False,
) -> Reading:
    return Reading(
        text,
        log_probability,
        no_speech_probability,
        compression_ratio,
        is_cut,
        is_full_window,
    )


def verdict(read: Reading, voice: float = VOICE, duration_ms: int = 3_000) -> Judgement:
    return judge(read, voice, duration_ms)


def test_a_plausible_sentence_is_trusted_at_once() -> None:
    assert verdict(reading("When are you open?")) == Judgement(Verdict.TRUST, Reason.PLAUSIBLE)


@pytest.mark.parametrize(
    ("doubtful", "reason"),
    [
        (reading("Please try again.", is_cut=True), Reason.RUNAWAY),
        (reading(" ".join(["word"] * 40)), Reason.RUNAWAY),
        (reading("Nine. Nine."), Reason.REPETITION),
        (reading("Please try again. Please try again."), Reason.REPETITION),
        (reading("So and so and on", compression_ratio=2.5), Reason.REPETITION),
        (reading("Agent-Lod-Daf", log_probability=-1.35), Reason.UNLIKELY),
        (reading("You know it.", no_speech_probability=0.68), Reason.UNLIKELY),
        (reading("My number is 555-1234."), Reason.DIGITS),
    ],
)
def test_a_doubtful_short_window_is_heard_again(doubtful: Reading, reason: Reason) -> None:
    assert verdict(doubtful) == Judgement(Verdict.HEAR_AGAIN, reason)


def test_a_time_or_a_price_is_no_number_to_hear_again() -> None:
    assert verdict(reading("At 10:30, please.")).verdict is Verdict.HEAR_AGAIN
    assert verdict(reading("At 10, please.")).verdict is Verdict.TRUST


@pytest.mark.parametrize("text", ["", ".", ". . .", "...", "♪"])
@pytest.mark.parametrize("is_full_window", [False, True])
def test_a_text_without_words_is_silence(text: str, is_full_window: bool) -> None:
    judgement = verdict(reading(text, is_full_window=is_full_window))
    assert judgement == Judgement(Verdict.NOTHING_SAID, Reason.NO_WORDS)


def test_words_that_nobody_s_voice_said_are_silence() -> None:
    invented = reading(
        "Thank you.", log_probability=-1.4, no_speech_probability=0.9, is_full_window=True
    )
    assert verdict(invented, voice=0.2).verdict is Verdict.NOTHING_SAID
    assert verdict(invented, voice=0.9).verdict is Verdict.TRUST


def test_what_repeats_itself_in_the_full_window_too_is_dropped() -> None:
    looped = reading("no no no no", is_full_window=True)
    assert verdict(looped).verdict is Verdict.NOTHING_SAID


def test_a_doubtful_full_window_is_the_best_there_is() -> None:
    unsure = reading("Comma", log_probability=-1.5, is_full_window=True)
    assert verdict(unsure) == Judgement(Verdict.TRUST, Reason.UNLIKELY)


@given(readings, st.floats(0, 1), st.integers(0, 60_000))
def test_no_utterance_is_heard_a_third_time(read: Reading, voice: float, duration_ms: int) -> None:
    if read.is_full_window:
        assert judge(read, voice, duration_ms).verdict is not Verdict.HEAR_AGAIN


@given(readings, st.floats(0, 1), st.integers(0, 60_000))
@example(reading("_"), 0.9, 1_000)
def test_nothing_without_a_word_is_ever_trusted(
    read: Reading, voice: float, duration_ms: int
) -> None:
    if judge(read, voice, duration_ms).verdict is Verdict.TRUST:
        assert any(character.isalnum() for character in read.text)


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("", 0),
        ("yes", 1),
        ("nine nine", 2),
        ("five five five", 3),
        ("try again try again", 2),
        ("try again try again try", 2),
        ("try again try", 1),
        ("yes yes no", 1),
    ],
)
def test_repetitions_are_counted(said: str, count: int) -> None:
    assert repetitions(said.split()) == count


@given(words.filter(bool), st.integers(2, 5))
def test_a_repeated_text_is_always_found_out(said: list[str], times: int) -> None:
    assert repetitions(said * times) >= times


@given(st.integers(0, 30_000), st.integers(0, 30_000))
def test_longer_speech_may_have_more_tokens(one_ms: int, other_ms: int) -> None:
    low, high = sorted((one_ms, other_ms))
    assert max_tokens(low) <= max_tokens(high)


def test_noise_is_no_voice_and_a_hissed_letter_is() -> None:
    assert not has_voice(0.13)
    assert has_voice(0.17)
