"""Which of the calls on offer an agent process races for, and when."""

import asyncio

import pytest

from tests.fakes.ari_events import OWN, PEER
from tests.fakes.virtual_time import passes, settle
from tests.unit.agents.agent_process import CALL, MAX_CALLS, OTHER, RACE_S, Process
from voicebot.ari.resources import Claim
from voicebot.ports import AgentLoad


async def test_an_offered_call_is_claimed_after_a_short_while(process: Process) -> None:
    process.ari.broadcasts(CALL)
    await settle()
    assert process.ari.claims == []
    await passes(RACE_S)
    assert process.ari.claims == [CALL]


@pytest.mark.parametrize("claim", [Claim.LOST, Claim.TOO_LATE])
async def test_a_lost_race_leaves_nothing_behind(process: Process, claim: Claim) -> None:
    process.ari.answers_claims(claim.value)
    await process.is_offered(CALL)
    assert process.ari.claims == [CALL]
    assert process.app.calls == 0


async def test_a_claim_under_way_counts_as_a_call(process: Process) -> None:
    may_answer = process.ari.holds("events.claimChannel")
    await process.is_offered(CALL)
    assert process.app.calls == 1
    may_answer.set()
    await settle()
    assert process.app.calls == 0


async def test_a_claim_that_asterisk_cannot_answer_costs_only_that_call(process: Process) -> None:
    process.ari.answers_claims(500)
    await process.is_offered(CALL)
    assert process.app.calls == 0
    process.ari.answers_claims(204)
    await process.is_offered(OTHER)
    assert process.ari.claims == [CALL, OTHER]


async def test_a_call_that_a_peer_has_claimed_is_raced_for_no_more(process: Process) -> None:
    process.ari.broadcasts(CALL)
    process.ari.broadcasts(OTHER)
    process.ari.is_claimed(CALL, by=PEER)
    await passes(RACE_S)
    assert process.ari.claims == [OTHER]


async def test_a_claim_that_a_peer_wins_meanwhile_leaves_nothing_behind(process: Process) -> None:
    process.ari.holds("events.claimChannel")
    await process.is_offered(CALL)
    process.ari.is_claimed(CALL, by=PEER)
    await settle()
    assert process.app.calls == 0


async def test_the_news_of_our_own_claim_does_not_stop_it(process: Process) -> None:
    process.ari.broadcasts(CALL)
    process.ari.is_claimed(CALL, by=OWN)
    process.ari.is_claimed(OTHER, by=PEER)
    await passes(RACE_S)
    assert process.ari.claims == [CALL]


async def test_a_full_agent_does_not_race(process: Process) -> None:
    await process.takes(CALL, OTHER)
    await process.is_offered("node1-1.3")
    assert process.ari.claims == []


async def test_the_busier_of_two_agents_waits_longer(process: Process) -> None:
    await process.directory.announce(AgentLoad(PEER, 0, MAX_CALLS))
    await process.takes(CALL)
    await passes(1.0)
    process.ari.broadcasts(OTHER)
    await passes(0.045)
    assert process.ari.claims == []
    await passes(RACE_S)
    assert process.ari.claims == [OTHER]


async def test_an_agent_that_stops_races_no_more(process: Process) -> None:
    process.ari.broadcasts(CALL)
    await settle()
    await process.takes(OTHER)
    process.outside.control.holds["leave"] = asyncio.Event()
    await process.stops()
    process.ari.broadcasts("node1-1.3")
    await passes(2 * RACE_S)
    assert process.ari.claims == []
