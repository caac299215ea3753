"""A call whose caller may have to wait, from the claim to its record."""

from tests.unit.dialogue.conversing import Conversing
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import HandledBy, Leaving, Outcome, TransferResult
from voicebot.calls.transitions import CallState


def record_in(commands: list[do.Command]) -> do.WriteRecord:
    [record] = [command for command in commands if isinstance(command, do.WriteRecord)]
    return record


def test_the_line_is_asked_first_and_the_call_connected_when_it_is_the_callers_turn() -> None:
    call = Conversing()
    assert call.happens(on.Enqueued()) == [do.SeekAdmission()]
    assert call.session.state is CallState.WAITING
    assert call.happens(on.Admitted()) == [do.Connect()]


def test_who_hangs_up_while_waiting_has_abandoned() -> None:
    call = Conversing()
    call.happens(on.Enqueued())
    record = record_in(call.happens(on.HungUp(16))).record
    assert (record.outcome, record.handled_by) == (Outcome.ABANDONED, HandledBy.AGENT)


def test_a_callback_that_was_booked_while_waiting_is_the_outcome() -> None:
    call = Conversing()
    call.happens(on.Enqueued(), on.Promised(Outcome.CALLBACK_BOOKED))
    assert record_in(call.happens(on.HungUp(16))).record.outcome is Outcome.CALLBACK_BOOKED


def test_who_waits_for_an_agent_that_stops_is_handed_on_and_leaves_no_record_here() -> None:
    call = Conversing()
    call.happens(on.Enqueued())
    handed_on = do.Leave("agent-stopped", Leaving.HANDED_ON)
    assert call.happens(on.GivenUp("agent-stopped")) == [handed_on]
    assert call.happens(on.LeftStasis()) == []
    assert call.session.is_over
    assert call.session.state is CallState.WAITING, "for whoever goes on"


def test_who_hangs_up_while_being_handed_on_is_on_record() -> None:
    call = Conversing()
    call.happens(on.Enqueued(), on.GivenUp("agent-stopped"))
    assert record_in(call.happens(on.HungUp(16))).record.outcome is Outcome.ABANDONED


def test_who_waits_with_another_agent_already_is_not_taken_away_from_it() -> None:
    call = Conversing()
    call.happens(on.Enqueued())
    assert call.happens(on.GivenUp("taken-away", has_gone=True)) == []
    assert (call.session.is_over, call.session.state) == (True, CallState.WAITING)


def test_another_agent_lets_the_caller_wait_on() -> None:
    call = Conversing()
    call.happens(on.Enqueued())
    assert call.happens(on.Enqueued()) == [do.SeekAdmission()]


def test_who_leaves_the_line_for_a_message_is_no_failure() -> None:
    call = Conversing()
    call.happens(on.Enqueued())
    to_message = on.LineLeft("caller-leaves-message", Leaving.FOR_MESSAGE)
    assert call.happens(to_message) == [
        do.Leave("caller-leaves-message", Leaving.FOR_MESSAGE),
    ]
    assert call.happens(on.Admitted()) == [], "the slot came too late"
    record = record_in(call.happens(on.LeftStasis())).record
    assert (record.outcome, record.handled_by) == (Outcome.ABANDONED, HandledBy.DIALPLAN)


def test_who_hangs_up_on_the_way_to_the_voicemail_was_with_the_dialplan() -> None:
    call = Conversing()
    call.happens(on.Enqueued(), on.LineLeft("closed", Leaving.TURNED_AWAY))
    record = record_in(call.happens(on.HungUp(16))).record
    assert (record.outcome, record.handled_by) == (Outcome.ABANDONED, HandledBy.DIALPLAN)


def test_a_person_who_takes_a_caller_out_of_the_line_is_a_transfer() -> None:
    call = Conversing()
    call.happens(on.Enqueued())
    to_people = on.LineLeft("caller-wants-operator", Leaving.FOR_MESSAGE, "workshop")
    assert call.happens(to_people) == [do.Transfer("workshop", summary="")]
    call.happens(on.LeftStasis(), on.OperatorTook("maria"))
    record = record_in(call.happens(on.HungUp(16))).record
    assert (record.outcome, record.handled_by) == (Outcome.TRANSFERRED, HandledBy.OPERATOR)
    assert record.answered_at is not None


def test_when_nobody_takes_a_caller_out_of_the_line_there_is_the_voicemail() -> None:
    call = Conversing()
    call.happens(on.Enqueued())
    call.happens(on.LineLeft("line-full", Leaving.FOR_MESSAGE, "workshop"), on.LeftStasis())
    assert call.happens(on.CameBack(TransferResult.NO_ANSWER)) == [
        do.Leave("transfer-no_answer", Leaving.FOR_MESSAGE)
    ]
    record = record_in(call.happens(on.LeftStasis())).record
    assert record.outcome is Outcome.ABANDONED
    assert [one.result for one in record.transfers] == [TransferResult.NO_ANSWER]
