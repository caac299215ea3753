"""An agent's gateway and three real workers: hear, think, speak."""

import asyncio
import time
import wave
from contextlib import aclosing
from typing import Any

import pytest
from redis.asyncio import Redis

from tests.asterisk_node import needed_asterisk_root, sounds_dir
from tests.integration.shared_state.redis_server import RedisServer
from tests.stack_fixture import need
from voicebot.audio.frames import Encoding
from voicebot.calls.model import CallId
from voicebot.errors import InferenceTimeout, LanguageMissing
from voicebot.inference.gateway import InferenceGateway, new_work_id
from voicebot.inference.ready_workers import workers_ready
from voicebot.inference.recognizer import WorkerRecognizer
from voicebot.inference.responder import WorkerResponder
from voicebot.inference.synthesizer import WorkerSynthesizer
from voicebot.ports import Transcript
from workers import audio
from workers.contract import (
    ReplyKind,
    RespondWork,
    Stage,
    SynthesizeWork,
    reply_stream,
    usage_key,
)

CALL = CallId("node1-1.1")
LONG_S = 30.0
STORY = [
    {"role": "system", "content": "You are the assistant of a bicycle shop."},
    {"role": "user", "content": "Tell me a very long story about a bicycle."},
]


async def recognized(
    gateway: InferenceGateway, heard: bytes, encoding: Encoding, language: str = "en"
) -> Transcript:
    return await WorkerRecognizer(gateway).recognize(
        CALL, heard, encoding=encoding, language=language, hint="", deadline_s=LONG_S
    )


async def spoken(gateway: InferenceGateway, text: str, encoding: Encoding) -> list[bytes]:
    chunks = WorkerSynthesizer(gateway).synthesize(
        CALL, text, encoding=encoding, language="en", voice="", deadline_s=LONG_S
    )
    return [chunk async for chunk in chunks]


async def test_every_stage_tells_that_it_is_ready(workers: RedisServer) -> None:
    async with Redis.from_url(workers.url) as redis:
        ready = await workers_ready(redis)
    assert {stage: [worker.engine for worker in ready[stage]] for stage in Stage} == {
        Stage.STT: ["faster-whisper"],
        Stage.LLM: ["xllamacpp"],
        Stage.TTS: ["piper"],
    }
    assert all(worker.slots > 0 for pool in ready.values() for worker in pool)


async def test_a_human_voice_is_recognised(gateway: InferenceGateway) -> None:
    sounds = sounds_dir(needed_asterisk_root())
    prompt = sounds / "check-number-dial-again.wav"
    need("Asterisk's recorded prompts", is_there=prompt.exists())
    with wave.open(str(prompt), "rb") as wav:
        samples = audio.decode(wav.readframes(wav.getnframes()), "slin")
    transcript = await recognized(gateway, audio.encode(samples, "ulaw"), Encoding.ULAW)
    assert "please check the number" in transcript.text.lower()
    assert "dial again" in transcript.text.lower()
    assert transcript.engine_ms > 0


@pytest.mark.parametrize("encoding", list(Encoding))
async def test_what_is_spoken_is_understood_in_every_encoding(
    gateway: InferenceGateway, encoding: Encoding
) -> None:
    chunks = await spoken(gateway, "We are open on Saturday. Come and see us.", encoding)
    assert [len(chunk) % encoding.frame_bytes for chunk in chunks[:-1]] == [0] * (len(chunks) - 1)
    transcript = await recognized(gateway, b"".join(chunks), encoding)
    assert "open on saturday" in transcript.text.lower()


async def test_silence_is_recognised_as_nothing(gateway: InferenceGateway) -> None:
    transcript = await recognized(gateway, Encoding.ULAW.silence_frame * 100, Encoding.ULAW)
    assert transcript.text == ""


