import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import suppress

import pytest
import structlog

from tests.fakes.call_services import Outside
from tests.fakes.virtual_time import VirtualTimeLoop, settle
from tests.unit.agents.agent_process import Process
from tests.unit.agents.calling import HeldCall
from tests.unit.agents.thinker import Thinker
from voicebot.telemetry.logs import configure_logs


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The drivers wait for much, and the tests for nothing."""
    return {"virtual time": VirtualTimeLoop}


@pytest.fixture(autouse=True)
async def _asyncio_debug() -> AsyncIterator[None]:
    """Every exception that nobody looked at fails the test."""
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    unseen: list[Mapping[str, object]] = []
    loop.set_exception_handler(lambda _loop, context: unseen.append(context))
    yield
    assert not unseen


@pytest.fixture
def production_logs() -> Iterator[Callable[[], None]]:
    """Called within a test: from there on logs are written as an agent process writes them."""
    yield lambda: configure_logs("DEBUG", process="test")
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
async def tasks() -> AsyncIterator[asyncio.TaskGroup]:
    async with asyncio.TaskGroup() as group:
        yield group


@pytest.fixture
async def thinker(outside: Outside, tasks: asyncio.TaskGroup) -> Thinker:
    return Thinker(outside, tasks)


@pytest.fixture
async def call(outside: Outside) -> HeldCall:
    """A call whose greeting was heard."""
    return await HeldCall(outside).is_greeted()


@pytest.fixture
async def process(outside: Outside) -> AsyncIterator[Process]:
    process = Process(outside)
    await settle()
    yield process
    if not process.task.done():
        process.task.cancel()
    with suppress(asyncio.CancelledError):
        await process.task
