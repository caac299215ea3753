"""How do the queues stand: who waits, for how many slots, for how long, and how true was that?

For whoever shows it, a command or a panel: the same figures that callers are told, from the same
facts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from voicebot.capacity.slots import Occupancy
from voicebot.line_ports import CallbackTimes
from voicebot.queueing.model import QueueName, Rank
from voicebot.queueing.wait_reckoning import Accuracy, WaitReckoning
from voicebot.queueing.wait_time import WaitEstimate
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.slots import RedisSlots
from voicebot.shared_state.wait_facts import RedisWaitFacts
from voicebot.shared_state.waiting_line import RedisWaitingLines


@dataclass(frozen=True, slots=True)
class QueueStanding:
    """One queue, now."""

    queue: QueueName
    waiting: int
    # Of the slots that all queues share.
    occupancy: Occupancy
    # For a caller without rank who joins now; None: nothing is known, or no slot is in sight.
    estimate: WaitEstimate | None
    accuracy: Accuracy


class QueueStandings:
    """Reads again and again; what was learned stays. Raises SharedStateError and StoreError."""

    def __init__(self, connection: RedisConnection, callbacks: CallbackTimes) -> None:
        self._lines = RedisWaitingLines(connection)
        self._slots = RedisSlots(connection)
        self._facts = RedisWaitFacts(connection)
        self._callbacks = callbacks
        self._reckoning = WaitReckoning()

    async def read(self, queues: Sequence[QueueName], at: datetime) -> list[QueueStanding]:
        """`queues`: all whose callers share the slots."""
        for fact in await self._facts.kept():
            self._reckoning.fold(fact)
        at_s = at.timestamp()
        occupancy = await self._slots.occupancy()
        ahead = await self._lines.before(queues, Rank.REGULAR, at_s)
        has_slot = ahead.total == 0 and occupancy.held < occupancy.capacity
        estimate = self._reckoning.estimate(
            Rank.REGULAR,
            ahead,
            held=occupancy.held,
            capacity=occupancy.capacity,
            callbacks_due_in_s=await self._callbacks.due_in_s(at),
            at_s=at_s,
        )
        at_once = WaitEstimate(0.0, 0.0, 0.0, 0.0)
        return [
            QueueStanding(
                queue,
                await self._lines.waiting(queue),
                occupancy,
                at_once if has_slot else estimate,
                self._reckoning.accuracy(queue),
            )
            for queue in queues
        ]
