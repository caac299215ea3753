"""Whoever ends a call, and whenever: it leaves one record, and nothing else."""

import asyncio

import pytest

from tests.fakes.call_control import REFUSED
from tests.fakes.call_services import Outside
from tests.fakes.script import FOREVER
from tests.fakes.virtual_time import passes, settle
from tests.unit.agents.calling import CALLER, NORMAL_CLEARING, HeldCall
from voicebot.calls import events as on
from voicebot.calls.hangup_causes import CHANNEL_UNAVAILABLE
from voicebot.calls.model import HandledBy, Outcome
from voicebot.errors import MediaConnectFailed
from voicebot.turns.presence import AWAY_AFTER_MS

TEMPORARY_FAILURE = 41


async def test_a_call_that_cannot_be_connected_goes_to_people(outside: Outside) -> None:
    outside.link_failure = MediaConnectFailed("refused")
    record = await HeldCall(outside).goes_to_people()
    assert (record.outcome, record.handled_by) == (Outcome.FAILED, HandledBy.DIALPLAN)
    assert record.answered_at is None


@pytest.mark.parametrize("during", ["open_media", "answer", "join"])
async def test_a_caller_may_hang_up_while_being_connected(outside: Outside, during: str) -> None:
    outside.control.holds[during] = asyncio.Event()
    call = HeldCall(outside)
    await settle()
    assert outside.control.asked[-1][0] == during
    record = await call.is_hung_up(cause=127)
    assert (record.outcome, record.hangup_cause) == (Outcome.ABANDONED, 127)
    assert record.answered_at is None


async def test_a_caller_may_hang_up_while_the_media_socket_opens(outside: Outside) -> None:
    outside.link_failure = FOREVER
    call = HeldCall(outside)
    await settle()
    assert (await call.is_hung_up()).outcome is Outcome.ABANDONED


async def test_a_caller_may_hang_up_before_the_media_channel_is_in_stasis(
    outside: Outside,
) -> None:
    call = HeldCall(outside)
    outside.on_link = lambda connection_id: None
    await settle()
    assert outside.control.asked_for("answer") == []
    assert (await call.is_hung_up()).outcome is Outcome.ABANDONED


async def test_a_caller_may_hang_up_before_anything_was_done(outside: Outside) -> None:
    call = HeldCall(outside)
    assert (await call.is_hung_up()).outcome is Outcome.ABANDONED
    assert outside.control.asked == []


async def test_a_hangup_told_twice_is_one_end(call: HeldCall) -> None:
    call.hangs_up()
    call.agent.post(on.HungUp(NORMAL_CLEARING))
    await call.ends()


async def test_the_cause_of_the_caller_s_hangup_is_kept(call: HeldCall) -> None:
    assert (await call.is_hung_up(cause=31)).hangup_cause == 31


async def test_a_hangup_without_a_cause_is_normal_clearing(call: HeldCall) -> None:
    call.agent.left_stasis(None)
    assert (await call.ends()).hangup_cause == NORMAL_CLEARING


async def test_an_asterisk_that_refuses_to_hang_up_does_not_hold_the_record(
    call: HeldCall,
) -> None:
    call.outside.control.refusals["hang_up"] = REFUSED
    await call.says("Goodbye!")
    await passes(10)
    await call.task
    (record,) = call.outside.records.written
    assert record.outcome is Outcome.RESOLVED
    assert record.hangup_cause == NORMAL_CLEARING


async def test_a_caller_who_cannot_be_handed_over_is_not_left_in_silence(call: HeldCall) -> None:
    call.outside.control.refusals["leave"] = REFUSED
    call.link.breaks()
    record = await call.ends()
    assert ("hang_up", CALLER, str(TEMPORARY_FAILURE)) in call.outside.control.asked
    assert (record.outcome, record.hangup_cause) == (Outcome.FAILED, TEMPORARY_FAILURE)


async def test_an_asterisk_that_refuses_everything_still_leaves_a_record(call: HeldCall) -> None:
    call.outside.control.refusals |= {"leave": REFUSED, "hang_up": REFUSED}
    call.link.breaks()
    await passes(10)
    await call.task
    (record,) = call.outside.records.written
    assert (record.outcome, record.hangup_cause) == (Outcome.FAILED, TEMPORARY_FAILURE)


async def test_a_call_whose_audio_is_lost_goes_to_people(call: HeldCall) -> None:
    call.link.breaks()
    record = await call.goes_to_people()
    assert record.handled_by is HandledBy.DIALPLAN


async def test_when_the_process_stops_the_caller_goes_to_people(call: HeldCall) -> None:
    call.agent.post(on.GivenUp("agent-stopped"))
    record = await call.goes_to_people()
    assert record.outcome is Outcome.FAILED


@pytest.mark.parametrize("during", ["open_media", "answer", "join"])
async def test_a_process_may_stop_while_it_connects(outside: Outside, during: str) -> None:
    outside.control.holds[during] = asyncio.Event()
    call = HeldCall(outside)
    await settle()
    call.agent.post(on.GivenUp("agent-stopped"))
    await call.goes_to_people()


async def test_whose_line_is_dead_was_cut_off_and_did_not_fall_silent(outside: Outside) -> None:
    call = await HeldCall(outside).is_greeted()
    call.link.brings_nothing(AWAY_AFTER_MS)
    await passes(4 * outside.business.silence.patience_s)
    assert (await call.ends()).outcome is Outcome.FAILED
    wanted = ("hang_up", CALLER, str(CHANNEL_UNAVAILABLE))
    assert wanted in outside.control.asked_for("hang_up")
