"""Databases, Redis, and a business whose calls are looked after."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

import pytest
from redis.asyncio import Redis

from tests.fakes.sample_business import a_business
from tests.integration.shared_state.redis_server import RedisServer, redis_server
from tests.store_databases import database, database_url
from voicebot.dialogue.business import Business

__all__ = ["database", "database_url"]


@pytest.fixture(scope="session")
def after_call_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
async def redis(after_call_server: RedisServer) -> AsyncIterator[Redis]:
    """A client of an empty Redis that does not decode."""
    # A whole process starts before it asks for anything.
    client = Redis.from_url(after_call_server.url, socket_timeout=60)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def businesses() -> Callable[[], Awaitable[Sequence[Business]]]:
    async def in_force() -> Sequence[Business]:
        return (a_business(dids=["100"]),)

    return in_force
