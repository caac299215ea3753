import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from tests.fakes.sample_calls import NOON
from tests.integration.shared_state.redis_server import RedisServer
from voicebot.after_call.sampling_capacity import SamplingCapacity, utilisation
from voicebot.shared_state.connection import RedisConnection
from voicebot.store.capacity_history import SqlCapacityHistory
from voicebot.store.engine import Database
from workers.contract import Stage, worker_key, workers_known

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def connection(after_call_server: RedisServer) -> AsyncIterator[RedisConnection]:
    opened = RedisConnection(after_call_server.url)
    yield opened
    await opened.close()


async def works(redis: Redis, busy_ms: int) -> None:
    facts = {"engine": "e", "model": "m", "slots": 2, "conversations": 6, "pid": 1}
    value = json.dumps(facts | {"pools": ["llm.small"], "busy_ms": busy_ms})
    await redis.set(worker_key(Stage.LLM, "host-1"), value)
    await redis.sadd(workers_known(Stage.LLM), "host-1")


async def test_one_process_samples_and_another_goes_on(
    redis: Redis, connection: RedisConnection, database: Database
) -> None:
    history = SqlCapacityHistory(database)
    first = SamplingCapacity(history, connection, "node1-1")
    second = SamplingCapacity(history, connection, "node2-1")
    await redis.set("slots:capacity", 5)
    await works(redis, 10_000)
    await first.run(NOON)
    await second.run(NOON + MINUTE)
    await works(redis, 40_000)
    await first.run(NOON + 2 * MINUTE)
    found = await history.sampled(NOON, NOON + 9 * MINUTE)
    times = [NOON.timestamp(), (NOON + 2 * MINUTE).timestamp()]
    assert found["slots.live"] == [(at_s, 5.0) for at_s in times]
    assert found["pool.llm.small"] == [(at_s, 6.0) for at_s in times]
    assert found["worker.llm.host-1"] == [(times[1], 0.125)]
    await redis.delete("capacity:sampler")  # the first one died
    await second.run(NOON + 3 * MINUTE)
    assert len((await history.sampled(NOON, NOON + 9 * MINUTE))["slots.used"]) == 3


def test_a_worker_that_began_anew_counts_from_nothing() -> None:
    assert utilisation((90_000, NOON), (30_000, NOON + MINUTE), 1) == 0.5
    assert utilisation((0, NOON), (90_000, NOON + MINUTE), 1) == 1.0
    assert utilisation((0, NOON), (90_000, NOON), 1) == 0.0
