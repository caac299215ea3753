import asyncio
from collections.abc import Callable, Mapping

from tests.fakes.virtual_time import VirtualTimeLoop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """A guardian waits for much, and its tests for nothing."""
    return {"virtual time": VirtualTimeLoop}
