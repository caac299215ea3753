"""Redis, as the agents see it."""

from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis

from tests.integration.shared_state.redis_server import RedisServer, redis_server
from workers.contract import Stage, stage_key


@pytest.fixture(scope="session")
def inference_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
async def workers_there(redis: Redis) -> None:
    """Every stage has a worker; it never ends."""
    for stage in Stage:
        await redis.set(stage_key(stage), b"")


@pytest.fixture
async def redis(inference_server: RedisServer) -> AsyncIterator[Redis]:
    """A client of an empty Redis that does not decode."""
    client = Redis.from_url(inference_server.url)
    await client.flushall()
    yield client
    await client.aclose()
