"""Reads the floor from Redis and SQL, once for all who watch.

Events tell at once which calls have changed; their contexts tell how they stand. Beside those, as
many of the others are looked at as a round has room for, the longest unread first, so that
nothing stays wrong for long.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NoReturn

from voicebot.calls.model import CallId
from voicebot.errors import SharedStateError, StoreError
from voicebot.owned_tasks import OwnedTasks
from voicebot.panel.floor import Floor, InLine
from voicebot.panel.floor_feed import DueCallback, FloorFeed, Totals
from voicebot.panel.seen_context import seen_context
from voicebot.panel.service_health import ServiceHealth, service_health
from voicebot.shared_state.floor_reading import RedisFloorReading
from voicebot.telemetry.logs import log_of

ROUND_S: Final = 0.25
READ_PER_ROUND: Final = 50
LOOK_FOR_QUEUES_S: Final = 10.0
CALLBACKS_EVERY_S: Final = 5.0
HEALTH_EVERY_S: Final = 0.5
TRY_AGAIN_S: Final = 1.0

log = log_of("panel")


class FloorWatch:
    """The one reader of this process; `run` until cancelled."""

    def __init__(
        self,
        reading: RedisFloorReading,
        callbacks_due: Callable[[], Awaitable[Sequence[DueCallback]]],
    ) -> None:
        self._reading = reading
        self._callbacks_due = callbacks_due
        self.floor = Floor()
        self.feed = FloorFeed()
        self._queues: Sequence[str] = ()
        self._callbacks: tuple[DueCallback, ...] = ()
        self._health: ServiceHealth | None = None
        self._paused: AbstractSet[str] = frozenset()
        # Calls in the order in which their contexts are read; the changed go first.
        self._unread: dict[CallId, None] = {}
        self._in_turn: dict[CallId, None] = {}

    @property
    def queues(self) -> Sequence[str]:
        """That are of interest now."""
        return sorted({*self._queues, *self._paused})

    async def run(self) -> NoReturn:
        async with OwnedTasks() as tasks:
            tasks.create_task(self._follow_events())
            tasks.create_task(self._follow_queues())
            tasks.create_task(self._follow_callbacks())
            tasks.create_task(self._follow_health())
            while True:
                try:
                    await self._round()
                    wait_s = ROUND_S
                except SharedStateError as error:
                    log.warning("floor.not_read", code=error.code)
                    self.feed.tell_totals(Totals(callbacks=self._callbacks), is_live=False)
                    wait_s = TRY_AGAIN_S
                await asyncio.sleep(wait_s)

    async def _round(self) -> None:
        lines = await self._reading.lines(self._queues) if self._queues else {}
        for queue, members in lines.items():
            self.floor.see_line(
                queue,
                [
                    InLine(call_id, number, place.arrived_at_s)
                    for number, (place, call_id) in enumerate(members, start=1)
                ],
            )
            self._meet([call_id for _, call_id in members])
        self._meet(await self._reading.holding())
        chosen = self._chosen()
        for call_id, text in (await self._reading.contexts(chosen)).items():
            self.floor.see_call(seen_context(call_id, text), call_id)
            if not self.floor.knows(call_id):
                self._in_turn.pop(call_id, None)
        occupancy = await self._reading.occupancy()
        self.feed.tell(self.floor.changes())
        self.feed.tell_totals(
            Totals(
                occupancy.held,
                occupancy.capacity,
                self._callbacks,
                self._health,
                tuple((one, one in self._paused) for one in self.queues),
            ),
            is_live=True,
        )

    def _meet(self, call_ids: Sequence[CallId]) -> None:
        for call_id in call_ids:
            if not self.floor.knows(call_id) and call_id not in self._in_turn:
                self._unread[call_id] = None

    def _chosen(self) -> list[CallId]:
        """The changed ones, all of them, and of the others as many as there is room for."""
        chosen, self._unread = list(self._unread), {}
        for call_id in chosen:
            self._in_turn.pop(call_id, None)
        oldest = list(self._in_turn)[: max(0, READ_PER_ROUND - len(chosen))]
        for call_id in oldest:
            del self._in_turn[call_id]
        chosen += oldest
        self._in_turn.update(dict.fromkeys(chosen))
        return chosen

    async def _follow_events(self) -> NoReturn:
        position: str | None = None
        while True:
            try:
                if position is None:
                    position = await self._reading.position()
                    # Calls that hold no slot are found by their contexts.
                    self._unread.update(dict.fromkeys(await self._reading.kept()))
                async for event in self._reading.events(position):
                    position = event.position
                    self.floor.see_event(event.call_id, event.name, event.fields)
                    self._unread[event.call_id] = None
            except SharedStateError as error:
                log.warning("floor.events_not_read", code=error.code)
            await asyncio.sleep(TRY_AGAIN_S)

    async def _follow_queues(self) -> NoReturn:
        while True:
            try:
                # One that Redis lost is looked at once more, and is seen to be empty.
                found = await self._reading.queues()
                self._queues = sorted({*found, *self._queues})
            except SharedStateError as error:
                log.warning("floor.queues_not_read", code=error.code)
            await asyncio.sleep(LOOK_FOR_QUEUES_S)

    async def _follow_health(self) -> NoReturn:
        while True:
            try:
                seen, changes = await self._reading.health()
                self._paused = await self._reading.paused()
                self._health = service_health(seen, changes, await self._reading.draining())
            except SharedStateError as error:
                self._health = None
                log.warning("floor.health_not_read", code=error.code)
            await asyncio.sleep(HEALTH_EVERY_S)

    async def _follow_callbacks(self) -> NoReturn:
        while True:
            try:
                self._callbacks = tuple(await self._callbacks_due())
            except StoreError as error:
                log.warning("floor.callbacks_not_read", code=error.code)
            await asyncio.sleep(CALLBACKS_EVERY_S)
