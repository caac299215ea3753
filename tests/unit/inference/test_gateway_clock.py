"""The clock of Redis is set while an agent process reads its replies."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from tests.fakes.worker import FakeWorker
from tests.integration.shared_state.redis_server import RedisServer
from tests.polling import asked_until, tasks_until
from tests.unit.inference.test_gateway import FINISHED, all_replies, work
from voicebot.inference import gateway as gateway_module
from voicebot.inference.gateway import InferenceGateway
from workers.contract import KEY_LIFETIME_S, ReplyKind, Stage, reply_stream


@pytest.fixture
async def gateway(
    inference_server: RedisServer, workers_there: None
) -> AsyncIterator[InferenceGateway]:
    async with InferenceGateway(inference_server.url, "agent1") as opened:
        yield opened


async def test_replies_are_read_also_when_the_clock_of_redis_was_set_back(
    gateway: InferenceGateway, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_module, "TRIM_EVERY_S", 0.0)
    monkeypatch.setattr(gateway_module, "READ_BLOCK_MS", 50)
    stream = reply_stream("agent1")
    # Read an hour ahead of now; then the stream ended, and begins anew an hour earlier.
    ahead_ms = round((time.time() + 3_600) * 1_000)
    await redis.xadd(stream, {"work_id": "none", "kind": "finished"}, id=f"{ahead_ms}-0")
    await tasks_until(lambda: gateway._last_id == f"{ahead_ms}-0", "it is read")
    await redis.delete(stream)
    async with asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(all_replies(gateway, work()))
        worker = FakeWorker(redis, Stage.TTS)
        await worker.answer(await worker.take(), FINISHED)
    assert [reply.kind for reply in asked.result()] == [ReplyKind.FINISHED]


async def test_the_stream_of_replies_lives_as_long_as_its_process(
    gateway: InferenceGateway, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_module, "TRIM_EVERY_S", 0.0)
    stream = reply_stream("agent1")
    worker = FakeWorker(redis, Stage.TTS)
    await worker.answer({"work_id": "w1", "reply_to": "agent1"}, FINISHED)
    await redis.expire(stream, 5)

    async def is_renewed() -> bool:
        return bool(await redis.ttl(stream) > KEY_LIFETIME_S / 2)

    await asked_until(is_renewed, "it is renewed")
