"""Calls that nobody ended: the network, the trunk or Asterisk broke under them."""

import pytest

from tests.unit.dialogue.conversing import Conversing
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.hangup_causes import CHANNEL_UNAVAILABLE, CUT_OFF, NORMAL_CLEARING
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


def farewell_to_silence(call: Conversing) -> list[do.Command]:
    for _ in range(3):
        call.waits()
        call.hears_all()
    return call.waits()


def test_who_is_silent_for_there_is_no_line_any_more_was_cut_off() -> None:
    call = Conversing()
    call.greets()
    call.happens(on.CallerInaudible())
    assert farewell_to_silence(call) == [do.HangUp(CHANNEL_UNAVAILABLE)]
    call.happens(on.HungUp(CHANNEL_UNAVAILABLE))
    assert call.world.written[0].outcome is Outcome.FAILED


def test_whose_line_is_cut_in_the_farewell_to_their_silence_was_cut_off() -> None:
    call = Conversing()
    call.greets()
    call.happens(on.CallerInaudible())
    for _ in range(3):
        call.hears_all()
        call.waits()
    call.happens(on.HungUp(CHANNEL_UNAVAILABLE))
    assert call.world.written[0].outcome is Outcome.FAILED


def test_who_is_silent_on_a_line_that_came_back_was_not_cut_off() -> None:
    call = Conversing()
    call.greets()
    call.happens(on.CallerInaudible(), on.CallerAudible())
    assert farewell_to_silence(call) == [do.HangUp(NORMAL_CLEARING)]
    call.happens(on.HungUp(NORMAL_CLEARING))
    assert call.world.written[0].outcome is Outcome.ABANDONED


def test_who_took_leave_before_the_line_went_was_not_cut_off() -> None:
    call = Conversing()
    call.greets()
    call.speaks("Goodbye!")
    call.happens(on.CallerInaudible())
    call.hears_all()
    assert call.waits() == [do.HangUp(NORMAL_CLEARING)]
    call.happens(on.HungUp(NORMAL_CLEARING))
    assert call.world.written[0].outcome is Outcome.RESOLVED
