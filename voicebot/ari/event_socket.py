"""How do we stay connected to Asterisk, whatever happens to the socket?

One socket carries everything: Asterisk's events, our requests and their answers.

- The reader only decodes and enqueues; it never waits, so Asterisk never finds a
  stalled reader (it drops events for one after `websocket_write_timeout`).
- A request ends by its deadline with AriRequestTimeout, or with AriDisconnected
  when the socket breaks under it. An answer that comes later is counted and ignored.
- Each connection begins with one Resynced that says what exists; events that arrive
  meanwhile are held back and follow it.
- The event queue is bounded. When it is full the socket is reset and resynced:
  the loss shows as Resynced(OVERFLOWED), never silently.
"""

import asyncio
import itertools
import logging
import random
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import urlencode

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from voicebot.ari import model, requests
from voicebot.ari.decode import (
    AriEvent,
    MalformedMessage,
    RestResponse,
    Resynced,
    ResyncReason,
    UnknownEvent,
    decode,
)
from voicebot.ari.model import Value
from voicebot.errors import AriDisconnected, AriRequestRefused, AriRequestTimeout, AsteriskError
from voicebot.reconnect import DEFAULT_BACKOFF, Backoff
from voicebot.telemetry.request_metrics import ASTERISK, REQUESTS

log = structlog.get_logger(__name__)

# At DEBUG the library would write down our password and what Asterisk says about callers.
_library_log = logging.getLogger("voicebot.ari.websockets")
_library_log.setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class SocketSettings:
    url: str  # base address of Asterisk's HTTP server: http://host:port
    username: str
    password: str = field(repr=False)
    app: str
    request_deadline_s: float = 2.0
    # Lists every channel of the node, hundreds on a busy one.
    resync_deadline_s: float = 10.0
    connect_deadline_s: float = 5.0
    ping_interval_s: float = 5.0
    pong_deadline_s: float = 2.0
    close_deadline_s: float = 1.0
    event_queue_limit: int = 20_000
    largest_message_bytes: int = 64 * 1024 * 1024
    backoff: Backoff = DEFAULT_BACKOFF

    @property
    def websocket_url(self) -> str:
        query = urlencode({"app": self.app})
        return f"ws{self.url.removeprefix('http').rstrip('/')}/ari/events?{query}"

    @property
    def authorization(self) -> str:
        """A header, because a key in the address would end up in logs."""
        return "Basic " + b64encode(f"{self.username}:{self.password}".encode()).decode()


@dataclass(slots=True)
class SocketStatistics:
    """What happened on the socket since its start."""

    connections: int = 0
    overflows: int = 0
    late_responses: int = 0
    unknown_events: int = 0
    malformed_messages: int = 0


