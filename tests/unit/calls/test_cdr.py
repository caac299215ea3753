"""How a call ended for its caller."""

from dataclasses import replace

import pytest

from tests.fakes.sample_calls import a_turn
from voicebot.calls.cdr import outcome_of
from voicebot.calls.model import AnswerSource, Outcome, TurnRecord
from voicebot.dialogue.conversation_state import ConversationState

ANSWERED = a_turn(1)
GREETING = replace(a_turn(0), heard="", source=AnswerSource.SCRIPT, fact_id=None)
NOT_KNOWN = replace(a_turn(2), source=AnswerSource.SCRIPT, fact_id=None)
UNHEARD = replace(a_turn(3), said_heard="")


@pytest.mark.parametrize(
    ("turns", "outcome"),
    [
        ([], Outcome.ABANDONED),
        ([GREETING], Outcome.ABANDONED),
        ([GREETING, NOT_KNOWN], Outcome.ABANDONED),
        ([GREETING, UNHEARD], Outcome.ABANDONED),
        ([GREETING, ANSWERED], Outcome.RESOLVED),
        ([GREETING, replace(ANSWERED, source=AnswerSource.MODEL)], Outcome.RESOLVED),
        # The rest of an answer that a noise had cut short.
        ([GREETING, UNHEARD, replace(ANSWERED, heard="")], Outcome.RESOLVED),
    ],
)
def test_a_call_is_resolved_once_an_answer_was_heard(
    turns: list[TurnRecord], outcome: Outcome
) -> None:
    assert outcome_of(ConversationState(records=turns), [], was_broken=False) is outcome


def test_a_caller_who_took_leave_is_content() -> None:
    state = ConversationState(records=[GREETING], caller_took_leave=True)
    assert outcome_of(state, [], was_broken=False) is Outcome.RESOLVED


@pytest.mark.parametrize("took_leave", [True, False])
def test_a_call_handed_over_because_something_broke_has_failed(took_leave: bool) -> None:
    state = ConversationState(records=[GREETING, ANSWERED], caller_took_leave=took_leave)
    assert outcome_of(state, [], was_broken=True) is Outcome.FAILED
