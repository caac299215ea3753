"""The three ports in terms of work and replies: recognizer, responder, synthesizer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from redis.asyncio import Redis

from tests.fakes.worker import FakeWorker
from tests.integration.shared_state.redis_server import RedisServer
from voicebot.audio.frames import Encoding
from voicebot.calls.model import CallId
from voicebot.inference.gateway import InferenceGateway
from voicebot.inference.recognizer import WorkerRecognizer
from voicebot.inference.responder import WorkerResponder
from voicebot.inference.synthesizer import WorkerSynthesizer
from voicebot.ports import Recognizer, Responder, Transcript
from workers.contract import (
    WARM_ONLY,
    RecognizeWork,
    Reply,
    ReplyKind,
    RespondWork,
    Stage,
    SynthesizeWork,
    cancel_key,
)

CALL = CallId("node1-1.1")
LONG_S = 20.0
MESSAGES = [{"role": "user", "content": "Hello"}]
FINISHED = Reply("", ReplyKind.FINISHED)


@pytest.fixture
async def gateway(
    inference_server: RedisServer, workers_there: None
) -> AsyncIterator[InferenceGateway]:
    async with InferenceGateway(inference_server.url, "agent1") as opened:
        yield opened


async def test_a_recognizer_gives_the_transcript_and_where_its_time_went(
    gateway: InferenceGateway, redis: Redis
) -> None:
    recognizer: Recognizer = WorkerRecognizer(gateway)
    worker = FakeWorker(redis, Stage.STT)
    async with asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(
            recognizer.recognize(
                CALL,
                b"\xff" * 160,
                encoding=Encoding.ALAW,
                language="en",
                hint="bikes",
                deadline_s=LONG_S,
                accurate=True,
            )
        )
        message = await worker.take()
        transcript = Reply(
            "", ReplyKind.TRANSCRIPT, text="hello", confidence=0.5, queued_ms=3, engine_ms=90
        )
        await worker.answer(message, transcript)
    work = RecognizeWork.from_dict(message)
    assert (work.call_id, work.encoding, work.hint, work.accurate) == (CALL, "alaw", "bikes", True)
    assert asked.result() == Transcript("hello", 0.5, queued_ms=3, engine_ms=90)


async def test_a_responder_gives_the_tokens(gateway: InferenceGateway, redis: Redis) -> None:
    responder: Responder = WorkerResponder(gateway)
    worker = FakeWorker(redis, Stage.LLM)

    async def reply() -> list[str]:
        tokens = responder.respond(CALL, MESSAGES, max_tokens=5, temperature=0.5, deadline_s=LONG_S)
        return [token async for token in tokens]

    async with asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(reply())
        message = await worker.take()
        pieces = [Reply("", ReplyKind.TOKEN, text=text) for text in ("Hel", "lo")]
        await worker.answer(message, *pieces, FINISHED)
    work = RespondWork.from_dict(message)
    assert (work.messages, work.max_tokens, work.temperature) == (MESSAGES, 5, 0.5)
    assert asked.result() == ["Hel", "lo"]


async def test_closing_a_reply_in_the_middle_cancels_its_work(
    gateway: InferenceGateway, redis: Redis
) -> None:
    worker = FakeWorker(redis, Stage.LLM)

    async def first_token() -> str:
        tokens = WorkerResponder(gateway).respond(
            CALL, MESSAGES, max_tokens=5, temperature=0.5, deadline_s=LONG_S
        )
        async with aclosing(tokens):
            return await anext(tokens)

    async with asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(first_token())
        message = await worker.take()
        await worker.answer(message, Reply("", ReplyKind.TOKEN, text="Hel"))
    assert asked.result() == "Hel"
    assert await worker.has_key(cancel_key(message["work_id"]))


async def test_a_prefix_is_warmed_without_a_reply(gateway: InferenceGateway, redis: Redis) -> None:
    worker = FakeWorker(redis, Stage.LLM)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(WorkerResponder(gateway).warm(MESSAGES, deadline_s=LONG_S))
        message = await worker.take()
        await worker.answer(message, FINISHED)
    assert RespondWork.from_dict(message).max_tokens == WARM_ONLY


async def test_what_a_call_will_ask_is_read_ahead_for_that_call(
    gateway: InferenceGateway, redis: Redis
) -> None:
    worker = FakeWorker(redis, Stage.LLM)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(WorkerResponder(gateway).read_ahead(CALL, MESSAGES, deadline_s=LONG_S))
        message = await worker.take()
        await worker.answer(message, FINISHED)
    work = RespondWork.from_dict(message)
    assert (work.call_id, work.max_tokens) == (CALL, WARM_ONLY)


async def test_a_synthesizer_gives_the_audio(gateway: InferenceGateway, redis: Redis) -> None:
    synthesizer = WorkerSynthesizer(gateway)
    worker = FakeWorker(redis, Stage.TTS)

    async def phrase() -> list[bytes]:
        chunks = synthesizer.synthesize(
            CALL, "Hello.", encoding=Encoding.ULAW, language="en", voice="", deadline_s=LONG_S
        )
        return [chunk async for chunk in chunks]

    async with asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(phrase())
        message = await worker.take()
        chunks = [Reply("", ReplyKind.AUDIO, audio=audio) for audio in (b"\xff", b"\x7f")]
        await worker.answer(message, *chunks, FINISHED)
    work = SynthesizeWork.from_dict(message)
    assert (work.text, work.language, work.voice, work.encoding) == ("Hello.", "en", "", "ulaw")
    assert asked.result() == [b"\xff", b"\x7f"]