class EventSocket:
    """The connection of one application to one Asterisk; `run` lives in a task of its own."""

    def __init__(self, settings: SocketSettings) -> None:
        self._settings = settings
        self._connection: ClientConnection | None = None
        self._connected = asyncio.Event()
        self._pending: dict[str, asyncio.Future[RestResponse]] = {}
        self._request_ids = itertools.count(1)
        self._events: asyncio.Queue[AriEvent] = asyncio.Queue(settings.event_queue_limit)
        # None: events go straight to the queue. Else they wait for their connection's Resynced.
        self._held: deque[AriEvent] | None = None
        self._resync_reason = ResyncReason.CONNECTED
        self._failures = 0
        self.statistics = SocketStatistics()

    @property
    def is_connected(self) -> bool:
        return self._connected.is_set()

    async def wait_connected(self) -> None:
        await self._connected.wait()

    async def next_event(self) -> AriEvent:
        return await self._events.get()

    async def send(
        self,
        request: requests.Request,
        parse: Callable[[object], Value],
        deadline_s: float | None = None,
    ) -> Value:
        """Sends one request and returns its parsed answer. Raises AsteriskError."""
        with REQUESTS.timed(ASTERISK, request.operation.name):
            return await self._send(request, parse, deadline_s)

    async def _send(
        self,
        request: requests.Request,
        parse: Callable[[object], Value],
        deadline_s: float | None,
    ) -> Value:
        operation = request.operation
        if deadline_s is None:
            deadline_s = self._settings.request_deadline_s
        if self._connection is None:
            raise AriDisconnected(f"{operation.name}: not connected to Asterisk")
        request_id = str(next(self._request_ids))
        answer: asyncio.Future[RestResponse] = asyncio.get_running_loop().create_future()
        self._pending[request_id] = answer
        try:
            async with asyncio.timeout(deadline_s):
                await self._connection.send(requests.encode(request, request_id))
                response = await answer
        except TimeoutError as error:
            raise AriRequestTimeout(operation.name, round(deadline_s * 1000)) from error
        except ConnectionClosed as error:
            raise AriDisconnected(f"{operation.name}: the socket broke") from error
        finally:
            del self._pending[request_id]
        return requests.result(operation, response, parse)

    async def run(self) -> NoReturn:
        """Connects again and again; raises only AriRequestRefused, for wrong credentials."""
        while True:
            reason = await self._hold_one_connection()
            log.warning("ari.disconnected", app=self._settings.app, reason=reason)
            delay_s = self._settings.backoff.delay_s(self._failures, random.random())
            self._failures += 1
            await asyncio.sleep(delay_s)

    async def _hold_one_connection(self) -> str:
        """Connects and stays as long as it lasts; returns why it ended."""
        settings = self._settings
        try:
            async with connect(
                settings.websocket_url,
                subprotocols=[Subprotocol("ari")],
                additional_headers={"Authorization": settings.authorization},
                compression=None,  # Asterisk has none
                proxy=None,
                open_timeout=settings.connect_deadline_s,
                ping_interval=settings.ping_interval_s,
                ping_timeout=settings.pong_deadline_s,
                close_timeout=settings.close_deadline_s,
                max_size=settings.largest_message_bytes,
                logger=_library_log,
            ) as connection:
                return await self._converse(connection)
        except InvalidStatus as error:
            status = error.response.status_code
            # Any other status may pass: Asterisk answers 404 while it still loads its modules.
            if status in (401, 403):
                operation = requests.EVENTS_EVENT_WEBSOCKET.name
                reason = error.response.reason_phrase
                raise AriRequestRefused(operation, status, reason) from error
            return f"refused with HTTP status {status}"
        except (OSError, InvalidHandshake, ConnectionClosed) as error:
            return f"could not connect: {type(error).__name__}"

    async def _converse(self, connection: ClientConnection) -> str:
        self._connection = connection
        self._held = deque()
        self._connected.set()
        REQUESTS.connected(is_connected=True)
        self.statistics.connections += 1
        reason = ""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(connection), name="ari-reader")
                tasks.create_task(self._resync(), name="ari-resync")
        except* (ConnectionClosed, AsteriskError) as broken:
            reason = "; ".join(str(error) for error in broken.exceptions)
        finally:
            self._connection = None
            self._connected.clear()
            REQUESTS.connected(is_connected=False)
            for answer in self._pending.values():
                if not answer.done():
                    answer.set_exception(AriDisconnected("the socket broke before the answer"))
        return reason

    async def _read(self, connection: ClientConnection) -> NoReturn:
        async for message in connection:
            value = decode(message)
            if isinstance(value, RestResponse):
                self._settle(value)
            else:
                self._deliver(value)
        raise AriDisconnected("Asterisk closed the socket")

    def _settle(self, response: RestResponse) -> None:
        answer = self._pending.get(response.request_id)
        if answer is None or answer.done():
            self.statistics.late_responses += 1
        else:
            answer.set_result(response)

    def _deliver(self, event: AriEvent) -> None:
        if isinstance(event, UnknownEvent):
            self.statistics.unknown_events += 1
        elif isinstance(event, MalformedMessage):
            self.statistics.malformed_messages += 1
            log.warning("ari.malformed_message", app=self._settings.app, reason=event.reason)
        if self._held is None and not self._events.full():
            self._events.put_nowait(event)
        elif self._held is not None and len(self._held) < self._settings.event_queue_limit:
            self._held.append(event)
        else:
            self.statistics.overflows += 1
            self._resync_reason = ResyncReason.OVERFLOWED
            raise AriDisconnected("events were not taken in time; starting afresh")

    async def _resync(self) -> None:
        deadline_s = self._settings.resync_deadline_s
        channels = await self.send(
            requests.request(requests.CHANNELS_LIST), model.channels, deadline_s
        )
        bridges = await self.send(
            requests.request(requests.BRIDGES_LIST), model.bridges, deadline_s
        )
        # May wait for the consumer; the reader goes on meanwhile, up to the same bound.
        await self._events.put(Resynced(channels, bridges, self._resync_reason))
        self._resync_reason = ResyncReason.RECONNECTED
        self._failures = 0
        log.info("ari.connected", app=self._settings.app, channels=len(channels))
        assert self._held is not None
        while self._held:
            await self._events.put(self._held.popleft())
        self._held = None
