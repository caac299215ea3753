"""Is there anybody who could do this work?

Workers of a queue, a stage's own or a pool's, keep one key alive together; it ends soon after the
last of them dies or freezes. Who asks in vain is told so at once: a caller must not wait out a
deadline for an answer that cannot come. One missed look proves nothing, and before the first look
everybody is there.
"""

from collections.abc import Collection, Sequence

from workers.contract import POOLS, STAGE_LEASE_MS, Stage, queues_of

LOOK_EVERY_S = 0.5
LOOK_DEADLINE_S = 0.5
# Redis itself may pause for a moment, as when it writes to a busy disk.
REDIS_PATIENCE_S = 1.2

# A look is answered within LOOK_DEADLINE_S; more than that is no delay.
CLOCK_SET_S = 2 * LOOK_DEADLINE_S

REDIS_UNREACHABLE = "redis-unreachable"
NO_WORKER = "no-worker"


class WorkerPresence:
    """What the last look showed."""

    def __init__(self, now: float) -> None:
        self._seen_at = now
        # Of pools, which hardly anybody has, it is not taken for granted.
        self._present = frozenset(stage.value for stage in Stage)
        self._is_reachable = True
        # By how much Redis's clock was ahead of ours.
        self._redis_ahead_s: float | None = None
        self._proves_nothing_until = now

    def saw(self, present: Collection[str], now: float, redis_at_s: float) -> None:
        """A look found workers of these queues, and Redis told the time of its own clock."""
        ahead_s, before_s = redis_at_s - now, self._redis_ahead_s
        if before_s is not None and abs(ahead_s - before_s) > CLOCK_SET_S:
            # Its clock was set, and a lease may have ended long before its time.
            self._proves_nothing_until = now + STAGE_LEASE_MS / 1000
        if now < self._proves_nothing_until:
            present = self._present.union(present)
        self._seen_at, self._present, self._is_reachable = now, frozenset(present), True
        self._redis_ahead_s = ahead_s

    def saw_nothing(self, now: float) -> None:
        """A look failed."""
        if now - self._seen_at >= REDIS_PATIENCE_S:
            self._is_reachable = False

    def absence_of(self, stage: Stage) -> str | None:
        """Why no work of this stage can be done now; None: it can."""
        if not self._is_reachable:
            return REDIS_UNREACHABLE
        return None if self._present.intersection(queues_of(stage)) else NO_WORKER

    def absence_from(self, queue: str) -> str | None:
        """Why nobody will take work from this queue; None: somebody will."""
        if not self._is_reachable:
            return REDIS_UNREACHABLE
        return None if queue in self._present else NO_WORKER

    def pools_of(self, stage: Stage) -> Collection[str]:
        """The pools that somebody works for."""
        return self._present.intersection(POOLS[stage])

    def queues_for(self, stage: Stage, pool: str = "") -> Sequence[str]:
        """Where work may go that wants this pool ("": any), best first; never empty."""
        there = [queue for queue in queues_of(stage) if queue in self._present]
        there.sort(key=lambda queue: queue != pool)
        return there or [stage.value]
