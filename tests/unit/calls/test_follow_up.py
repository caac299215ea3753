from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.sample_business import a_business
from tests.fakes.sample_calls import NOON, a_record, a_transfer, records
from voicebot.calls.follow_up import (
    AGENT_PATIENCE,
    DIALPLAN_PATIENCE,
    FinishedCall,
    business_of,
    follow_up,
    is_due,
)
from voicebot.calls.model import (
    CallbackReason,
    CallbackRequest,
    CallRecord,
    Direction,
    HandledBy,
    Message,
    Outcome,
    TransferResult,
)

BUSINESSES = (a_business(dids=["+15550000"], name="Harbour Cafe"), a_business(dids=["100"]))
SERVED = (
    Outcome.RESOLVED,
    Outcome.MESSAGE_TAKEN,
    Outcome.TRANSFERRED,
    Outcome.CALLBACK_BOOKED,
)


def finished(
    record: CallRecord,
    *,
    is_stub: bool = False,
    has_message: bool = False,
    has_request: bool = False,
) -> FinishedCall:
    return FinishedCall(record, is_stub=is_stub, has_message=has_message, has_request=has_request)


def missed(**changes: object) -> CallRecord:
    """As the dialplan leaves it when nobody claimed the call."""
    record = a_record(turns=0, agent="", handled_by=HandledBy.DIALPLAN, outcome=Outcome.ABANDONED)
    return replace(record, business="", **changes)  # type: ignore[arg-type]


def reason_of(call: FinishedCall) -> CallbackReason | None:
    done = follow_up(call, BUSINESSES)
    assert not isinstance(done, Message)
    return None if done is None else done.reason


def test_a_caller_whom_nobody_served_is_to_be_rung_back() -> None:
    record = missed()
    assert follow_up(finished(record, is_stub=True), BUSINESSES) == CallbackRequest(
        call_id=record.facts.call_id,
        business="Lakeside Bikes",
        called_number="100",
        number="+15550100",
        reason=CallbackReason.MISSED,
        requested_at=record.ended_at,
    )


def test_a_voicemail_is_a_message_and_no_callback() -> None:
    record = missed(voicemail="asterisk/spool/voicemail/1.wav", outcome=Outcome.MESSAGE_TAKEN)
    done = follow_up(finished(record, is_stub=True), BUSINESSES)
    assert isinstance(done, Message)
    assert (done.business, done.taken_by) == ("Lakeside Bikes", HandledBy.DIALPLAN)
    assert (done.recording, done.text) == (record.voicemail, "")
    assert (done.caller_number, done.taken_at) == ("+15550100", record.ended_at)


def test_a_call_that_its_agent_lost_is_broken() -> None:
    stub = missed(handled_by=HandledBy.AGENT, outcome=Outcome.FAILED)
    left = missed(agent="agent-1", outcome=Outcome.FAILED)
    assert reason_of(finished(stub, is_stub=True)) is CallbackReason.BROKEN
    assert reason_of(finished(left)) is CallbackReason.BROKEN


def test_a_caller_who_left_the_line_for_nobody_was_missed() -> None:
    """Sent on to the voicemail, and said nothing there: nothing broke."""
    left = missed(agent="agent-1", handled_by=HandledBy.DIALPLAN)
    assert reason_of(finished(left)) is CallbackReason.MISSED


def test_a_caller_who_gave_up_before_the_answer_was_missed() -> None:
    record = missed(handled_by=HandledBy.AGENT, answered_at=None)
    assert reason_of(finished(record, is_stub=True)) is CallbackReason.MISSED
    assert reason_of(finished(record)) is CallbackReason.MISSED


def test_a_caller_who_rang_off_while_an_agent_was_there_is_left_alone() -> None:
    assert reason_of(finished(a_record(outcome=Outcome.ABANDONED))) is None


def test_a_caller_who_waited_in_vain_for_a_person_was_missed() -> None:
    waited = replace(a_transfer(), result=TransferResult.ABANDONED, operator="")
    record = replace(a_record(outcome=Outcome.ABANDONED), transfers=(waited,))
    assert reason_of(finished(record)) is CallbackReason.MISSED


@pytest.mark.parametrize("outcome", SERVED)
@pytest.mark.parametrize("handled_by", HandledBy)
def test_whoever_was_served_is_left_alone(outcome: Outcome, handled_by: HandledBy) -> None:
    assert reason_of(finished(a_record(outcome=outcome, handled_by=handled_by))) is None


def test_what_the_agent_wrote_down_or_promised_is_enough() -> None:
    broken = a_record(outcome=Outcome.FAILED)
    assert reason_of(finished(broken, has_message=True)) is None
    assert reason_of(finished(broken, has_request=True)) is None


@pytest.mark.parametrize("number", ["", "alice", "anonymous"])
def test_whose_number_is_not_known_cannot_be_rung_back(number: str) -> None:
    record = missed(facts=a_record(caller_number=number).facts)
    assert reason_of(finished(record, is_stub=True)) is None


def test_a_business_may_do_without_callbacks_but_never_loses_a_message() -> None:
    quiet = (a_business(dids=["100"], calls_back_missed=False),)
    assert follow_up(finished(missed(), is_stub=True), quiet) is None
    record = missed(voicemail="asterisk/spool/voicemail/1.wav")
    assert isinstance(follow_up(finished(record, is_stub=True), quiet), Message)


def test_a_business_is_found_by_its_number_with_or_without_the_plus() -> None:
    facts = replace(a_record().facts, called_number="15550000")
    found = business_of(replace(a_record(), facts=facts), BUSINESSES)
    assert found is BUSINESSES[0]


@given(records(), st.booleans(), st.booleans(), st.booleans())
def test_neither_probes_nor_strange_numbers_nor_our_own_calls_leave_anything_to_do(
    record: CallRecord, is_stub: bool, has_message: bool, has_request: bool
) -> None:
    call = FinishedCall(record, is_stub, has_message, has_request)
    done = follow_up(call, BUSINESSES)
    if record.facts.direction is not Direction.INBOUND or business_of(record, BUSINESSES) is None:
        assert done is None


@given(records(), st.booleans(), st.booleans(), st.booleans())
def test_a_voicemail_is_never_lost_and_never_makes_a_callback(
    record: CallRecord, is_stub: bool, has_message: bool, has_request: bool
) -> None:
    facts = replace(record.facts, called_number="100", direction=Direction.INBOUND)
    call = FinishedCall(replace(record, facts=facts), is_stub, has_message, has_request)
    done = follow_up(call, BUSINESSES)
    assert isinstance(done, Message) == (record.voicemail is not None)


def test_an_agents_own_record_is_followed_up_at_once() -> None:
    assert is_due(a_record(), NOON, NOON, is_stub=False)


@pytest.mark.parametrize(
    ("handled_by", "patience"),
    [(HandledBy.AGENT, AGENT_PATIENCE), (HandledBy.DIALPLAN, DIALPLAN_PATIENCE)],
)
def test_a_stub_waits_for_what_may_still_be_said_of_the_call(
    handled_by: HandledBy, patience: timedelta
) -> None:
    stub = a_record(handled_by=handled_by)
    assert not is_due(stub, NOON, NOON, is_stub=True)
    assert not is_due(stub, NOON, NOON + patience - timedelta(milliseconds=1), is_stub=True)
    assert is_due(stub, NOON, NOON + patience, is_stub=True)


def test_a_clock_that_was_set_back_holds_nothing_up() -> None:
    assert is_due(a_record(), NOON, NOON - timedelta(hours=1), is_stub=True)
