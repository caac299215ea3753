"""Each port of the shared state, once in memory and once in Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.fakes.shared_state import FakeAgentDirectory, FakeCallContexts, FakeCallEvents
from tests.integration.shared_state.redis_server import RedisServer, redis_server
from voicebot.ports import AgentDirectory, CallContexts, CallEvents
from voicebot.shared_state.agent_directory import RedisAgentDirectory
from voicebot.shared_state.call_contexts import RedisCallContexts
from voicebot.shared_state.call_events import RedisCallEvents
from voicebot.shared_state.connection import RedisConnection

LEASE_MS = 1_000
LIMIT_S = 10.0


@dataclass(frozen=True, slots=True)
class SharedState:
    """What one implementation offers, and how its leases run out."""

    contexts: CallContexts
    directory: AgentDirectory
    events: CallEvents
    let_leases_end: Callable[[], Awaitable[None]]


@pytest.fixture(scope="session")
def contract_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["fake", "redis"])
async def shared_state(request: pytest.FixtureRequest) -> AsyncIterator[SharedState]:
    if request.param == "fake":
        yield _in_memory()
        return
    server: RedisServer = request.getfixturevalue("contract_server")
    connection = RedisConnection(server.url)
    await connection.client.flushall()
    yield _in_redis(connection)
    await connection.close()


def _in_memory() -> SharedState:
    directory = FakeAgentDirectory(lease_ms=LEASE_MS)

    async def let_leases_end() -> None:
        directory.now_ms += LEASE_MS

    return SharedState(FakeCallContexts(), directory, FakeCallEvents(), let_leases_end)


def _in_redis(connection: RedisConnection) -> SharedState:
    directory = RedisAgentDirectory(connection, lease_ms=LEASE_MS)

    async def let_leases_end() -> None:
        async with asyncio.timeout(LIMIT_S):
            while await directory.peers():  # noqa: ASYNC110 - a lease ends by itself
                await asyncio.sleep(0.02)

    return SharedState(
        RedisCallContexts(connection), directory, RedisCallEvents(connection), let_leases_end
    )
