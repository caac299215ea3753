"""What do all agents together hold now, for those who watch?

Reads only: nothing on the way of a call waits for it.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from voicebot.calls.model import CallId
from voicebot.capacity.slots import Occupancy
from voicebot.line_ports import SharedHealth
from voicebot.queueing.model import Place
from voicebot.shared_state import keys
from voicebot.shared_state.call_contexts import RedisCallContexts
from voicebot.shared_state.call_events import CallEventSeen, RedisCallEvents
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.health_board import RecordedChange, RedisHealthBoard
from voicebot.shared_state.slots import RedisSlots
from voicebot.shared_state.waiting_line import place_of

_CHANGES: Final = 50
# Of events: at hundreds a second each of its own would cost more than all that is done with it.
_PAUSE_S: Final = 0.05


class RedisFloorReading:
    """One watcher's view. Every question raises SharedStateError."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection
        self._contexts = RedisCallContexts(connection)
        self._slots = RedisSlots(connection)
        self._events = RedisCallEvents(connection)
        self._health = RedisHealthBoard(connection)

    async def position(self) -> str:
        """Behind the newest event."""
        return await self._events.now()

    def events(self, since: str) -> AsyncGenerator[CallEventSeen, None]:
        return self._events.watch(since=since, pause_s=_PAUSE_S)

    async def kept(self) -> Sequence[CallId]:
        """All calls that have a context."""
        return await self._contexts.kept()

    async def holding(self) -> Sequence[CallId]:
        """The calls that hold a slot."""
        held, *_ = keys.slots()
        reply = self._connection.client.zrange(held, 0, -1)
        return [CallId(one) for one in await self._connection.answer("list slots", reply)]

    async def occupancy(self) -> Occupancy:
        return await self._slots.occupancy()

    async def contexts(self, call_ids: Sequence[CallId]) -> Mapping[CallId, str | None]:
        if not call_ids:
            return {}
        reply = self._connection.client.mget([keys.call_context(one) for one in call_ids])
        found = await self._connection.answer("load call contexts", reply)
        return dict(zip(call_ids, found, strict=True))

    async def health(self) -> tuple[SharedHealth, Sequence[RecordedChange]]:
        """How all agents do, and what changed last."""
        return await self._health.seen(), await self._health.changes(_CHANGES)

    async def draining(self) -> AbstractSet[str]:
        """The agents that take no new calls."""
        reply = self._connection.client.smembers(keys.AGENTS_DRAINING)
        return frozenset(await self._connection.answer("list draining agents", reply))

    async def paused(self) -> AbstractSet[str]:
        """The queues whose callers wait on by somebody's word."""
        reply = self._connection.client.smembers(keys.PAUSED_QUEUES)
        return frozenset(await self._connection.answer("list paused queues", reply))

    async def queues(self) -> Sequence[str]:
        """Those in whose line somebody has waited of late; each may be empty by now."""
        reply = self._connection.client.smembers(keys.LINES_KNOWN)
        return sorted(await self._connection.answer("list lines", reply))

    async def lines(self, queues: Sequence[str]) -> Mapping[str, Sequence[tuple[Place, CallId]]]:
        """Who waits in each, in order."""
        async with self._connection.client.pipeline(transaction=False) as pipeline:
            for queue in queues:
                pipeline.zrange(keys.line(queue)[0], 0, -1)
            found = await self._connection.answer("read lines", pipeline.execute())
        return {
            queue: [place_of(member) for member in members]
            for queue, members in zip(queues, found, strict=True)
        }
