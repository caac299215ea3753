"""Calls that their Asterisk took with it: on record, and their callers rung back, once."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from redis.asyncio import Redis

from tests.fakes.sample_calls import NOON, a_record
from tests.integration.shared_state.redis_server import RedisServer
from tests.unit.calls.test_salvage import a_context
from voicebot.after_call.losing import MISSED_FOR, Losing
from voicebot.after_call.salvaging import Salvaging
from voicebot.calls.follow_up import SALVAGE_AFTER, FinishedCall, follow_up
from voicebot.calls.hangup_causes import NETWORK_OUT_OF_ORDER
from voicebot.calls.model import CallbackReason, CallbackRequest, CallId, Message, Outcome
from voicebot.calls.session import dump_context
from voicebot.dialogue.business import Business
from voicebot.shared_state.call_contexts import RedisCallContexts
from voicebot.shared_state.connection import RedisConnection
from voicebot.store.callbacks import SqlCallbackRequests
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database
from voicebot.store.follow_ups import SqlFollowUps
from voicebot.store.lost_calls import SqlLostCalls

CALL = CallId("node1-1.1")
Businesses = Callable[[], Awaitable[Sequence[Business]]]


class Node:
    """An Asterisk, and the keeper of records beside it."""

    def __init__(
        self, database: Database, connection: RedisConnection, businesses: Businesses
    ) -> None:
        self.present: list[str] = []
        self.asked = 0
        self.at = NOON + timedelta(minutes=1)
        self.records = SqlCallRecords(database)
        self.contexts = RedisCallContexts(connection)
        self.callbacks = SqlCallbackRequests(database)
        self._businesses = businesses
        follow_ups = SqlFollowUps(database)
        self._follow_ups = follow_ups
        self._losing = Losing(
            SqlLostCalls(database), self.contexts, self._channels, businesses, "node1"
        )
        self._salvaging = Salvaging(follow_ups, self.records, self.contexts, businesses)

    async def _channels(self) -> Sequence[str]:
        self.asked += 1
        return self.present

    async def passes(self, time: timedelta) -> None:
        """The records are kept meanwhile."""
        until, in_force = self.at + time, await self._businesses()

        def decide(call: FinishedCall) -> Message | CallbackRequest | None:
            return follow_up(call, in_force)

        while self.at <= until:
            await self._losing.run(self.at)
            await self._salvaging.run(self.at)
            await self._follow_ups.run(self.at, decide)
            self.at += timedelta(seconds=1)

    async def owed(self) -> list[tuple[CallId, CallbackReason]]:
        waiting = await self.callbacks.waiting(10)
        return [(kept.request.call_id, kept.request.reason) for kept in waiting]


@pytest.fixture
async def node(
    database: Database, after_call_server: RedisServer, redis: Redis, businesses: Businesses
) -> AsyncIterator[Node]:
    connection = RedisConnection(after_call_server.url)
    yield Node(database, connection, businesses)
    await connection.close()


def lost(ended_at: datetime = NOON, cause: int = 41) -> object:
    record = a_record(CALL, outcome=Outcome.FAILED)
    facts = replace(record.facts, called_number="100", caller_number="+15550101")
    return replace(record, facts=facts, hangup_cause=cause, ended_at=ended_at)


LONG = MISSED_FOR + SALVAGE_AFTER + timedelta(seconds=5)


async def test_who_was_cut_off_with_an_agent_that_died_too_is_rung_back(node: Node) -> None:
    await node.contexts.save(CALL, dump_context(a_context()))
    await node.passes(LONG)
    found = await node.records.find(CALL)
    assert found is not None
    assert (found.outcome, len(found.turns)) == (Outcome.FAILED, 2)
    assert await node.owed() == [(CALL, CallbackReason.BROKEN)]


async def test_who_was_cut_off_from_an_agent_that_lives_is_rung_back_once(node: Node) -> None:
    await node.records.write(lost())  # type: ignore[arg-type]
    await node.passes(LONG)
    await node.passes(LONG)
    assert await node.owed() == [(CALL, CallbackReason.BROKEN)]


async def test_when_the_agent_knows_that_asterisk_is_gone_nobody_is_asked(node: Node) -> None:
    await node.records.write(lost(cause=NETWORK_OUT_OF_ORDER))  # type: ignore[arg-type]
    await node.passes(timedelta(seconds=1))
    assert (await node.owed(), node.asked) == ([(CALL, CallbackReason.BROKEN)], 0)


async def test_who_is_in_asterisk_still_is_left_alone(node: Node) -> None:
    node.present = [CALL]
    await node.contexts.save(CALL, dump_context(a_context()))
    await node.passes(LONG)
    assert await node.records.find(CALL) is None


async def test_a_call_that_is_gone_for_a_moment_waits_for_its_cdr(node: Node) -> None:
    await node.contexts.save(CALL, dump_context(a_context()))
    await node.passes(MISSED_FOR - timedelta(seconds=1))
    assert await node.records.find(CALL) is None


async def test_calls_of_other_nodes_and_of_long_ago_are_not_ours_to_judge(node: Node) -> None:
    await node.contexts.save(CallId("node2-1.1"), dump_context(a_context()))
    await node.records.write(lost(NOON - timedelta(hours=2)))  # type: ignore[arg-type]
    await node.passes(LONG)
    assert (await node.owed(), node.asked) == ([], 0)
