"""An Asterisk of a few lines: chan_websocket as the media link sees it.

Plays one frame every 20 ms, answers marks when their audio was played, flushes,
reports its status, and says too much is too much at the same levels. What it plays it
sends back, as the dialplan's Echo() does. It passes the contract tests of the real one.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from voicebot.audio.frames import FRAME_MS, Encoding

XOFF_FRAMES, XON_FRAMES = 900, 800


class FakeMediaChannel:
    """One media channel, from being offered to being hung up."""

    def __init__(self, encoding: Encoding, *, echoes: bool, opening: Sequence[str | bytes]) -> None:
        self.encoding = encoding
        self.received_audio: list[bytes] = []  # message by message
        self.received_commands: list[dict[str, Any]] = []
        self.played = b""
        self.presses: list[str] = []  # keys to press at the next tick
        self.connected = asyncio.Event()
        self.is_ticking = True
        self.is_deaf = False  # to commands
        self._echoes = echoes
        self._opening = opening
        self._queue: deque[bytes | str] = deque()  # frames, and marks' ids
        self._is_full = self._is_paused = False
        self._socket: ServerConnection | None = None

    @property
    def queue_length(self) -> int:
        return sum(isinstance(item, bytes) for item in self._queue)

    async def send(self, message: str | bytes) -> None:
        assert self._socket is not None
        await self._socket.send(message)

    async def send_event(self, name: str, **fields: object) -> None:
        await self.send(json.dumps({"event": name, "channel_id": "fake", **fields}))

    async def hang_up(self) -> None:
        assert self._socket is not None
        await self._socket.close()

    def break_connection(self) -> None:
        """The host is gone: no closing handshake."""
        assert self._socket is not None
        self._socket.transport.abort()

    def freeze(self) -> None:
        """The process hangs: the connection stands, nothing is read any more."""
        assert self._socket is not None
        self._socket.transport.pause_reading()

    async def serve(self, socket: ServerConnection) -> None:
        self._socket = socket
        self.connected.set()
        for message in self._opening:
            await self.send(message)
        try:
            async with asyncio.TaskGroup() as tasks:
                ticking = tasks.create_task(self._tick())
                async for message in socket:
                    await self._receive(message)
                ticking.cancel()
        except* ConnectionClosed:
            pass

    async def _tick(self) -> None:
        due = asyncio.get_running_loop().time()
        while True:
            due += FRAME_MS / 1000
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            if self.is_ticking:
                await self.tick()

    async def tick(self) -> None:
        """What Asterisk does every 20 ms."""
        while self.presses:
            await self.send_event("DTMF_END", digit=self.presses.pop(0))
        if self._is_full and self.queue_length < XON_FRAMES:
            self._is_full = False
            await self.send_event("MEDIA_XON")
        if self._is_paused:
            return
        while self._queue and isinstance(self._queue[0], str):
            await self.send_event("MEDIA_MARK_PROCESSED", correlation_id=self._queue.popleft())
        if self._queue:
            frame = self._queue.popleft()
            assert isinstance(frame, bytes)
            self.played += frame
            if self._echoes:
                await self.send(frame)

    async def _receive(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self.received_audio.append(message)
            size = self.encoding.frame_bytes
            # Outside bulk mode the rest of a message is thrown away.
            self._queue.extend(
                message[start : start + size] for start in range(0, len(message) - size + 1, size)
            )
            if not self._is_full and self.queue_length >= XOFF_FRAMES:
                self._is_full = True
                await self.send_event("MEDIA_XOFF")
            return
        if self.is_deaf or len(message) > 128:
            return
        command = json.loads(message)
        self.received_commands.append(command)
        match command["command"]:
            case "MARK_MEDIA":
                self._queue.append(command["correlation_id"])
            case "FLUSH_MEDIA":
                self._queue.clear()
            case "PAUSE_MEDIA":
                self._is_paused = True
            case "CONTINUE_MEDIA":
                self._is_paused = False
            case "GET_STATUS":
                await self.send_event(
                    "STATUS",
                    queue_length=self.queue_length,
                    xon_level=XON_FRAMES,
                    xoff_level=XOFF_FRAMES,
                    queue_full=self._is_full,
                    bulk_media=False,
                    media_paused=self._is_paused,
                )
            case other:
                await self.send_event("ERROR", error_text=f"{other} is not known here")


class FakeMediaServer:
    """Offers media channels, each to be connected to once."""

    def __init__(self) -> None:
        self._server: Server | None = None
        self._offered: dict[str, FakeMediaChannel] = {}

    @property
    def media_url(self) -> str:
        assert self._server is not None
        host, port = next(iter(self._server.sockets)).getsockname()
        return f"ws://{host}:{port}"

    def offer(
        self,
        connection_id: str,
        encoding: Encoding = Encoding.ULAW,
        *,
        echoes: bool = True,
        opening: Sequence[str | bytes] | None = None,
    ) -> FakeMediaChannel:
        """`opening` is what it says first, MEDIA_START unless given."""
        if opening is None:
            opening = [media_start(encoding)]
        channel = FakeMediaChannel(encoding, echoes=echoes, opening=opening)
        self._offered[connection_id] = channel
        return channel

    def _refuse_unknown(self, socket: ServerConnection, request: Request) -> Response | None:
        if request.path.removeprefix("/media/") in self._offered:
            return None
        return socket.respond(HTTPStatus.NOT_FOUND, "")

    async def _serve(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        await self._offered.pop(socket.request.path.removeprefix("/media/")).serve(socket)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["FakeMediaServer"]:
        async with serve(
            self._serve,
            "127.0.0.1",
            0,
            process_request=self._refuse_unknown,
            subprotocols=[Subprotocol("media")],
            compression=None,
            close_timeout=0.1,
        ) as self._server:
            yield self


def media_start(encoding: Encoding) -> str:
    return json.dumps(
        {
            "event": "MEDIA_START",
            "connection_id": "fake",
            "channel": "WebSocket/fake",
            "channel_id": "fake",
            "format": encoding.value,
            "optimal_frame_size": encoding.frame_bytes,
            "ptime": FRAME_MS,
            "channel_variables": {},
        }
    )
