"""Keeps the number of slots true: what the workers bear, corrected by what callers really wait.

Every agent follows the latency of its own turns; one of them, on a lease, adds up what the ready
workers and the agents say that they bear and corrects it by the median of all agents: one that is
slow for reasons of its own moves nobody.
"""

import asyncio
from statistics import median_low
from typing import NoReturn

from voicebot.agents.clock import Clock
from voicebot.calls.model import TurnRecord
from voicebot.capacity.slots import capacity
from voicebot.capacity.turn_latency import TURN, turn_limit
from voicebot.errors import SharedStateError
from voicebot.line_ports import CapacityBoard, CapacityView, Slots, WorkerCensus
from voicebot.telemetry.line_metrics import LINES
from voicebot.telemetry.logs import log_of

LOOK_EVERY_S = 0.5
# Without anybody who reckons, nobody new is let in from then on.
BELIEVED_FOR_S = 5.0

# Beside the workers' stages: whoever drives the calls is one, too.
AGENTS = "agents"

log = log_of(__name__)


class CapacityWatch:
    """`run` until cancelled; tell it each turn that is over."""

    def __init__(
        self,
        census: WorkerCensus,
        slots: Slots,
        board: CapacityBoard,
        clock: Clock,
        *,
        max_talking: int,
    ) -> None:
        self._census = census
        self._slots = slots
        self._board = board
        self._clock = clock
        self._max_talking = max_talking
        self._limit = turn_limit()
        self._has_seen = False
        self._told: int | None = None

    def turn_over(self, turn: TurnRecord) -> None:
        """A caller was answered, after so long."""
        total_ms = turn.timings.total_ms
        if total_ms is not None and turn.heard:
            self._limit.measured(TURN, total_ms / 1000, self._clock.now())

    async def run(self) -> NoReturn:
        is_known = True
        while True:
            try:
                await self._look()
                is_known = True
            except SharedStateError as error:
                if is_known:
                    log.error("capacity.not_known", code=error.code)
                is_known = False
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        now = self._clock.now()
        self._has_seen = self._has_seen or self._limit.strain(now) is not None
        occupancy = await self._slots.occupancy()
        before = self._limit.correction
        own = self._limit.adjust(occupancy.share, now)
        LINES.slots_are(occupancy.held, occupancy.capacity, own)
        if own != before:
            log.info("capacity.corrected", correction=round(own, 3))
        view = CapacityView(self._max_talking, own if self._has_seen else None)
        views = await self._board.report(view)
        if views is None:
            return
        bears = {
            **await self._census.conversations(),
            AGENTS: [each.max_talking for each in views],
        }
        corrections = [each.correction for each in views if each.correction is not None]
        count = capacity(bears, median_low(corrections) if corrections else 1.0)
        await self._slots.set_capacity(count, believed_for_s=BELIEVED_FOR_S)
        if count != self._told:
            log.info("capacity.is", slots=count, correction=corrections)
            self._told = count
