"""Who is at the other end of a media link: a real Asterisk, or the fake of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import httpx

from tests.asterisk_node import ARI_ACCOUNT
from tests.fakes.media_server import FakeMediaChannel, FakeMediaServer
from tests.integration.media.media_node import MediaNode
from voicebot.audio.frames import Encoding


class FarEnd(Protocol):
    """What the contract asks of either."""

    media_url: str

    async def offer(self, behaviour: str, encoding: Encoding) -> str:
        """Makes a media channel that will `echo`, stay `silent` or press a key (`digit`)."""

    async def hang_up(self, connection_id: str) -> None: ...


class AsteriskFarEnd:
    """Channels of a real Asterisk; `behaviour` is an extension of its dialplan."""

    def __init__(self, node: MediaNode, ari: httpx.AsyncClient) -> None:
        self.media_url = node.media_url
        self._ari = ari
        self._channel_ids: dict[str, str] = {}

    @classmethod
    @asynccontextmanager
    async def on(cls, node: MediaNode) -> AsyncIterator["AsteriskFarEnd"]:
        async with httpx.AsyncClient(base_url=node.ari_url, auth=ARI_ACCOUNT) as ari:
            yield cls(node, ari)

    async def offer(self, behaviour: str, encoding: Encoding) -> str:
        answer = await self._ari.post(
            "/channels",
            params={
                "endpoint": f"WebSocket/INCOMING/c({encoding})f(json)",
                "formats": encoding.value,
                "context": "tests",
                "extension": behaviour,
                "priority": 1,
            },
        )
        return await self._connection_id(answer.raise_for_status().json()["id"])

    async def offered_by_dialplan(self) -> str | None:
        """The connection id of a channel that the dialplan made, if there is one yet."""
        channels = (await self._ari.get("/channels")).raise_for_status().json()
        unknown = [each["id"] for each in channels if each["id"] not in self._channel_ids.values()]
        return await self._connection_id(unknown[0]) if unknown else None

    async def hang_up(self, connection_id: str) -> None:
        await self._ari.delete(f"/channels/{self._channel_ids[connection_id]}")

    async def _connection_id(self, channel_id: str) -> str:
        answer = await self._ari.get(
            f"/channels/{channel_id}/variable",
            params={"variable": "MEDIA_WEBSOCKET_CONNECTION_ID"},
        )
        connection_id: str = answer.raise_for_status().json()["value"]
        self._channel_ids[connection_id] = channel_id
        return connection_id


class FakeFarEnd:
    """Channels of the fake."""

    def __init__(self, server: FakeMediaServer) -> None:
        self.media_url = server.media_url
        self._server = server
        self._channels: dict[str, FakeMediaChannel] = {}

    async def offer(self, behaviour: str, encoding: Encoding) -> str:
        connection_id = f"fake-{len(self._channels)}"
        channel = self._server.offer(connection_id, encoding, echoes=behaviour == "echo")
        if behaviour == "digit":
            channel.presses.append("5")
        self._channels[connection_id] = channel
        return connection_id

    async def hang_up(self, connection_id: str) -> None:
        await self._channels[connection_id].hang_up()
