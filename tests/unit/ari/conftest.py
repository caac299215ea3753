from collections.abc import AsyncIterator

import pytest

from tests.fakes.ari_server import FakeAriServer
from voicebot.ari.client import AriClient
from voicebot.reconnect import Backoff

AT_ONCE = Backoff(first_s=0.001, most_s=0.01)


@pytest.fixture
async def server() -> AsyncIterator[FakeAriServer]:
    async with FakeAriServer() as server:
        yield server


def client_of(
    server: FakeAriServer, *, request_deadline_s: float = 5.0, event_queue_limit: int = 100
) -> AriClient:
    return AriClient(
        server.url,
        "tester",
        "secret",
        app="voicebot-1",
        request_deadline_s=request_deadline_s,
        event_queue_limit=event_queue_limit,
        backoff=AT_ONCE,
    )
