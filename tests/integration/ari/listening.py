"""Waiting, with a limit, for what a real Asterisk tells."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from tests.asterisk_node import ARI_ACCOUNT
from tests.integration.ari.asterisk_server import AsteriskServer
from voicebot.ari.client import AriClient
from voicebot.calls.model import ChannelId

Event = TypeVar("Event")
LIMIT_S = 20.0


def client_of(asterisk: AsteriskServer, app: str, **settings: Any) -> AriClient:
    return AriClient(asterisk.url, *ARI_ACCOUNT, app=app, **settings)


async def event_of(
    ari: AriClient, kind: type[Event], claim: Callable[[Event], bool] = lambda event: True
) -> Event:
    """The next event of this kind that fits; all others are let pass."""
    async with asyncio.timeout(LIMIT_S):
        async for event in ari.events():
            if isinstance(event, kind) and claim(event):
                return event
    raise AssertionError("events never end")


def on(channel_id: ChannelId) -> Callable[[Any], bool]:
    return lambda event: event.channel.channel_id == channel_id
