"""How an agent process that stops hands its calls over."""

import asyncio

import pytest

from tests.fakes.virtual_time import passes, settle
from tests.unit.agents.agent_process import CALL, OTHER, Process
from voicebot.agents.stasis_app import STOP_DEADLINE_S
from voicebot.ari.resources import Claim
from voicebot.calls.model import HandledBy


async def test_when_the_process_stops_its_calls_go_on_in_the_dialplan(process: Process) -> None:
    await process.takes(CALL, OTHER)
    await process.stops()
    await passes(1)
    assert process.task.done()
    assert len(process.outside.control.asked_for("leave")) == 2
    assert {record.handled_by for record in process.outside.records.written} == {HandledBy.DIALPLAN}
    assert await process.directory.peers() == []
    process.assert_all_calls_are_open()


async def test_an_idle_process_stops_at_once(process: Process) -> None:
    await process.stops()
    assert process.task.done()


async def test_calls_that_do_not_end_do_not_hold_a_process_that_stops(process: Process) -> None:
    """Asterisk said that they left, and never told that they had."""
    process.outside.control.on_left = lambda channel_id: None
    await process.takes(CALL)
    await process.stops()
    await passes(STOP_DEADLINE_S - 0.1)
    assert not process.task.done()
    await passes(1)
    assert process.task.done()
    (record,) = process.outside.records.written
    assert record.handled_by is HandledBy.DIALPLAN


async def test_a_call_won_while_the_process_stops_goes_on_in_the_dialplan(
    process: Process,
) -> None:
    process.outside.control.holds["leave"] = asyncio.Event()
    await process.takes(CALL)
    await process.stops()
    await process.takes(OTHER)
    process.outside.control.holds["leave"].set()
    await passes(1)
    assert process.task.done()
    leaving = {channel_id for _, channel_id, _ in process.outside.control.asked_for("leave")}
    assert leaving == {CALL, OTHER}


async def test_a_claim_under_way_when_the_process_stops_is_waited_for(process: Process) -> None:
    may_answer = process.ari.holds("events.claimChannel")
    await process.is_offered(CALL)
    await process.stops()
    await process.takes(CALL)
    may_answer.set()
    await passes(1)
    assert process.task.done()
    assert len(process.outside.control.asked_for("leave")) == 1


async def test_a_call_just_won_when_the_process_stops_is_waited_for(process: Process) -> None:
    """Asterisk confirms a claim before it starts the call."""
    may_answer = process.ari.holds("events.claimChannel")
    await process.is_offered(CALL)
    await process.stops()
    may_answer.set()
    await passes(0.1)
    assert not process.task.done()
    await process.takes(CALL)
    await passes(1)
    assert process.task.done()
    assert len(process.outside.control.asked_for("leave")) == 1


@pytest.mark.parametrize("claim", [Claim.LOST, Claim.TOO_LATE])
async def test_a_race_lost_while_the_process_stops_does_not_hold_it(
    process: Process, claim: Claim
) -> None:
    process.ari.answers_claims(claim.value)
    may_answer = process.ari.holds("events.claimChannel")
    await process.is_offered(CALL)
    await process.stops()
    assert not process.task.done()
    may_answer.set()
    await settle()
    assert process.task.done()
