"""What workers counted, read from a real Redis."""

import pytest

from voicebot.calls.model import CallId
from voicebot.costs.usage import WorkUsage
from voicebot.shared_state.call_usage import RedisCallUsage
from voicebot.shared_state.connection import RedisConnection
from workers.contract import Unit, usage_key

CALL, IDLE = CallId("node1-1.1"), CallId("node1-1.2")


@pytest.mark.parametrize("asked", [[CALL, IDLE], [IDLE, CALL]])
async def test_each_call_has_its_amounts(connection: RedisConnection, asked: list[CallId]) -> None:
    for name, amount in (
        (f"stt.{Unit.AUDIO_MS.value}", 1_500),
        (f"llm.large.{Unit.WORKS.value}", 2),
        (f"llm.large.{Unit.ENGINE_MS.value}", 700),
        (f"llm.large.{Unit.PROMPT_TOKENS.value}", 300),
        (f"llm.large.{Unit.REPLY_TOKENS.value}", 20),
        (f"llm.large.{Unit.GPU_MS.value}", 650),
        (f"stt.{Unit.CPU_MS.value}", 300),
        (f"tts.{Unit.KEPT_CHARACTERS.value}", 44),
        ("llm.large.photons", 12),  # of another release
    ):
        await connection.client.hincrby(usage_key(CALL), name, amount)
    assert await RedisCallUsage(connection).of(asked) == {
        CALL: {
            "stt": WorkUsage(audio_ms=1_500, cpu_ms=300),
            "llm.large": WorkUsage(
                works=2, engine_ms=700, prompt_tokens=300, reply_tokens=20, gpu_ms=650
            ),
            "tts": WorkUsage(kept_characters=44),
        }
    }
