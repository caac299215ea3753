from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.sample_business import a_business
from tests.fakes.sample_calls import NOON, a_record, a_transfer, a_turn
from voicebot.calls.model import CallRecord, HandledBy, Outcome, TransferResult
from voicebot.calls.salvage import salvaged
from voicebot.calls.session import CallContext, dump_context, load_context
from voicebot.calls.transitions import CallState
from voicebot.dialogue.conversation_state import ConversationState

ENDED_AT = NOON + timedelta(minutes=1)


def a_context(state: CallState = CallState.TALKING, *, took_leave: bool = False) -> CallContext:
    """As an agent saved it after two turns, half a minute into the call."""
    return CallContext(
        facts=a_record().facts,
        agent="agent-1",
        started_at=NOON,
        state=state,
        taken_s=30.0,
        answered_s=1.0,
        is_recorded=True,
        conversation=ConversationState(
            next_number=2, records=[a_turn(0), a_turn(1)], caller_took_leave=took_leave
        ),
    )


def a_stub(
    handled_by: HandledBy = HandledBy.AGENT, *, voicemail: str | None = None, transfers: int = 0
) -> CallRecord:
    record = a_record(
        turns=0,
        transfers=transfers,
        agent="",
        handled_by=handled_by,
        outcome=Outcome.FAILED,
        ended_at=ENDED_AT,
        voicemail=voicemail,
    )
    return replace(record, business="", hangup_cause=31)


def salvage(context: CallContext, stub: CallRecord) -> CallRecord:
    return salvaged(context, stub, a_business())


def test_every_word_up_to_the_agents_last_step_is_on_record() -> None:
    record = salvage(a_context(), a_stub())
    assert record.turns == (a_turn(0), a_turn(1))
    assert (record.business, record.agent) == ("Lakeside Bikes", "agent-1")
    assert record.facts == a_record().facts
    assert record.recording_caller == "asterisk/spool/monitor/node1-1.1-caller.wav"


def test_when_and_how_the_call_ended_is_asterisks_word() -> None:
    record = salvage(a_context(), a_stub(HandledBy.DIALPLAN, voicemail="asterisk/spool/v.wav"))
    assert (record.ended_at, record.hangup_cause) == (ENDED_AT, 31)
    assert (record.handled_by, record.voicemail) == (HandledBy.DIALPLAN, "asterisk/spool/v.wav")
    assert record.outcome is Outcome.MESSAGE_TAKEN
    assert record.answered_at == NOON + timedelta(seconds=1)


@pytest.mark.parametrize("handled_by", [HandledBy.AGENT, HandledBy.DIALPLAN])
def test_a_call_whose_agent_died_under_the_conversation_has_failed(handled_by: HandledBy) -> None:
    assert salvage(a_context(), a_stub(handled_by)).outcome is Outcome.FAILED


def test_a_caller_who_had_taken_leave_met_no_failure() -> None:
    assert salvage(a_context(took_leave=True), a_stub()).outcome is Outcome.RESOLVED


def test_an_operator_who_took_the_call_when_the_agent_was_dead_is_on_record() -> None:
    context = a_context(CallState.TALKING)
    context.transfers = [replace(a_transfer(), result=TransferResult.ABANDONED, operator="")]
    record = salvage(context, a_stub(HandledBy.OPERATOR, transfers=1))
    assert record.outcome is Outcome.TRANSFERRED
    (transfer,) = record.transfers
    assert (transfer.result, transfer.operator) == (TransferResult.CONNECTED, "anna")
    assert transfer.summary == "Her bike squeaks."


def test_a_talk_with_an_operator_ends_when_asterisk_says_so() -> None:
    context = a_context(CallState.WITH_OPERATOR)
    context.transfers = [replace(a_transfer(), ended_at=None)]
    stub = a_stub(HandledBy.OPERATOR, transfers=1)
    (transfer,) = salvage(context, stub).transfers
    assert transfer.ended_at == stub.transfers[0].ended_at
    assert transfer.connected_at == a_transfer().connected_at


def test_an_operator_whom_the_dialplan_found_by_itself_is_on_record() -> None:
    record = salvage(a_context(), a_stub(HandledBy.OPERATOR, transfers=1))
    assert [transfer.operator for transfer in record.transfers] == ["anna"]


@given(st.sampled_from(CallState), st.sampled_from(HandledBy), st.booleans())
def test_a_context_saved_in_any_state_makes_a_whole_record(
    state: CallState, handled_by: HandledBy, took_leave: bool
) -> None:
    saved = load_context(dump_context(a_context(state, took_leave=took_leave)))
    stub = a_stub(handled_by)
    record = salvage(saved, stub)
    assert record.turns == (a_turn(0), a_turn(1))
    assert (record.ended_at, record.handled_by) == (stub.ended_at, stub.handled_by)


@given(st.timedeltas(-timedelta(days=40), timedelta(days=40)))
def test_wherever_the_clock_was_set_in_mid_call_it_is_answered_while_it_lasts(
    jump: timedelta,
) -> None:
    context = a_context(CallState.TALKING)
    context.answered_s = None
    at = ENDED_AT + jump
    stub = replace(a_stub(), started_at=at, answered_at=at, ended_at=at)
    record = salvage(context, stub)
    assert record.answered_at is not None
    assert record.started_at <= record.answered_at <= record.ended_at
