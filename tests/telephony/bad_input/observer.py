"""Tells, at the instant, what happens on whose call: from Asterisk's events and from the agents'.

Calls are told apart by the caller's number, so each caller needs one.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import connect

from voicebot.calls.asterisk_names import owner_of
from voicebot.calls.model import ChannelId
from voicebot.settings import Settings
from voicebot.shared_state.call_events import RedisCallEvents
from voicebot.shared_state.connection import RedisConnection

APP = "observer"


class Observer:
    """What has been seen of each call, in order; `sees` waits for it."""

    def __init__(self) -> None:
        self.seen: dict[str, list[str]] = defaultdict(list)  # by caller
        self._callers: dict[str, str] = {}  # by channel id
        self._happened: dict[tuple[str, str, int], asyncio.Event] = defaultdict(asyncio.Event)

    async def sees(self, caller: str, event: str, count: int = 1) -> None:
        """Waits until it has happened so often."""
        await self._happened[caller, event, count].wait()

    def note(self, call_id: str, event: str) -> None:
        caller = self._callers.get(call_id)
        if caller is not None:
            self.seen[caller].append(event)
            self._happened[caller, event, self.seen[caller].count(event)].set()

    def asterisk_says(self, event: Mapping[str, Any]) -> None:
        kind: str = event["type"]
        channel = event.get("channel") or event.get("peer") or {}
        channel_id = channel.get("id", "")
        if kind == "ChannelCreated" and channel.get("name", "").startswith("PJSIP/"):
            self._callers[channel_id] = channel["caller"]["number"]
        if kind in ("BridgeCreated", "BridgeDestroyed"):
            channel_id = event["bridge"]["id"]
        owner = owner_of(ChannelId(channel_id))
        what = {
            "ChannelDialplan": event.get("dialplan_app", ""),
            "ChannelVarset": event.get("variable", ""),
            "ChannelStateChange": channel.get("state", ""),
        }.get(kind, "")
        whose = "" if owner == channel_id else "our "
        self.note(owner, f"{whose}{kind}{f' {what}' if what else ''}")


@asynccontextmanager
async def observing(settings: Settings) -> AsyncIterator[Observer]:
    """Everything that happens inside the block."""
    observer = Observer()
    redis = RedisConnection(settings.redis_url)
    credentials = f"{settings.ari_username}:{settings.ari_password.get_secret_value()}"
    address = settings.ari_url.removeprefix("http")
    url = f"ws{address}/ari/events?app={APP}&subscribeAll=true&api_key={credentials}"
    try:
        async with connect(url, proxy=None) as asterisk, asyncio.TaskGroup() as tasks:
            events = RedisCallEvents(redis)
            since = await events.now()

            async def follow_asterisk() -> None:
                async for message in asterisk:
                    observer.asterisk_says(json.loads(message))

            async def follow_agents() -> None:
                async for event in events.watch(since=since):
                    observer.note(event.call_id, event.name)

            watching = [tasks.create_task(follow_asterisk()), tasks.create_task(follow_agents())]
            yield observer
            for task in watching:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*watching)
    finally:
        await redis.close()
