"""A call whose caller may have to wait, from the claim to its record."""

from tests.unit.dialogue.conversing import Conversing
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import HandledBy, Outcome
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


def test_who_goes_elsewhere_is_handed_to_the_dialplan() -> None:
    call = Conversing()
    call.happens(on.Enqueued())
    assert call.happens(on.GivenUp("line-full")) == [do.Leave("line-full")]
    assert call.happens(on.Admitted()) == [], "the slot came too late"
    assert record_in(call.happens(on.LeftStasis())).record.handled_by is HandledBy.DIALPLAN
