"""How our own agent hands callers to people, told as conversations."""

import pytest

from tests.fakes.sample_business import a_business
from tests.unit.calls.playing import spoken, transfers_in
from tests.unit.dialogue.conversing import Conversing, a_call
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import HandledBy, Outcome, TransferResult
from voicebot.calls.outbound_rules import Refusal, Refused
from voicebot.calls.transitions import CallState
from voicebot.dialogue.answers import Candidate

PHRASES = a_business().phrases
OPEN = {
    "time_zone": "America/Chicago",
    "week": {day: ["08:00-20:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
}


def is_handed_over(call: Conversing) -> None:
    assert call.asks("I want an operator.", "@operator") == PHRASES.connecting
    (transfer,) = transfers_in(call.hears_all())
    assert transfer.transfer_id == "workshop"
    assert "I want an operator." in transfer.summary
    call.happens(on.LeftStasis())
    assert call.session.state is CallState.TRANSFERRING


def test_a_caller_who_wants_a_person_is_handed_over_once_the_agent_has_said_so() -> None:
    call = a_call()
    is_handed_over(call)
    call.happens(on.OperatorTook("maria"))
    call.happens(on.HungUp(16))
    (record,) = call.world.written
    assert (record.outcome, record.handled_by) == (Outcome.TRANSFERRED, HandledBy.OPERATOR)
    (transfer,) = record.transfers
    assert (transfer.target, transfer.operator) == ("workshop", "maria")
    assert transfer.result is TransferResult.CONNECTED
    assert transfer.connected_at is not None
    assert transfer.ended_at == record.ended_at


def test_a_supervisor_hands_a_caller_over_in_mid_sentence() -> None:
    call = a_call()
    call.wants("address")
    call.begins_to_hear()
    (transfer,) = transfers_in(call.happens(on.TransferOrdered("workshop")))
    assert transfer.transfer_id == "workshop"
    assert transfer.summary
    assert call.happens(on.TransferOrdered("workshop")) == []
    call.happens(on.LeftStasis(), on.CameBack(TransferResult.NO_ANSWER))
    assert spoken(call.happens(on.Connected())) == PHRASES.nobody_free
    call.happens(on.HungUp(16))
    (record,) = call.world.written
    assert [turn.number for turn in record.turns] == list(range(len(record.turns)))
    assert record.transfers[0].result is TransferResult.NO_ANSWER


def test_who_has_taken_leave_is_handed_to_nobody() -> None:
    call = a_call()
    call.wants("address")
    call.hears_all()
    call.hears_and_says("Thank you. Goodbye.")
    assert call.happens(on.TransferOrdered("workshop")) == []


def test_a_caller_who_changes_their_mind_is_not_handed_over() -> None:
    call = a_call()
    call.wants("@operator")
    call.begins_to_hear()
    call.interrupts()
    call.finishes("No, wait, where are you?")
    call.finds(Candidate("address", 0.9))
    call.hears_all()
    assert call.session.state is CallState.TALKING


def test_a_noise_does_not_cost_a_caller_the_operator() -> None:
    call = a_call()
    call.wants("@operator")
    call.begins_to_hear()
    call.interrupts()
    call.finishes("")
    assert transfers_in(call.hears_all())


def test_a_caller_whom_nobody_takes_is_offered_a_message_or_a_callback() -> None:
    call = a_call()
    is_handed_over(call)
    assert call.happens(on.CameBack(TransferResult.NO_ANSWER)) == [do.Connect()]
    assert spoken(call.happens(on.Connected())) == PHRASES.nobody_free
    assert call.hears_and_says("Please call me back.").startswith("Shall we call you back at")
    assert call.hears_and_says("Yes.").startswith(PHRASES.callback_booked)
    assert call.tools.callbacks == ["+12025550123"]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("I'd like to leave a message.", PHRASES.ask_name),
        ("Yes.", PHRASES.ask_name),
        ("No.", PHRASES.anything_else),
    ],
)
def test_what_a_caller_chooses_instead_of_a_person_is_done(words: str, answer: str) -> None:
    call = a_call()
    is_handed_over(call)
    call.happens(on.CameBack(TransferResult.BUSY), on.Connected())
    assert call.hears_and_says(words) == answer


def test_outside_the_hours_nobody_is_rung() -> None:
    closed = {"time_zone": "America/Chicago", "week": {"tue": ["10:00-18:00"]}}
    call = a_call(hours=closed)
    assert call.wants("@operator") == PHRASES.nobody_in
    call.hears_all()
    assert call.session.state is CallState.TALKING


def test_without_messages_a_caller_hears_that_nobody_is_there() -> None:
    call = a_call(takes_messages=False)
    is_handed_over(call)
    call.happens(on.CameBack(TransferResult.FAILED))
    assert spoken(call.happens(on.Connected())) == PHRASES.nobody_takes_calls


def test_a_caller_may_want_a_certain_place() -> None:
    call = a_call()
    call.wants("@transfer-workshop")
    assert transfers_in(call.hears_all())


def test_a_transfer_that_is_only_nearly_meant_is_asked_about() -> None:
    call = a_call()
    assert call.wants("@operator", score=0.5) == "Shall I connect you with a mechanic?"
    assert call.hears_and_says("Yes, please.") == PHRASES.connecting


def test_a_caller_who_hangs_up_while_it_rings_was_not_transferred() -> None:
    call = a_call()
    is_handed_over(call)
    call.happens(on.HungUp(16))
    (record,) = call.world.written
    assert record.outcome is Outcome.ABANDONED
    assert record.transfers[0].result is TransferResult.ABANDONED


def test_an_agent_that_stops_leaves_a_caller_with_the_operator_to_others() -> None:
    call = a_call()
    is_handed_over(call)
    assert call.happens(on.GivenUp("agent-stopped")) == []
    assert call.session.is_over
    assert call.world.written == []


RINGS_BACK = {"outbound": {"greeting": "This is the machine of Lakeside Bikes."}, "callbacks": {}}


def test_a_caller_may_say_when_to_be_called_back() -> None:
    call = a_call(dids=["+12025550100"], hours=OPEN, **RINGS_BACK)
    asked = call.wants("@callback")
    assert asked.endswith(PHRASES.or_when)
    read_back = call.hears_and_says("Tomorrow between three and five.")
    assert "tomorrow between 3 p.m. and 5 p.m." in read_back
    assert call.hears_and_says("Yes.").startswith(PHRASES.callback_booked)
    [window] = call.tools.windows
    assert window is not None
    assert (window.opens_min, window.closes_min) == (15 * 60, 17 * 60)
    assert window.zone == "America/New_York"  # the caller's, not the shop's


def test_a_time_at_which_nobody_is_rung_is_said_to_be_one_and_another_may_be_named() -> None:
    call = a_call(dids=["+12025550100"], hours=OPEN, **RINGS_BACK)
    call.tools.refused = Refused(Refusal.WINDOW, "not then")
    call.wants("@callback")
    call.hears_and_says("Tomorrow at ten.")
    again = call.hears_and_says("Yes.")
    assert again.startswith(PHRASES.time_refused)
    assert again.endswith(PHRASES.or_when)
    assert call.tools.callbacks == []
    call.tools.refused = None
    call.hears_and_says("On Friday at ten, then.")
    assert call.hears_and_says("Yes.").startswith(PHRASES.callback_booked)
    assert len(call.tools.callbacks) == 1
