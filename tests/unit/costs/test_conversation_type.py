import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.model import Outcome
from voicebot.costs.conversation_type import Answered, ConversationType, is_resolved, type_of

RESOLVED = {
    ConversationType.FACTS,
    ConversationType.KEPT_ANSWERS,
    ConversationType.MODEL,
    ConversationType.SHORT,
}


@given(st.sampled_from(Outcome), st.sampled_from(Answered))
def test_every_call_has_one_type_which_tells_whether_it_was_resolved(
    outcome: Outcome, answered: Answered
) -> None:
    assert (type_of(outcome, answered) in RESOLVED) == is_resolved(outcome)


@pytest.mark.parametrize("answered", Answered)
def test_what_is_left_to_do_counts_before_what_was_said(answered: Answered) -> None:
    assert type_of(Outcome.MESSAGE_TAKEN, answered) is ConversationType.MESSAGE
    assert type_of(Outcome.TRANSFERRED, answered) is ConversationType.TRANSFERRED


def test_who_went_without_a_word_is_told_apart() -> None:
    assert type_of(Outcome.ABANDONED, Answered.NOT) is ConversationType.GAVE_UP_UNHEARD
    assert type_of(Outcome.ABANDONED, Answered.SCRIPT) is ConversationType.GAVE_UP
    assert type_of(Outcome.RESOLVED, Answered.FACT) is ConversationType.FACTS
    assert type_of(Outcome.RESOLVED, Answered.KEPT) is ConversationType.KEPT_ANSWERS


def test_every_type_can_be_reached() -> None:
    assert {type_of(o, a) for o in Outcome for a in Answered} == set(ConversationType)