async def test_a_grammar_binds_the_reply(gateway: InferenceGateway) -> None:
    reply = WorkerResponder(gateway).respond(
        CALL,
        [{"role": "user", "content": "Can I talk to somebody?"}],
        max_tokens=20,
        temperature=0.0,
        deadline_s=LONG_S,
        grammar='root ::= "@operator" | "@message"',
    )
    assert "".join([piece async for piece in reply]) in ("@operator", "@message")


async def test_another_language_is_refused(gateway: InferenceGateway) -> None:
    with pytest.raises(LanguageMissing, match=r'stt.*"de".*VOICEBOT_STT_MODELS'):
        await recognized(gateway, b"\xff" * 1_600, Encoding.ULAW, language="de")


async def test_a_reply_is_generated_token_by_token(gateway: InferenceGateway) -> None:
    tokens = WorkerResponder(gateway).respond(
        CALL, STORY, max_tokens=12, temperature=0.0, deadline_s=LONG_S
    )
    assert len([token async for token in tokens]) > 3


async def test_what_a_call_took_of_the_processor_counts_for_it(
    gateway: InferenceGateway, workers: RedisServer
) -> None:
    call_id = CallId("costly")
    tokens = WorkerResponder(gateway).respond(
        call_id, STORY, max_tokens=12, temperature=0.0, deadline_s=LONG_S
    )
    assert [token async for token in tokens]
    async with Redis.from_url(workers.url, decode_responses=True) as redis:
        spent = await redis.hgetall(usage_key(call_id))
    assert int(spent["llm.cpu_ms"]) > 0
    assert "llm.gpu_ms" not in spent


async def test_replies_to_several_calls_are_generated_at_once(gateway: InferenceGateway) -> None:
    responder = WorkerResponder(gateway)

    async def reply(number: int) -> str:
        tokens = responder.respond(
            CallId(f"c{number}"), STORY, max_tokens=10, temperature=0.0, deadline_s=LONG_S
        )
        return "".join([token async for token in tokens])

    replies = await asyncio.gather(*(reply(number) for number in range(6)))
    assert all(replies)


async def test_a_prefix_can_be_made_warm(gateway: InferenceGateway) -> None:
    await WorkerResponder(gateway).warm(STORY[:1], deadline_s=LONG_S)


async def test_expired_work_is_dropped(gateway: InferenceGateway) -> None:
    work = SynthesizeWork(
        new_work_id(), CALL, "agent1", time.time() - 1, "Too late.", "en", "", "ulaw"
    )
    async with aclosing(gateway.replies(Stage.TTS, work, deadline_s=LONG_S)) as replies:
        with pytest.raises(InferenceTimeout):
            await anext(replies)


async def test_a_reply_nobody_wants_any_more_stops_in_mid_generation(
    gateway: InferenceGateway, workers: RedisServer
) -> None:
    work = RespondWork(
        new_work_id(), CALL, "agent1", time.time() + LONG_S, STORY, 1_500, temperature=0.7
    )
    async with aclosing(gateway.replies(Stage.LLM, work, deadline_s=LONG_S)) as replies:
        assert (await anext(replies)).kind is ReplyKind.TOKEN
    async with Redis.from_url(workers.url) as redis:
        sent = await replies_until_failed(redis, work.work_id)
    assert sent[-1] == (b"failed", b"cancelled")
    # 1,500 tokens would have taken a quarter of a minute.
    assert len(sent) < 300


async def replies_until_failed(redis: Redis, work_id: str) -> list[tuple[bytes, bytes]]:
    """What the worker still sent, whether or not anybody reads it."""
    async with asyncio.timeout(LONG_S):
        while True:
            entries: Any = await redis.xrange(reply_stream("agent1"))
            sent = [
                (fields[b"kind"], fields.get(b"reason", b""))
                for _, fields in entries
                if fields[b"work_id"] == work_id.encode()
            ]
            if sent and sent[-1][0] == b"failed":
                return sent
            await asyncio.sleep(0.05)
