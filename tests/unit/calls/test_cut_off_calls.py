"""Calls that nobody ended: the network, the trunk or Asterisk broke under them."""

import pytest

from tests.unit.dialogue.conversing import Conversing
from voicebot.calls import events as on
from voicebot.calls.hangup_causes import CUT_OFF
from voicebot.calls.model import HandledBy, Outcome


@pytest.mark.parametrize("cause", sorted(CUT_OFF))
def test_a_caller_who_is_cut_off_was_failed(cause: int) -> None:
    call = Conversing()
    call.greets()
    call.happens(on.HungUp(cause))
    (record,) = call.world.written
    assert (record.outcome, record.handled_by) == (Outcome.FAILED, HandledBy.AGENT)


def test_a_caller_who_said_goodbye_cannot_be_cut_off() -> None:
    call = Conversing()
    call.greets()
    call.speaks("Goodbye!")
    call.happens(on.HungUp(min(CUT_OFF)))
    assert call.world.written[0].outcome is Outcome.RESOLVED


def test_a_caller_who_waits_in_line_is_cut_off_as_well() -> None:
    call = Conversing()
    call.happens(on.Enqueued(), on.HungUp(min(CUT_OFF)))
    assert call.world.written[0].outcome is Outcome.FAILED


def test_who_hangs_up_is_not_cut_off() -> None:
    call = Conversing()
    call.happens(on.Enqueued(), on.HungUp(16))
    assert call.world.written[0].outcome is Outcome.ABANDONED
