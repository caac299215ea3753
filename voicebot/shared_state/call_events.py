"""What is happening on the calls, for those who watch?

Each event goes to its call's stream and to one for all calls. Both are bounded and
expire; a slow watcher misses the oldest events, and no call ever waits for one.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from voicebot.calls.model import CallId
from voicebot.errors import SharedStateError
from voicebot.shared_state import keys
from voicebot.shared_state.connection import WATCH_MS, RedisConnection

PUBLISH_DEADLINE_MS = 200  # a turn's whole budget is twice that
EVENTS_PER_CALL = 1_000
EVENTS_OF_ALL_CALLS = 10_000
LIFETIME_S = 3_600  # they tell what callers said
BEGINNING = "0-0"
_AT_ONCE = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CallEventSeen:
    """One event of a call, as published."""

    position: str  # in its stream; watching goes on behind it
    call_id: CallId
    name: str
    at: datetime  # by Redis's clock
    fields: Mapping[str, Any]


class RedisCallEvents:
    """The running commentary in Redis streams; fulfils `CallEvents`."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection

    async def publish(self, call_id: CallId, name: str, fields: Mapping[str, Any]) -> None:
        """Raises SharedStateError after 200 ms at the latest."""
        told = json.dumps(dict(fields))
        entry: dict[Any, Any] = {"call_id": call_id, "name": name, "fields": told}
        async with self._connection.client.pipeline(transaction=False) as pipeline:
            for stream, length in (
                (keys.call_events(call_id), EVENTS_PER_CALL),
                (keys.ALL_CALL_EVENTS, EVENTS_OF_ALL_CALLS),
            ):
                pipeline.xadd(stream, entry, maxlen=length, approximate=True)
                pipeline.expire(stream, LIFETIME_S)
            await self._connection.answer(
                "publish call event", pipeline.execute(), deadline_ms=PUBLISH_DEADLINE_MS
            )

    async def now(self) -> str:
        """The position behind the newest event of all calls."""
        reply = self._connection.client.xrevrange(keys.ALL_CALL_EVENTS, count=1)
        newest: list[tuple[str, Any]]
        newest = await self._connection.answer("find newest call event", reply)
        return newest[0][0] if newest else BEGINNING

    async def watch(
        self, call_id: CallId | None = None, *, since: str = BEGINNING, pause_s: float = 0.0
    ) -> AsyncGenerator[CallEventSeen, None]:
        """Yields the events of one call, or of all, behind a position; then each as it comes.

        With a pause, those that come within it are fetched together. Goes on until it is closed or
        cancelled; raises SharedStateError when Redis is gone.
        """
        stream = keys.ALL_CALL_EVENTS if call_id is None else keys.call_events(call_id)
        position = since
        while True:
            reply = self._connection.client.xread(
                {stream: position}, count=_AT_ONCE, block=WATCH_MS
            )
            found = await self._connection.answer(
                "watch call events", reply, deadline_ms=2 * WATCH_MS
            )
            for _, entries in found:
                for position, entry in entries:
                    yield _event(position, entry)
                if pause_s and len(entries) < _AT_ONCE:
                    await asyncio.sleep(pause_s)


def _event(position: str, entry: Mapping[str, str]) -> CallEventSeen:
    try:
        return CallEventSeen(
            position=position,
            call_id=CallId(entry["call_id"]),
            name=entry["name"],
            # A stream's ids begin with the time of their making, in ms.
            at=_EPOCH + timedelta(milliseconds=int(position.split("-")[0])),
            fields=json.loads(entry["fields"]),
        )
    except (KeyError, ValueError) as error:
        raise SharedStateError("a call event is not understood") from error
