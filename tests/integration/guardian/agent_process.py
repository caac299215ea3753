"""The least that an agent process can be: it claims calls, opens their media, and beats.

Writes what happened and reads which call to lose, one JSON value a line. Started by `fleet`, to
be killed and frozen.
"""

import asyncio
import json
import sys

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from voicebot.agents.heartbeat import Heartbeat
from voicebot.ari.call_control import AriCallControl
from voicebot.ari.client import AriClient
from voicebot.ari.decode import CallBroadcast, Resynced, StasisEnd, StasisStart
from voicebot.ari.waiting_control import AriWaitingControl
from voicebot.audio.frames import Encoding
from voicebot.calls.asterisk_names import (
    WAIT_ARGUMENT,
    announcements_of,
    bridge_of,
    media_channel_of,
)
from voicebot.calls.model import CallId, ChannelId
from voicebot.telemetry.logs import configure_logs

LONG = ["sound:demo-instruct"] * 3


class LeastAgent:
    def __init__(self, url: str, username: str, password: str, app: str) -> None:
        self._url = url
        self._ari = AriClient(url, username, password, app=app)
        self._driven: set[ChannelId] = set()
        self._media_up: dict[ChannelId, asyncio.Event] = {}
        self._sockets: list[ClientConnection] = []

    async def run(self) -> None:
        async with self._ari, asyncio.TaskGroup() as tasks:
            tasks.create_task(Heartbeat(self._ari, self._ari.app, lambda: self._driven).run())
            tasks.create_task(self._obey())
            async for event in self._ari.events():
                match event:
                    case Resynced():
                        tell("ready")
                    case CallBroadcast(channel=channel):
                        tasks.create_task(self._claim(channel.channel_id))
                    case StasisStart(args=("media", call_id)):
                        self._media_up[ChannelId(call_id)].set()
                    case StasisStart(channel=channel, args=(first, _)) if first == WAIT_ARGUMENT:
                        self._driven.add(channel.channel_id)
                        tasks.create_task(self._announce(channel.channel_id))
                    case StasisStart(channel=channel):
                        self._driven.add(channel.channel_id)
                        tasks.create_task(self._open(channel.channel_id))
                    case StasisEnd(channel=channel):
                        self._driven.discard(channel.channel_id)
                        tell("ended", channel.channel_id)
                    case _:
                        pass

    async def _claim(self, channel_id: ChannelId) -> None:
        await self._ari.events.claim_channel(channel_id, application=self._ari.app)

    async def _open(self, channel_id: ChannelId) -> None:
        control = AriCallControl(self._ari)
        is_up = self._media_up[channel_id] = asyncio.Event()
        media_id = media_channel_of(channel_id)
        connection_id = await control.open_media(CallId(channel_id), media_id, Encoding.ULAW)
        socket = await connect(
            f"{self._url.replace('http', 'ws')}/media/{connection_id}",
            subprotocols=[Subprotocol("media")],
            compression=None,
        )
        self._sockets.append(socket)
        await is_up.wait()
        await control.answer(channel_id)
        await control.join(bridge_of(channel_id), channel_id, media_id)
        tell("bridged", channel_id)
        async for _ in socket:
            pass

    async def _announce(self, channel_id: ChannelId) -> None:
        control = AriWaitingControl(self._ari)
        await control.answer(channel_id)
        await control.play(channel_id, announcements_of(channel_id)[-1], LONG)
        tell("announces", channel_id)

    async def _obey(self) -> None:
        lines = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        async for line in lines:
            # As when the task that drove this call has died, and the process lives.
            self._driven.discard(ChannelId(json.loads(line)))


def tell(what: str, channel_id: str = "") -> None:
    print(json.dumps([what, channel_id]), flush=True)


if __name__ == "__main__":
    configure_logs("ERROR", process="least-agent")
    asyncio.run(LeastAgent(*sys.argv[1:]).run())
