"""The turn in progress."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.model import AnswerSource, StageTimings, UtteranceId
from voicebot.dialogue.turn import Moments, OpenTurn, PhraseState
from voicebot.turns.playback import HeardPhrase

U1, U2 = UtteranceId("u1"), UtteranceId("u2")
TEXTS = ("One two three.", "Four five six.")


def a_turn() -> OpenTurn:
    return OpenTurn(3, started_s=10.0, utterances={U1: "Where", U2: "are you?"})


def speaking() -> OpenTurn:
    turn = a_turn()
    for text in TEXTS:
        turn.add_phrase(text, 11.0)
    return turn


def test_utterances_are_joined_in_the_order_they_were_spoken() -> None:
    turn = OpenTurn(0, 0.0)
    turn.utterances[U1] = None
    turn.utterances[U2] = None
    turn.utterances[U2] = "are you?"
    assert turn.heard == "are you?"
    assert (turn.awaits(U1), turn.awaits(U2)) == (True, False)
    before = turn.is_transcribed
    turn.utterances[U1] = "Where"
    assert turn.heard == "Where are you?"
    assert (before, turn.is_transcribed) == (False, True)
    assert not turn.awaits(UtteranceId("u9"))


def test_a_turn_is_over_when_all_was_heard_and_nothing_is_awaited() -> None:
    turn = speaking()
    stages = [turn.is_over]
    for phrase in turn.phrases:
        phrase.state = PhraseState.PLAYED
        stages.append(turn.is_over)
    turn.await_reply()
    stages.append(turn.is_over)
    assert stages == [False, False, True, False]


@pytest.mark.parametrize(
    ("state", "is_audible", "is_over"),
    [
        (PhraseState.ASKED, False, False),
        (PhraseState.AUDIBLE, True, False),
        (PhraseState.PLAYED, True, True),
        (PhraseState.CUT, False, True),
        (PhraseState.FAILED, False, True),
    ],
)
def test_the_state_of_its_phrases_tells_where_a_turn_stands(
    state: PhraseState, is_audible: bool, is_over: bool
) -> None:
    turn = a_turn()
    turn.add_phrase("Hello.", 0.0).state = state
    assert turn.is_audible == is_audible
    assert turn.is_over == is_over


def test_ids_of_an_abandoned_attempt_match_nothing_later() -> None:
    turn = a_turn()
    first_reply, first_phrase = turn.await_reply(), turn.add_phrase("Hello.", 0.0).phrase_id
    turn.start_over()
    assert turn.phrase(first_phrase) is None
    assert turn.await_reply() != first_reply
    assert turn.add_phrase("Hello.", 0.0).phrase_id != first_phrase


def test_starting_over_keeps_what_the_caller_said_and_nothing_else() -> None:
    turn = speaking()
    turn.source, turn.fact_id = AnswerSource.FACT, "address"
    turn.start_over()
    assert turn.heard == "Where are you?"
    assert turn == OpenTurn(3, 10.0, utterances=turn.utterances, attempts=1)


def test_cutting_keeps_what_was_heard_of_each_phrase() -> None:
    turn = speaking()
    turn.phrases[0].state, turn.phrases[0].heard = PhraseState.PLAYED, TEXTS[0]
    turn.cut((HeardPhrase(turn.phrases[1].phrase_id, 700, 1000),))
    assert turn.said_heard == "One two three. Four five"
    assert turn.phrases[1].state is PhraseState.CUT
    assert turn.is_over


def test_cutting_without_news_takes_nothing_as_heard() -> None:
    turn = speaking()
    turn.cut()
    assert turn.said_heard == ""
    assert turn.said == "One two three. Four five six."


def test_a_phrase_cut_while_still_being_made_is_not_taken_as_heard_whole() -> None:
    turn = speaking()
    turn.cut((HeardPhrase(turn.phrases[0].phrase_id, 700, 700, is_complete=False),))
    assert turn.said_heard == "One two"


@given(st.lists(st.floats(0, 2), min_size=5, max_size=5), st.integers(0, 2_000))
def test_the_stages_of_a_turn_add_up(steps_s: list[float], silence_ms: int) -> None:
    t = 10.0
    moments = Moments(speech_ended_s=t, silence_ms=silence_ms, was_generated=True)
    moments.transcribed_s = t = t + steps_s[0]
    moments.retrieved_s = t = t + steps_s[1]
    moments.phrase_known_s = t = t + steps_s[2]
    moments.audible_s = t + steps_s[3]
    timings = OpenTurn(1, 9.0, moments=moments).timings()
    parts = (timings.recognition_ms, timings.retrieval_ms, timings.first_phrase_ms)
    total_s = sum(steps_s[:4])
    assert timings.total_ms == pytest.approx(silence_ms + total_s * 1000, abs=1)
    assert sum(part for part in parts if part is not None) == pytest.approx(
        sum(steps_s[:3]) * 1000, abs=3
    )


def test_a_stage_that_did_not_run_has_no_time() -> None:
    assert OpenTurn(0, 0.0).timings() == StageTimings()
    known = Moments(speech_ended_s=1.0, silence_ms=480, retrieved_s=1.2, phrase_known_s=1.3)
    assert OpenTurn(0, 0.0, moments=known).timings() == StageTimings(endpointing_ms=480)


def test_the_record_of_a_turn_tells_when_it_began() -> None:
    began = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    turn = speaking()
    turn.is_interrupted = True
    turn.cut()
    record = turn.record(began)
    assert record.started_at == began + timedelta(seconds=10)
    assert (record.number, record.heard, record.was_interrupted) == (3, "Where are you?", True)
    assert (record.said, record.said_heard) == (" ".join(TEXTS), "")
