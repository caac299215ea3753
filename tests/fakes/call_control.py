"""Asterisk, as far as one call asks it for anything."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from voicebot.audio.frames import Encoding
from voicebot.calls.model import BridgeId, CallId, ChannelId
from voicebot.errors import AriRequestRefused, AsteriskError

REFUSED = AriRequestRefused("any", 500, "Internal Server Error")


@dataclass
class FakeCallControl:
    """What Asterisk was asked, and what of ours exists there."""

    asked: list[tuple[str, ...]] = field(default_factory=list)
    refusals: dict[str, AsteriskError] = field(default_factory=dict)
    # Asterisk does it, but is slow to say so.
    holds: dict[str, asyncio.Event] = field(default_factory=dict)
    media_channels: set[ChannelId] = field(default_factory=set)
    bridges: set[BridgeId] = field(default_factory=set)
    # Called when Asterisk ends a channel at our request, or lets it go on.
    on_hung_up: Callable[[ChannelId, int], None] = lambda channel_id, cause: None
    on_left: Callable[[ChannelId], None] = lambda channel_id: None

    async def answer(self, channel_id: ChannelId) -> None:
        await self._ask("answer", channel_id)

    async def open_media(
        self, call_id: CallId, media_channel_id: ChannelId, encoding: Encoding
    ) -> str:
        self.media_channels.add(media_channel_id)
        await self._ask("open_media", call_id, media_channel_id, encoding)
        return f"connection-{call_id}"

    async def join(
        self, bridge_id: BridgeId, channel_id: ChannelId, media_channel_id: ChannelId
    ) -> None:
        self.bridges.add(bridge_id)
        await self._ask("join", bridge_id, channel_id, media_channel_id)

    async def hang_up(self, channel_id: ChannelId, cause: int) -> None:
        await self._ask("hang_up", channel_id, str(cause))
        if channel_id in self.media_channels:
            self.media_channels.remove(channel_id)
        else:
            self.on_hung_up(channel_id, cause)

    async def destroy_bridge(self, bridge_id: BridgeId) -> None:
        await self._ask("destroy_bridge", bridge_id)
        self.bridges.discard(bridge_id)

    async def transfer(self, channel_id: ChannelId, transfer_id: str) -> None:
        await self._ask("transfer", channel_id, transfer_id)
        self.on_left(channel_id)

    async def go_on(self, channel_id: ChannelId, variables: Mapping[str, str]) -> None:
        set_ = (f"{name}={value}" for name, value in variables.items())
        await self._ask("go_on", channel_id, *set_)

    async def set_recording(self, channel_id: ChannelId, *, is_on: bool) -> None:
        await self._ask("set_recording", channel_id, "on" if is_on else "off")

    async def leave(self, channel_id: ChannelId, context: str) -> None:
        await self._ask("leave", channel_id, context)
        self.on_left(channel_id)

    async def _ask(self, name: str, *details: str) -> None:
        self.asked.append((name, *details))
        if name in self.holds:
            await self.holds[name].wait()
        if name in self.refusals:
            raise self.refusals[name]

    def asked_for(self, name: str) -> list[tuple[str, ...]]:
        return [request for request in self.asked if request[0] == name]
