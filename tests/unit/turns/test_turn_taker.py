"""When the caller has begun, and when the caller has finished."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.turns.turn_taker import (
    Change,
    SpeechEnd,
    SpeechLasts,
    SpeechOnset,
    SpeechPause,
    SpeechResumed,
    TurnRules,
    TurnTaker,
)

FRAME_MS = 20
RULES = TurnRules()
SPEECH, QUIET = True, False


def changes_in(
    taker: TurnTaker, frames: list[bool], *, agent_is_speaking: bool = False
) -> list[Change]:
    changes = [
        taker.receive(FRAME_MS, is_speech, agent_is_speaking=agent_is_speaking)
        for is_speech in frames
    ]
    return [change for change in changes if change is not None]


def run(
    taker: TurnTaker, frames: list[bool], *, agent_is_speaking: bool = False
) -> list[SpeechOnset | SpeechEnd]:
    """Where turns begin and end: pauses within have tests of their own."""
    changes = changes_in(taker, frames, agent_is_speaking=agent_is_speaking)
    return [change for change in changes if isinstance(change, SpeechOnset | SpeechEnd)]


def lasting(ms: int, is_speech: bool) -> list[bool]:
    return [is_speech] * (ms // FRAME_MS)


def a_speaking_caller() -> TurnTaker:
    taker = TurnTaker()
    (onset,) = run(taker, lasting(RULES.onset_speech_ms, SPEECH))
    assert isinstance(onset, SpeechOnset)
    return taker


def test_a_short_word_begins_a_turn() -> None:
    taker = TurnTaker()
    assert run(taker, lasting(80, SPEECH)) == [SpeechOnset(ago_ms=80)]
    assert taker.caller_is_speaking


def test_the_onset_lies_before_a_gap_in_the_word() -> None:
    frames = [SPEECH, SPEECH, QUIET, QUIET, SPEECH, SPEECH]
    assert run(TurnTaker(), frames) == [SpeechOnset(ago_ms=120)]


@pytest.mark.parametrize("agent_is_speaking", [True, False])
def test_one_noisy_frame_begins_nothing(agent_is_speaking: bool) -> None:
    frames = [QUIET, SPEECH, QUIET, QUIET, QUIET, QUIET, QUIET] * 20
    assert run(TurnTaker(), frames, agent_is_speaking=agent_is_speaking) == []


def test_a_turn_begins_on_speech_and_never_on_silence() -> None:
    taker = TurnTaker()
    assert run(taker, lasting(60, SPEECH) + lasting(60, QUIET)) == []


def test_a_click_that_begins_a_turn_in_silence_is_nothing_to_an_agent_who_speaks() -> None:
    click = lasting(80, SPEECH) + lasting(400, QUIET)
    assert run(TurnTaker(), click, agent_is_speaking=True) == []
    assert isinstance(run(TurnTaker(), click)[0], SpeechOnset)


def over_the_agent(taker: TurnTaker, spoken: bool, is_voice: bool, length_ms: int) -> list[Change]:
    frames = [
        taker.receive(FRAME_MS, spoken, agent_is_speaking=True, is_voice=is_voice)
        for _ in range(length_ms // FRAME_MS)
    ]
    return [change for change in frames if change is not None]


def test_what_is_no_voice_is_nothing_to_an_agent_who_speaks() -> None:
    assert over_the_agent(TurnTaker(), True, False, 2_000) == []


def test_speech_counts_from_its_onset_once_it_is_known_for_a_voice() -> None:
    taker = TurnTaker()
    over_the_agent(taker, True, False, 80)
    assert over_the_agent(taker, True, True, 20) == [SpeechOnset(100)]


def test_a_voice_that_becomes_a_noise_has_paused() -> None:
    taker = TurnTaker()
    over_the_agent(taker, True, True, 300)
    changes = over_the_agent(taker, True, False, RULES.end_silence_ms)
    assert [type(change) for change in changes] == [SpeechPause, SpeechEnd]


def test_speech_over_the_agent_is_told_of_while_it_lasts() -> None:
    changes = over_the_agent(TurnTaker(), True, True, 3_000)
    assert [c.speech_ms for c in changes if isinstance(c, SpeechLasts)] == [400, 1_000]


def test_speech_has_the_agent_pause_within_100_ms() -> None:
    frames = lasting(100, SPEECH)
    assert isinstance(run(TurnTaker(), frames, agent_is_speaking=True)[0], SpeechOnset)


def test_a_pause_shorter_than_the_limit_keeps_the_turn() -> None:
    taker = a_speaking_caller()
    pause = lasting(RULES.end_silence_ms - FRAME_MS, QUIET)
    word = lasting(RULES.resumed_speech_ms, SPEECH)
    assert run(taker, [*pause, *word] * 5) == []
    assert taker.caller_is_speaking


@pytest.mark.parametrize("click_ms", [20, 40])
def test_clicks_on_the_line_do_not_hold_a_turn_open(click_ms: int) -> None:
    taker = a_speaking_caller()
    clicks = (lasting(100, QUIET) + lasting(click_ms, SPEECH)) * 10
    end = run(taker, clicks)[0]
    assert isinstance(end, SpeechEnd)
    assert end.speech_ms == RULES.onset_speech_ms
    assert RULES.end_silence_ms <= end.silence_ms < RULES.end_silence_ms + RULES.resumed_speech_ms


def test_a_word_that_begins_as_the_silence_is_long_enough_goes_on() -> None:
    """Whether a noise is a click is known only when it ends, or has lasted."""
    taker = a_speaking_caller()
    assert run(taker, lasting(460, QUIET) + lasting(60, SPEECH)) == []
    assert taker.caller_is_speaking
    assert run(taker, lasting(480, QUIET)) == [SpeechEnd(speech_ms=600, silence_ms=480)]


def test_a_turn_ends_after_the_silence_and_tells_both_lengths() -> None:
    taker = a_speaking_caller()
    changes = run(taker, lasting(400, SPEECH) + lasting(480, QUIET))
    assert changes == [SpeechEnd(speech_ms=480, silence_ms=480)]
    assert not taker.caller_is_speaking


def test_a_monologue_is_cut_into_pieces() -> None:
    taker = a_speaking_caller()
    changes = run(taker, lasting(60_000, SPEECH))
    assert [type(change) for change in changes[:3]] == [SpeechEnd, SpeechOnset, SpeechEnd]
    first = changes[0]
    assert isinstance(first, SpeechEnd)
    assert (first.speech_ms, first.silence_ms) == (RULES.longest_utterance_ms, 0)


def test_a_pause_is_told_once_and_so_is_that_the_caller_goes_on() -> None:
    taker = a_speaking_caller()
    pause = lasting(RULES.end_silence_ms - FRAME_MS, QUIET)
    word = lasting(200, SPEECH)
    said = SpeechPause(RULES.onset_speech_ms, RULES.pause_silence_ms)
    assert changes_in(taker, pause) == [said]
    assert changes_in(taker, word) == [SpeechResumed()]
    assert [type(change) for change in changes_in(taker, pause)] == [SpeechPause]


def test_a_gap_between_words_is_no_pause() -> None:
    taker = a_speaking_caller()
    gap = lasting(RULES.pause_silence_ms - FRAME_MS, QUIET)
    assert changes_in(taker, [*gap, *lasting(200, SPEECH)] * 5) == []


def test_a_turn_may_end_with_the_pause_itself() -> None:
    taker = a_speaking_caller()
    end_ms = RULES.pause_silence_ms
    changes = [
        taker.receive(FRAME_MS, QUIET, agent_is_speaking=False, end_silence_ms=end_ms)
        for _ in range(end_ms // FRAME_MS)
    ]
    assert changes[-1] == SpeechEnd(RULES.onset_speech_ms, end_ms)


def test_the_next_turn_begins_afresh() -> None:
    taker = a_speaking_caller()
    run(taker, lasting(480, QUIET))
    assert run(taker, lasting(60, SPEECH)) == []
    assert run(taker, [SPEECH]) == [SpeechOnset(ago_ms=80)]


def test_rules_can_be_set() -> None:
    taker = TurnTaker(TurnRules(onset_speech_ms=20, onset_window_ms=20, end_silence_ms=40))
    assert run(taker, [SPEECH, QUIET, QUIET]) == [SpeechOnset(20), SpeechEnd(20, 40)]
    patient = TurnTaker(TurnRules(resumed_speech_ms=20))
    pauses = [*lasting(460, QUIET), SPEECH] * 3
    assert run(patient, lasting(80, SPEECH) + pauses) == [SpeechOnset(80)]


frames_of_a_call = st.lists(
    st.tuples(st.sampled_from([10, 20, 30]), st.booleans(), st.booleans()), max_size=300
)


@given(frames_of_a_call)
def test_a_turn_never_ends_before_the_caller_has_spoken(
    frames: list[tuple[int, bool, bool]],
) -> None:
    taker, open_turn, pausing = TurnTaker(), False, False
    for frame_ms, is_speech, agent_is_speaking in frames:
        match taker.receive(frame_ms, is_speech, agent_is_speaking=agent_is_speaking):
            case SpeechOnset():
                assert not open_turn
                assert is_speech
                open_turn = True
            case SpeechPause(speech_ms, silence_ms):
                assert open_turn
                assert not pausing
                assert speech_ms > 0
                over_agent = agent_is_speaking and RULES.barge_in_pause_ms
                assert silence_ms >= (over_agent or RULES.pause_silence_ms)
                pausing = True
            case SpeechResumed():
                assert pausing
                pausing = False
            case SpeechEnd(speech_ms, silence_ms):
                assert open_turn
                assert speech_ms > 0
                assert silence_ms >= 0
                open_turn = pausing = False
        assert taker.caller_is_speaking == open_turn


@given(frames_of_a_call)
def test_every_turn_is_long_enough_to_be_one_and_short_enough_to_be_recognised(
    frames: list[tuple[int, bool, bool]],
) -> None:
    taker = TurnTaker(TurnRules(longest_utterance_ms=1_000))
    for frame_ms, is_speech, agent_is_speaking in frames:
        match taker.receive(frame_ms, is_speech, agent_is_speaking=agent_is_speaking):
            case SpeechOnset(ago_ms):
                window_ms = RULES.barge_in_window_ms if agent_is_speaking else RULES.onset_window_ms
                assert RULES.onset_speech_ms <= ago_ms <= window_ms
            case SpeechEnd(speech_ms, silence_ms):
                assert speech_ms + silence_ms < 1_000 + 30
                assert silence_ms >= RULES.end_silence_ms or speech_ms + silence_ms >= 1_000


stretches = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 2)), min_size=1, max_size=30).map(
    lambda pairs: [
        is_speech for quiet, click in pairs for is_speech in [QUIET] * quiet + [SPEECH] * click
    ]
)


@given(stretches)
def test_no_series_of_clicks_moves_the_end_of_a_turn_by_more_than_one_click(
    frames: list[bool],
) -> None:
    """Clicks of one or two frames, in any distance from each other, then silence."""
    taker = a_speaking_caller()
    end = run(taker, frames + lasting(RULES.end_silence_ms, QUIET))[0]
    assert isinstance(end, SpeechEnd)
    assert end.speech_ms == RULES.onset_speech_ms
    assert RULES.end_silence_ms <= end.silence_ms < RULES.end_silence_ms + RULES.resumed_speech_ms


@given(st.lists(st.tuples(st.integers(0, 23), st.integers(3, 20)), max_size=20))
def test_words_with_pauses_shorter_than_the_limit_are_one_turn(
    words: list[tuple[int, int]],
) -> None:
    taker = a_speaking_caller()
    for pause, word in words:
        assert run(taker, [QUIET] * pause + [SPEECH] * word) == []
    assert taker.caller_is_speaking


@given(frames_of_a_call)
def test_silence_ends_a_turn_only_while_it_is_silent(frames: list[tuple[int, bool, bool]]) -> None:
    taker = TurnTaker()
    for frame_ms, is_speech, agent_is_speaking in frames:
        change = taker.receive(frame_ms, is_speech, agent_is_speaking=agent_is_speaking)
        assert not (is_speech and isinstance(change, SpeechEnd)), "the calls here are short"


@given(st.lists(st.booleans(), max_size=60))
def test_an_agent_who_speaks_is_interrupted_no_sooner_than_a_silent_one(
    frames: list[bool],
) -> None:
    def first_onset(*, agent_is_speaking: bool) -> int | None:
        taker = TurnTaker()
        for place, is_speech in enumerate(frames):
            if taker.receive(FRAME_MS, is_speech, agent_is_speaking=agent_is_speaking):
                return place
        return None

    alone, over_speech = (first_onset(agent_is_speaking=value) for value in (False, True))
    if over_speech is not None:
        assert alone is not None
        assert alone <= over_speech


@given(st.lists(st.booleans(), max_size=120))
def test_only_media_time_counts(frames: list[bool]) -> None:
    """A frame of 20 ms is as good as two of 10: nothing but their lengths is counted."""
    whole, halved = TurnTaker(), TurnTaker()
    for is_speech in frames:
        change = whole.receive(20, is_speech, agent_is_speaking=False)
        halves = [halved.receive(10, is_speech, agent_is_speaking=False) for _ in range(2)]
        assert (change is None) == (halves == [None, None])
