"""Redis, and our connection to it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.integration.shared_state.redis_server import RedisServer, redis_server
from voicebot.shared_state.connection import RedisConnection


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
async def connection(shared_server: RedisServer) -> AsyncIterator[RedisConnection]:
    """A connection to an empty Redis."""
    opened = RedisConnection(shared_server.url)
    await opened.client.flushall()
    yield opened
    await opened.close()


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A server for this test alone, which may freeze or stop it."""
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server
