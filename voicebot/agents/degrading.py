"""Keeps the step of service of one agent, by what it sees and by what the other agents see.

Twice a second it tells them its own step, on a lease, and learns theirs and whether an
administrator forces one. Each change is an event with its cause: in the log, as a metric, and on
record for those who ask later.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NoReturn

from voicebot.agents.clock import Clock
from voicebot.capacity.circuit_breaker import BreakerState
from voicebot.capacity.degradation import (
    Degradation,
    DegradationChanged,
    DegradationSteps,
    Health,
    name_of,
)
from voicebot.capacity.slots import Occupancy
from voicebot.errors import SharedStateError
from voicebot.line_ports import AgentHealth, HealthBoard, SharedHealth, Slots, WorkersSeen
from voicebot.telemetry.health_metrics import HEALTH
from voicebot.telemetry.logs import log_of

LOOK_EVERY_S = 0.5
# Changes that could not be put on record yet, as while Redis is away.
MAX_UNRECORDED = 100

log = log_of(__name__)


class DegradationWatch:
    """`run` until cancelled; `step` at any time."""

    def __init__(
        self,
        workers: WorkersSeen,
        slots: Slots,
        board: HealthBoard,
        clock: Clock,
        *,
        agent: str,
        attempt: Callable[[str], Awaitable[None]],
    ) -> None:
        """`attempt`: gives the workers of a queue a small work, to see how they do."""
        self._workers = workers
        self._slots = slots
        self._board = board
        self._clock = clock
        self._agent = agent
        self._attempt = attempt
        self._steps = DegradationSteps()
        self._has_had_capacity = False
        self._attempted: set[str] = set()
        self._unrecorded: deque[tuple[DegradationChanged, datetime]] = deque(maxlen=MAX_UNRECORDED)

    def step(self) -> Degradation:
        """How much of the service is given now."""
        return self._steps.step

    async def run(self) -> NoReturn:
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._look()
                for queue in self._workers.queues_to_try():
                    if queue not in self._attempted:
                        self._attempted.add(queue)
                        tasks.create_task(self._try(queue))
                await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        shared = await self._shared()
        occupancy, others = (None, None) if shared is None else shared
        changed = self._steps.receive(
            self._health(occupancy),
            self._clock.now(),
            [] if others is None else [each.own for each in others.agents],
            forced=None if others is None else others.forced,
        )
        if changed is not None:
            self._tell(changed)
        if shared is not None:
            await self._record()

    async def _shared(self) -> tuple[Occupancy, SharedHealth] | None:
        """What is known to all; None: nobody can be asked."""
        failing = {
            queue: state
            for queue, state in self._workers.breakers().items()
            if state is not BreakerState.CLOSED
        }
        own = AgentHealth(self._agent, self._steps.own, self._steps.step, failing)
        try:
            return await self._slots.occupancy(), await self._board.exchange(own)
        except SharedStateError:
            return None

    def _health(self, occupancy: Occupancy | None) -> Health:
        can, capacity, held = self._workers.abilities(), None, 0
        if occupancy is not None:
            # At the start of a stack nothing is known yet of what it bears.
            self._has_had_capacity = self._has_had_capacity or occupancy.capacity > 0
            capacity = occupancy.capacity if self._has_had_capacity else None
            held = occupancy.held
        return Health(
            hears=can.hears,
            thinks=can.thinks,
            thinks_large=can.thinks_large,
            speaks=can.speaks,
            shares=occupancy is not None,
            capacity=capacity,
            held=held,
        )

    def _tell(self, changed: DegradationChanged) -> None:
        self._unrecorded.append((changed, self._clock.at()))
        HEALTH.step_changed(changed)
        log.warning(
            "degradation.changed",
            before=name_of(changed.before),
            now=name_of(changed.now),
            cause=changed.cause.value,
        )

    async def _record(self) -> None:
        while self._unrecorded:
            changed, at = self._unrecorded[0]
            try:
                await self._board.record(self._agent, changed, at)
            except SharedStateError:
                return  # tried again at the next look
            self._unrecorded.popleft()

    async def _try(self, queue: str) -> None:
        try:
            await self._attempt(queue)
        finally:
            self._attempted.discard(queue)
