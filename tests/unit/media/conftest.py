"""A fake Asterisk for the tests of the media stream."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.media_server import FakeMediaServer


@pytest.fixture
async def server() -> AsyncIterator[FakeMediaServer]:
    async with FakeMediaServer().running() as server:
        yield server
