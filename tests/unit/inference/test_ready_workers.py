"""Which workers are ready?"""

import json
from collections.abc import Mapping

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from voicebot.errors import SharedStateError
from voicebot.inference.ready_workers import Census, ReadyWorker, workers_ready
from workers.contract import ANY_LANGUAGE, Stage, worker_key, workers_known


async def lease(redis: Redis, stage: Stage, worker: str, model: str, **more: object) -> None:
    facts = {"engine": "e", "model": model, "slots": 2, "pid": 7, "languages": ["en"], **more}
    await told(redis, stage, worker, facts)


async def told(redis: Redis, stage: Stage, worker: str, facts: Mapping[str, object]) -> None:
    await redis.set(worker_key(stage, worker), json.dumps(facts))
    await redis.sadd(workers_known(stage), worker)


async def test_every_stage_is_told_even_without_a_worker(redis: Redis) -> None:
    assert await workers_ready(redis) == {stage: [] for stage in Stage}


async def test_workers_come_by_stage_and_name(redis: Redis) -> None:
    await lease(redis, Stage.STT, "host-2", "tiny")
    await lease(redis, Stage.STT, "host-1", "base")
    await lease(redis, Stage.TTS, "host-1", "joe")
    ready = await workers_ready(redis)
    assert ready[Stage.STT] == [
        ReadyWorker("host-1", "e", "base", 2, 2, 7, ("en",)),
        ReadyWorker("host-2", "e", "tiny", 2, 2, 7, ("en",)),
    ]
    assert [worker.model for worker in ready[Stage.TTS]] == ["joe"]
    assert ready[Stage.LLM] == []


async def test_what_a_later_release_adds_to_a_lease_is_passed_over(redis: Redis) -> None:
    await lease(redis, Stage.STT, "host-1", "tiny", later=1)
    assert (await workers_ready(redis))[Stage.STT][0].model == "tiny"


async def test_a_worker_that_does_not_tell_its_languages_is_given_all_work(redis: Redis) -> None:
    facts = {"engine": "e", "model": "m", "slots": 2, "pid": 7}
    await told(redis, Stage.LLM, "host-1", facts)
    assert (await workers_ready(redis))[Stage.LLM][0].languages == (ANY_LANGUAGE,)


async def test_a_worker_tells_how_many_conversations_it_bears_or_else_its_slots_count(
    redis: Redis,
) -> None:
    await lease(redis, Stage.STT, "host-1", "tiny", conversations=9)
    await lease(redis, Stage.STT, "host-2", "tiny")
    await lease(redis, Stage.LLM, "host-1", "small", conversations=5)
    assert await Census(redis).conversations() == {"stt": [9, 2], "llm": [5], "tts": []}


async def test_a_worker_that_died_is_neither_told_nor_asked_about_again(redis: Redis) -> None:
    await lease(redis, Stage.STT, "host-1", "tiny")
    await lease(redis, Stage.STT, "host-2", "tiny")
    await redis.delete(worker_key(Stage.STT, "host-1"))
    assert [worker.worker for worker in (await workers_ready(redis))[Stage.STT]] == ["host-2"]
    assert await redis.smembers(workers_known(Stage.STT)) == {b"host-2"}


async def test_a_redis_that_does_not_answer_is_a_typed_error() -> None:
    async with Redis(port=9, retry=Retry(NoBackoff(), 0)) as nobody:
        with pytest.raises(SharedStateError):
            await workers_ready(nobody)
