"""Cut-ins on pauses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.caller.pauses import Pause, PausedSentence
from voicebot.caller.sound import Span
from voicebot.caller.turn_figures import HeardPause, HeardSentence, heard_sentence, turn_figures

PLAYED_AT_MS = 5_000
SENTENCE = PausedSentence(
    name="one",
    text="Press one and then press two now",
    samples=np.zeros(8 * 3_060, np.int16),
    voice=Span(60, 3_000),
    pauses=(
        Pause("Press one", Span(500, 800), is_natural=False),
        Pause("Press one and then press two", Span(1_500, 2_200), is_natural=True),
    ),
)


def hear(*onsets_ms: int) -> HeardSentence:
    heard = [Span(PLAYED_AT_MS + onset, PLAYED_AT_MS + onset + 400) for onset in onsets_ms]
    return heard_sentence(SENTENCE, PLAYED_AT_MS, heard)


def test_an_answer_after_the_end_is_no_cut_in() -> None:
    heard = hear(3_450)
    assert [pause.is_cut_in for pause in heard.pauses] == [False, False]
    assert heard.dead_air_ms == 450


@pytest.mark.parametrize("onset_ms", [750, 1_200])
def test_the_pause_before_it_was_taken_for_the_end(onset_ms: int) -> None:
    heard = hear(onset_ms, 3_500)
    assert [pause.is_cut_in for pause in heard.pauses] == [True]
    assert heard.dead_air_ms is None


def test_a_later_pause_is_told_from_the_first() -> None:
    assert [pause.is_cut_in for pause in hear(2_300).pauses] == [False, True]


def test_what_the_agent_had_begun_before_belongs_to_no_pause() -> None:
    heard = hear(100)
    assert heard.is_cut_elsewhere
    assert heard.pauses == ()
    before = Span(PLAYED_AT_MS - 300, PLAYED_AT_MS + 200)
    assert not heard_sentence(SENTENCE, PLAYED_AT_MS, [before]).is_cut_elsewhere


def test_a_caller_without_an_answer_is_counted() -> None:
    assert turn_figures([hear()]).unanswered == 1
    assert turn_figures([hear(750)]).unanswered == 0


pauses = st.builds(
    HeardPause,
    sentence=st.just("one"),
    before=st.just(""),
    length_ms=st.integers(60, 1_500),
    is_natural=st.booleans(),
    is_cut_in=st.booleans(),
)


@given(st.lists(pauses, max_size=20))
def test_every_pause_is_in_one_class_of_lengths(those: list[HeardPause]) -> None:
    figures = turn_figures([HeardSentence("one", tuple(those), False, None)])
    assert sum(one.pauses for one in figures.by_length.values()) == len(those)
    assert sum(one.cut_ins for one in figures.by_length.values()) == sum(
        one.is_cut_in for one in those
    )
    assert figures.is_met == (
        figures.short.pauses > 0 and figures.short.cut_ins <= 0.03 * figures.short.pauses + 0.01
    ) or figures.short.percent == pytest.approx(3.0, abs=0.1)
