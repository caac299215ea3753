"""How do we steer an Asterisk?

    async with AriClient(url, username, password, app="voicebot-1") as ari:
        async for event in ari.events():
            match event:
                case StasisStart(channel=channel):
                    await ari.channels.answer(channel.channel_id)

Connecting happens in the background and goes on for ever; leaving the block closes the
socket. Only wrong credentials end the block from within, with AriRequestRefused. Events
come to one consumer, in the order in which Asterisk sent them.
"""

import asyncio
from types import TracebackType
from typing import Self

from voicebot.ari.channels import Channels
from voicebot.ari.decode import AriEvent
from voicebot.ari.event_socket import EventSocket, SocketSettings, SocketStatistics
from voicebot.ari.resources import Applications, Asterisk, Bridges, Events, Playbacks
from voicebot.errors import AriDisconnected
from voicebot.owned_tasks import OwnedTasks
from voicebot.reconnect import DEFAULT_BACKOFF, Backoff


class AriClient:
    """One application on one Asterisk node: its events and all operations."""

    def __init__(
        self,
        url: str,
        username: str,
        password: str,
        *,
        app: str,
        request_deadline_s: float = 2.0,
        ping_interval_s: float = 5.0,
        pong_deadline_s: float = 2.0,
        event_queue_limit: int = 20_000,
        backoff: Backoff = DEFAULT_BACKOFF,
    ) -> None:
        self.app = app
        self._socket = EventSocket(
            SocketSettings(
                url,
                username,
                password,
                app=app,
                request_deadline_s=request_deadline_s,
                ping_interval_s=ping_interval_s,
                pong_deadline_s=pong_deadline_s,
                event_queue_limit=event_queue_limit,
                backoff=backoff,
            )
        )
        self.applications = Applications(self._socket)
        self.asterisk = Asterisk(self._socket)
        self.bridges = Bridges(self._socket)
        self.channels = Channels(self._socket)
        self.playbacks = Playbacks(self._socket)
        self.events = Events(self._socket)

    @property
    def is_connected(self) -> bool:
        """Whether requests can be sent; without a connection they fail at once."""
        return self._socket.is_connected

    @property
    def statistics(self) -> SocketStatistics:
        return self._socket.statistics

    async def wait_connected(self, deadline_s: float) -> None:
        """Raises AriDisconnected when Asterisk was not reached in time."""
        try:
            async with asyncio.timeout(deadline_s):
                await self._socket.wait_connected()
        except TimeoutError as error:
            raise AriDisconnected(f"Asterisk was not reached within {deadline_s} s") from error

    async def next_event(self) -> AriEvent:
        return await self._socket.next_event()

    async def __aenter__(self) -> Self:
        self._tasks = OwnedTasks()
        await self._tasks.__aenter__()
        self._runner = self._tasks.create_task(self._socket.run(), name="ari-socket")
        return self

    async def __aexit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._runner.cancel()
        try:
            await self._tasks.__aexit__(error_type, error, traceback)
        except BaseExceptionGroup as group:
            # The group has one task, so one error: ours for wrong credentials.
            raise group.exceptions[0] from None
