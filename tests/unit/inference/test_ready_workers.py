"""Which workers are ready?"""

import json

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from voicebot.errors import SharedStateError
from voicebot.inference.ready_workers import ReadyWorker, workers_ready
from workers.contract import Stage, worker_key


async def lease(redis: Redis, stage: Stage, worker: str, model: str) -> None:
    facts = {"engine": "e", "model": model, "slots": 2, "pid": 7}
    await redis.set(worker_key(stage, worker), json.dumps(facts))


async def test_every_stage_is_told_even_without_a_worker(redis: Redis) -> None:
    assert await workers_ready(redis) == {stage: [] for stage in Stage}


async def test_workers_come_by_stage_and_name(redis: Redis) -> None:
    await lease(redis, Stage.STT, "host-2", "tiny")
    await lease(redis, Stage.STT, "host-1", "base")
    await lease(redis, Stage.TTS, "host-1", "joe")
    ready = await workers_ready(redis)
    assert ready[Stage.STT] == [
        ReadyWorker("host-1", "e", "base", 2, 7),
        ReadyWorker("host-2", "e", "tiny", 2, 7),
    ]
    assert [worker.model for worker in ready[Stage.TTS]] == ["joe"]
    assert ready[Stage.LLM] == []


async def test_a_redis_that_does_not_answer_is_a_typed_error() -> None:
    async with Redis(port=9, retry=Retry(NoBackoff(), 0)) as nobody:
        with pytest.raises(SharedStateError):
            await workers_ready(nobody)
