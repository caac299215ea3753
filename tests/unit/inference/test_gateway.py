"""One agent process, a real Redis and a worker in the test's hands."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from tests.fakes.worker import FakeWorker
from tests.integration.shared_state.redis_server import RedisServer, redis_server
from tests.polling import tasks_until
from voicebot.capacity.circuit_breaker import BreakerState
from voicebot.errors import (
    InferenceRefused,
    InferenceTimeout,
    LanguageMissing,
    SharedStateError,
)
from voicebot.inference.breakers import BREAKER_OPEN
from voicebot.inference.gateway import InferenceGateway
from voicebot.inference.worker_presence import NO_WORKER, REDIS_UNREACHABLE
from workers.contract import (
    KEY_LIFETIME_S,
    FailureReason,
    Reply,
    ReplyKind,
    Stage,
    SynthesizeWork,
    audio_key,
    cancel_key,
    reply_stream,
    stage_key,
)

LONG_S = 20.0
CHUNK = Reply("", ReplyKind.AUDIO, audio=b"\xff" * 160)
FINISHED = Reply("", ReplyKind.FINISHED)


@pytest.fixture
async def gateway(
    inference_server: RedisServer, workers_there: None
) -> AsyncIterator[InferenceGateway]:
    async with InferenceGateway(inference_server.url, "agent1") as opened:
        yield opened


@pytest.fixture
def worker(redis: Redis) -> FakeWorker:
    return FakeWorker(redis, Stage.TTS)


def work(work_id: str = "w1", deadline_s: float = LONG_S) -> SynthesizeWork:
    return SynthesizeWork(
        work_id, "c1", "agent1", time.time() + deadline_s, "Hello.", "en", "", "ulaw"
    )


async def all_replies(
    gateway: InferenceGateway, asked: SynthesizeWork, deadline_s: float = LONG_S
) -> list[Reply]:
    async with aclosing(gateway.replies(Stage.TTS, asked, deadline_s=deadline_s)) as replies:
        return [reply async for reply in replies]


async def test_work_goes_out_and_its_replies_come_back_in_order(
    gateway: InferenceGateway, worker: FakeWorker
) -> None:
    async with asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(all_replies(gateway, work()))
        message = await worker.take()
        await worker.answer(message, CHUNK, CHUNK, FINISHED)
    assert SynthesizeWork.from_dict(message).text == "Hello."
    assert [reply.kind for reply in asked.result()] == [
        ReplyKind.AUDIO,
        ReplyKind.AUDIO,
        ReplyKind.FINISHED,
    ]


async def test_many_works_at_once_get_their_own_replies(
    gateway: InferenceGateway, worker: FakeWorker
) -> None:
    async with asyncio.TaskGroup() as tasks:
        asked = {
            name: tasks.create_task(all_replies(gateway, work(name))) for name in ("a", "b", "c")
        }
        messages = [await worker.take() for _ in asked]
        for message in reversed(messages):
            reply = Reply("", ReplyKind.AUDIO, audio=message["work_id"].encode())
            await worker.answer(message, reply, FINISHED)
    for name, task in asked.items():
        assert [reply.audio for reply in task.result()] == [name.encode(), b""]


async def test_audio_lies_ready_before_the_work_is_known_and_expires(
    gateway: InferenceGateway, worker: FakeWorker, redis: Redis
) -> None:
    async def ask() -> None:
        async with aclosing(
            gateway.replies(Stage.TTS, work(), deadline_s=LONG_S, audio=b"\x7f\xff")
        ) as replies:
            async for _ in replies:
                pass

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(ask())
        message = await worker.take()
        assert await redis.get(audio_key("w1")) == b"\x7f\xff"
        assert 0 < await redis.ttl(audio_key("w1")) <= KEY_LIFETIME_S
        await worker.answer(message, FINISHED)


async def test_without_a_worker_the_wait_ends_at_its_deadline_and_the_work_is_cancelled(
    gateway: InferenceGateway, worker: FakeWorker
) -> None:
    with pytest.raises(InferenceTimeout) as timeout:
        await all_replies(gateway, work(), deadline_s=0.1)
    assert timeout.value.stage == "tts"
    assert await worker.has_key(cancel_key("w1"))


async def test_a_refusal_carries_the_worker_s_reason_and_needs_no_cancelling(
    gateway: InferenceGateway, worker: FakeWorker, redis: Redis
) -> None:
    async def ask() -> None:
        with pytest.raises(InferenceRefused) as refusal:
            await all_replies(gateway, work())
        assert refusal.value.reason == FailureReason.BAD_REQUEST

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(ask())
        failed = Reply("", ReplyKind.FAILED, reason=FailureReason.BAD_REQUEST)
        await worker.answer(await worker.take(), failed)
    # A later cancellation that was told means that an earlier one would have been, too.
    with pytest.raises(InferenceTimeout):
        await all_replies(gateway, work("w2"), deadline_s=0.05)
    assert await worker.has_key(cancel_key("w2"))
    assert not await redis.exists(cancel_key("w1"))


async def test_a_language_that_no_worker_serves_is_named_with_its_remedy(
    gateway: InferenceGateway, worker: FakeWorker
) -> None:
    async def ask() -> None:
        with pytest.raises(LanguageMissing, match=r'tts.*"en".*VOICEBOT_TTS_VOICES') as missing:
            await all_replies(gateway, work())
        assert (missing.value.stage, missing.value.language) == ("tts", "en")

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(ask())
        failed = Reply("", ReplyKind.FAILED, reason=FailureReason.LANGUAGE_UNSUPPORTED)
        await worker.answer(await worker.take(), failed)


async def test_work_that_the_worker_found_expired_has_timed_out(
    gateway: InferenceGateway, worker: FakeWorker
) -> None:
    async def ask() -> None:
        with pytest.raises(InferenceTimeout):
            await all_replies(gateway, work())

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(ask())
        expired = Reply("", ReplyKind.FAILED, reason=FailureReason.EXPIRED)
        await worker.answer(await worker.take(), expired)


async def test_closing_the_iterator_cancels_the_work(
    gateway: InferenceGateway, worker: FakeWorker
) -> None:
    replies = gateway.replies(Stage.TTS, work(), deadline_s=LONG_S)
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(anext(replies))
        await worker.answer(await worker.take(), CHUNK)
    assert first.result().kind is ReplyKind.AUDIO
    await replies.aclose()
    assert await worker.has_key(cancel_key("w1"))


async def test_cancelling_the_wait_cancels_the_work(
    gateway: InferenceGateway, worker: FakeWorker, redis: Redis
) -> None:
    async with asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(all_replies(gateway, work()))
        await worker.take()
        asked.cancel()
    assert await worker.has_key(cancel_key("w1"))
    assert 0 < await redis.ttl(cancel_key("w1")) <= KEY_LIFETIME_S


async def test_a_reply_that_comes_too_late_disturbs_nobody(
    gateway: InferenceGateway, worker: FakeWorker
) -> None:
    with pytest.raises(InferenceTimeout):
        await all_replies(gateway, work("late"), deadline_s=0.05)
    await worker.answer(await worker.take(), CHUNK, FINISHED)
    async with asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(all_replies(gateway, work("w2")))
        await worker.answer(await worker.take(), FINISHED)
    assert len(asked.result()) == 1


async def test_what_is_no_reply_is_passed_over(
    gateway: InferenceGateway, worker: FakeWorker, redis: Redis
) -> None:
    with capture_logs() as logs:
        async with asyncio.TaskGroup() as tasks:
            asked = tasks.create_task(all_replies(gateway, work()))
            message = await worker.take()
            await redis.xadd(reply_stream("agent1"), {"kind": "nonsense"})
            await worker.answer(message, FINISHED)
    assert len(asked.result()) == 1
    assert [line["event"] for line in logs] == ["inference.reply_malformed"]


@pytest.mark.usefixtures("workers_there")
async def test_a_new_process_of_the_same_name_ignores_what_the_old_one_was_told(
    inference_server: RedisServer, redis: Redis
) -> None:
    worker = FakeWorker(redis, Stage.TTS)
    await worker.answer({"work_id": "w1", "reply_to": "agent1"}, CHUNK, FINISHED)
    async with InferenceGateway(inference_server.url, "agent1") as gateway:
        with pytest.raises(InferenceTimeout):
            await all_replies(gateway, work("w1"), deadline_s=0.1)


@pytest.mark.usefixtures("workers_there")
async def test_work_given_up_at_the_very_end_is_still_cancelled(
    inference_server: RedisServer, redis: Redis
) -> None:
    async with InferenceGateway(inference_server.url, "agent1") as gateway:
        with pytest.raises(InferenceTimeout):
            await all_replies(gateway, work(), deadline_s=0.05)
    assert await redis.exists(cancel_key("w1"))


async def test_an_error_of_the_block_comes_out_as_it_is(inference_server: RedisServer) -> None:
    with pytest.raises(ZeroDivisionError):
        async with InferenceGateway(inference_server.url, "agent1"):
            raise ZeroDivisionError


async def test_without_redis_there_is_no_gateway() -> None:
    with pytest.raises(SharedStateError):
        async with InferenceGateway("redis://127.0.0.1:9/0", "agent1"):
            pass


async def test_the_gateway_outlives_a_redis_that_restarts(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        async with InferenceGateway(server.url, "agent1") as gateway:
            with capture_logs() as logs:
                server.stop()
                with pytest.raises(InferenceRefused) as refusal:
                    await all_replies(gateway, work("down"))
                assert refusal.value.reason == REDIS_UNREACHABLE
                server.start()
                async with Redis.from_url(server.url) as redis, asyncio.TaskGroup() as tasks:
                    await redis.set(stage_key(Stage.TTS), b"")
                    await tasks_until(
                        lambda: gateway.absence_of(Stage.TTS) is None, "Redis is seen again"
                    )
                    asked = tasks.create_task(all_replies(gateway, work("up")))
                    worker = FakeWorker(redis, Stage.TTS)
                    await worker.answer(await worker.take(), CHUNK, FINISHED)
                assert len(asked.result()) == 2
            assert "inference.replies_interrupted" in {line["event"] for line in logs}


@pytest.mark.usefixtures("workers_there")
async def test_work_that_nobody_is_there_to_do_any_more_fails_before_its_deadline(
    inference_server: RedisServer, redis: Redis, worker: FakeWorker
) -> None:
    async with InferenceGateway(inference_server.url, "agent1") as gateway:
        asking = asyncio.create_task(all_replies(gateway, work()))
        await worker.take()
        await redis.delete(stage_key(Stage.TTS))
        with pytest.raises(InferenceRefused) as refusal:
            await asking
        assert refusal.value.reason == NO_WORKER
        # Should the worker only have been frozen, it need not go on.
        assert await worker.has_key(cancel_key("w1"))


@pytest.mark.usefixtures("workers_there")
async def test_work_of_a_deserted_stage_is_not_even_asked_for_and_others_are(
    inference_server: RedisServer, redis: Redis, worker: FakeWorker
) -> None:
    await redis.delete(stage_key(Stage.LLM))
    async with InferenceGateway(inference_server.url, "agent1") as gateway:
        await tasks_until(lambda: gateway.absence_of(Stage.LLM) is not None, "it is noticed")
        with pytest.raises(InferenceRefused) as refusal:
            async with aclosing(gateway.replies(Stage.LLM, work(), deadline_s=LONG_S)) as replies:
                await anext(replies)
        assert refusal.value.reason == NO_WORKER
        asking = asyncio.create_task(all_replies(gateway, work("w2")))
        await worker.answer(await worker.take(), FINISHED)
        assert len(await asking) == 1
        await redis.set(stage_key(Stage.LLM), b"")
        await tasks_until(lambda: gateway.absence_of(Stage.LLM) is None, "it is there again")


async def test_a_frozen_redis_is_noticed_before_the_deadline_of_the_work(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        async with Redis.from_url(server.url) as redis:
            await redis.set(stage_key(Stage.TTS), b"")
        async with InferenceGateway(server.url, "agent1") as gateway:
            server.freeze()
            try:
                with pytest.raises(InferenceRefused) as refusal:
                    await all_replies(gateway, work())
            finally:
                server.thaw()
            assert refusal.value.reason == REDIS_UNREACHABLE
            await tasks_until(lambda: gateway.absence_of(Stage.TTS) is None, "it is seen again")


async def test_workers_that_fail_are_spared_and_the_refusal_says_so(
    gateway: InferenceGateway, worker: FakeWorker
) -> None:
    failed = Reply("", ReplyKind.FAILED, reason=FailureReason.ENGINE_FAILED)
    for number in range(8):
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_refused(gateway, work(f"w{number}")))
            await worker.answer(await worker.take(), failed)
    assert gateway.breakers()["tts"] is BreakerState.OPEN
    assert not gateway.abilities().speaks
    assert await _refused(gateway, work("w9")) == BREAKER_OPEN


async def _refused(gateway: InferenceGateway, asked: SynthesizeWork) -> str:
    with pytest.raises(InferenceRefused) as refusal:
        await all_replies(gateway, asked)
    return refusal.value.reason
