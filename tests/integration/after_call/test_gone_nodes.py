"""A machine that is gone for good: the keepers of the others bring its calls to their end."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from tests.fakes.sample_calls import NOON
from tests.integration.shared_state.redis_server import RedisServer
from tests.polling import asked_until
from tests.unit.calls.test_salvage import a_context
from voicebot.after_call.gone_nodes import WATCHED_FOR, GoneNodes
from voicebot.after_call.losing import Losing
from voicebot.after_call.salvaging import Salvaging
from voicebot.calls.follow_up import SALVAGE_AFTER, FinishedCall, follow_up
from voicebot.calls.model import CallbackReason, CallbackRequest, CallId, Message, Outcome
from voicebot.calls.session import dump_context
from voicebot.dialogue.business import Business
from voicebot.errors import SharedStateError
from voicebot.ports import AgentLoad
from voicebot.shared_state.agent_directory import RedisAgentDirectory
from voicebot.shared_state.call_contexts import RedisCallContexts
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.node_presence import RedisNodePresence
from voicebot.store.callbacks import SqlCallbackRequests
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database
from voicebot.store.follow_ups import SqlFollowUps
from voicebot.store.lost_calls import SqlLostCalls

CALL = CallId("node2-1.1")
STEP = timedelta(seconds=3)
LEASE_MS = 60
Businesses = Callable[[], Awaitable[Sequence[Business]]]


class Keeper:
    """Of node1; whose own leases are long, and everybody else's short."""

    def __init__(
        self, database: Database, connection: RedisConnection, businesses: Businesses
    ) -> None:
        self.at = NOON + timedelta(minutes=1)
        self.others = RedisNodePresence(connection, lease_ms=LEASE_MS)
        self.contexts = RedisCallContexts(connection)
        self.records = SqlCallRecords(database)
        self.callbacks = SqlCallbackRequests(database)
        self._businesses = businesses
        self._follow_ups = SqlFollowUps(database)
        self._salvaging = Salvaging(self._follow_ups, self.records, self.contexts, businesses)
        lost = SqlLostCalls(database)
        losing = Losing(lost, self.contexts, self._nobody, businesses, "node1")
        self._gone = GoneNodes(
            RedisNodePresence(connection), losing.unfinished, losing.end, "node1"
        )

    async def _nobody(self) -> Sequence[str]:
        return []

    async def looks(self) -> None:
        self.at += STEP
        await self._gone.run(self.at)

    async def watches(self, time: timedelta = WATCHED_FOR) -> None:
        until = self.at + time
        while self.at < until:
            await self.looks()

    async def follows_up(self) -> None:
        in_force = await self._businesses()

        def decide(call: FinishedCall) -> Message | CallbackRequest | None:
            return follow_up(call, in_force)

        at = self.at + SALVAGE_AFTER + timedelta(seconds=1)
        await self._salvaging.run(at)
        await self._follow_ups.run(at + timedelta(seconds=1), decide)

    async def owed(self) -> list[tuple[CallId, CallbackReason]]:
        waiting = await self.callbacks.waiting(10)
        return [(kept.request.call_id, kept.request.reason) for kept in waiting]


@pytest.fixture
async def keeper(
    database: Database, after_call_server: RedisServer, redis: Redis, businesses: Businesses
) -> AsyncIterator[Keeper]:
    connection = RedisConnection(after_call_server.url)
    keeper = Keeper(database, connection, businesses)
    context = a_context()
    context.facts = replace(context.facts, call_id=CALL)
    await keeper.contexts.save(CALL, dump_context(context))
    yield keeper
    await connection.close()


async def dies(keeper: Keeper) -> None:
    await keeper.others.show("node2")
    await falls_silent(keeper)


async def falls_silent(keeper: Keeper) -> None:
    async def is_gone() -> bool:
        return "node2" in await keeper.others.gone()

    await asked_until(is_gone, "node2 is silent", 5)


async def test_callers_of_a_machine_that_is_gone_are_rung_back_once(keeper: Keeper) -> None:
    await dies(keeper)
    await keeper.watches(2 * WATCHED_FOR)
    await keeper.follows_up()
    found = await keeper.records.find(CALL)
    assert found is not None
    assert (found.outcome, len(found.turns)) == (Outcome.FAILED, 2)
    assert await keeper.owed() == [(CALL, CallbackReason.BROKEN)]
    assert await keeper.others.gone() == set()


async def test_a_machine_whose_agents_are_there_is_there(
    keeper: Keeper, after_call_server: RedisServer
) -> None:
    await dies(keeper)
    connection = RedisConnection(after_call_server.url)
    agents = RedisAgentDirectory(connection, node="node2")
    await agents.announce(AgentLoad("agent-2", 1, 50))
    await connection.close()
    await keeper.watches(2 * WATCHED_FOR)
    assert await keeper.records.find(CALL) is None


async def test_who_has_not_watched_judges_nobody(keeper: Keeper) -> None:
    await dies(keeper)
    await keeper.watches(WATCHED_FOR - STEP)
    keeper.at += WATCHED_FOR  # stood still
    await keeper.watches(WATCHED_FOR - STEP)
    keeper.at -= timedelta(hours=1)  # the clock was set
    await keeper.watches(WATCHED_FOR - STEP)
    assert await keeper.records.find(CALL) is None


async def test_who_was_cut_off_from_redis_begins_anew(
    keeper: Keeper, after_call_server: RedisServer
) -> None:
    await dies(keeper)
    await keeper.watches(WATCHED_FOR - STEP)
    after_call_server.freeze()
    try:
        with pytest.raises(SharedStateError):
            await keeper.looks()
    finally:
        after_call_server.thaw()
    await keeper.watches(WATCHED_FOR - STEP)
    assert await keeper.records.find(CALL) is None


async def test_a_machine_that_came_back_is_not_forgotten(keeper: Keeper) -> None:
    await dies(keeper)
    await keeper.others.show("node2")
    await keeper.others.forget("node2")
    await falls_silent(keeper)
