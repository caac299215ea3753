"""Redis, as the workers see it."""

from collections.abc import Iterator

import pytest
from redis import Redis

from tests.integration.shared_state.redis_server import RedisServer, redis_server


@pytest.fixture(scope="session")
def workers_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis(workers_server: RedisServer) -> Iterator[Redis]:
    """A client of an empty Redis."""
    with Redis.from_url(workers_server.url) as client:
        client.flushall()
        yield client
