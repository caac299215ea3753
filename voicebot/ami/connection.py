"""How do we talk AMI with one Asterisk, for as long as one connection lasts?

Thin around panoramisk, which speaks the protocol; its own reconnecting, pinging and queueing of
actions are left out, because they know no deadline and no end.

- An action ends by its deadline with AmiTimeout, or with AmiDisconnected when the connection
  breaks under it.
- The event queue is bounded. When it is full the connection ends: whoever connects again looks
  at the whole node anew, so no loss goes unseen.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from panoramisk import Manager
from panoramisk.ami_protocol import AMIProtocol

from voicebot.ami.decode import AmiEvent, Message, decode
from voicebot.errors import AmiDisconnected, AmiRefused, AmiTimeout
from voicebot.settings import Settings

# At DEBUG the library would write down our password and what Asterisk says about callers.
_library_log = logging.getLogger("voicebot.ami.panoramisk")
_library_log.setLevel(logging.WARNING)
_NEVER_S = 10**9


@dataclass(frozen=True, slots=True)
class AmiSettings:
    host: str
    port: int
    username: str
    password: str = field(repr=False)
    connect_deadline_s: float = 5.0
    # Lists every endpoint or channel of the node, hundreds on a busy one.
    action_deadline_s: float = 10.0
    ping_interval_s: float = 5.0
    ping_deadline_s: float = 5.0
    event_queue_limit: int = 20_000
    wants_events: bool = True

    @classmethod
    def of(cls, settings: Settings, *, wants_events: bool) -> "AmiSettings":
        """How this stack's own Asterisk is reached."""
        return cls(
            settings.bind_address,
            settings.ami_port,
            settings.ami_username,
            settings.ami_password.get_secret_value(),
            wants_events=wants_events,
        )


class _Manager(Manager):  # type: ignore[misc]  # panoramisk has no types
    """Tells that a connection is over, instead of making another."""

    def __init__(self, lost: asyncio.Future[str], **settings: Any) -> None:
        super().__init__(**settings)
        self._lost = lost

    def connection_lost(self, exc: object) -> None:
        if not self._lost.done():
            self._lost.set_result("Asterisk closed the connection")

    def login(self, future: "asyncio.Future[Any]") -> None:
        """Whether it succeeded is for the connection to see."""


class _Protocol(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    """Knows its manager from the start: a connection may break before it has been taken."""

    def __init__(self, manager: _Manager) -> None:
        self._manager = manager

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.factory = self._manager


class AmiConnection:
    """A connection on which we are logged in."""

    def __init__(self, settings: AmiSettings) -> None:
        self._settings = settings
        loop = asyncio.get_running_loop()
        self._lost: asyncio.Future[str] = loop.create_future()
        self._events: asyncio.Queue[AmiEvent] = asyncio.Queue(settings.event_queue_limit)
        self._manager = _Manager(
            self._lost,
            loop=loop,
            log=_library_log,
            username=settings.username,
            secret=settings.password,
            events="on" if settings.wants_events else "off",
            ping_delay=_NEVER_S,
        )
        self._manager.register_event("*", self._receive)

    async def send(
        self, action: str, deadline_s: float | None = None, **headers: str
    ) -> Sequence[Message]:
        """Sends an action and returns the messages of its answer. Raises AsteriskError."""
        if any(sign in value for value in headers.values() for sign in "\r\n\0"):
            raise AmiRefused(action, "a header cannot hold a line break")
        if self._lost.done():
            raise AmiDisconnected(f"{action}: {self._lost.result()}")
        answer = self._manager.send_action({"Action": action, **headers})
        return await self._answer(action, answer, deadline_s)

    async def next_event(self) -> AmiEvent:
        """Raises AmiDisconnected when the connection is over."""
        if self._events.empty():
            event = asyncio.ensure_future(self._events.get())
            try:
                await asyncio.wait((event, self._lost), return_when=asyncio.FIRST_COMPLETED)
                if event.done():
                    return event.result()
            finally:
                event.cancel()
            raise AmiDisconnected(self._lost.result())
        return self._events.get_nowait()

    async def _open(self) -> None:
        settings = self._settings
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(settings.connect_deadline_s):
                opened: asyncio.Future[Any] = loop.create_future()
                opened.set_result(
                    await loop.create_connection(
                        lambda: _Protocol(self._manager), settings.host, settings.port
                    )
                )
        except TimeoutError as error:
            waited_ms = round(settings.connect_deadline_s * 1000)
            raise AmiTimeout("connect", waited_ms) from error
        except OSError as error:
            raise AmiDisconnected(f"could not connect: {type(error).__name__}") from error
        # Sends the login.
        self._manager.connection_made(opened)
        await self._answer("Login", self._manager.authenticated_future, None)

    async def _answer(
        self, action: str, answer: "asyncio.Future[Any]", deadline_s: float | None
    ) -> Sequence[Message]:
        limit_s = self._settings.action_deadline_s if deadline_s is None else deadline_s
        await asyncio.wait(
            (answer, self._lost), timeout=limit_s, return_when=asyncio.FIRST_COMPLETED
        )
        if answer.done():
            found = answer.result()
            messages = found if isinstance(found, list) else [found]
            if not messages[0].success:
                raise AmiRefused(action, messages[0].message)
            return messages
        answer.cancel()
        if self._lost.done():
            raise AmiDisconnected(f"{action}: {self._lost.result()}")
        raise AmiTimeout(action, round(limit_s * 1000))

    def _receive(self, _manager: Manager, message: Message) -> None:
        event = decode(message)
        if event is None:
            return
        try:
            self._events.put_nowait(event)
        except asyncio.QueueFull:
            self._break("events were not taken in time; starting afresh")

    async def _keep_alive(self) -> None:
        """A peer that vanished without a goodbye is found out by its silence."""
        while not self._lost.done():
            await asyncio.wait((self._lost,), timeout=self._settings.ping_interval_s)
            if self._lost.done():
                return
            try:
                await self.send("Ping", self._settings.ping_deadline_s)
            except (AmiTimeout, AmiDisconnected) as error:
                self._break(str(error))

    def _break(self, reason: str) -> None:
        if not self._lost.done():
            self._lost.set_result(reason)

    def _close(self) -> None:
        self._break("closed by us")
        self._manager.close()


@asynccontextmanager
async def connected(settings: AmiSettings) -> AsyncIterator[AmiConnection]:
    """Logged in inside the block. Raises AmiRefused for wrong credentials, and AsteriskError."""
    connection = AmiConnection(settings)
    keeper: asyncio.Task[None] | None = None
    try:
        await connection._open()
        keeper = asyncio.create_task(connection._keep_alive(), name="ami-keep-alive")
        yield connection
    finally:
        connection._close()
        if keeper is not None:
            await asyncio.wait((keeper,))
