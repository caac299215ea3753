"""Is there anybody who could do this work?

Workers of a stage keep one key alive together; it ends soon after the last of them dies or
freezes. Who asks in vain is told so at once: a caller must not wait out a deadline for an answer
that cannot come. One missed look proves nothing, and before the first look everybody is there.
"""

from collections.abc import Collection

from workers.contract import Stage

LOOK_EVERY_S = 0.5
LOOK_DEADLINE_S = 0.5
# Redis itself may pause for a moment, as when it writes to a busy disk.
REDIS_PATIENCE_S = 1.2

REDIS_UNREACHABLE = "redis-unreachable"
NO_WORKER = "no-worker"


class WorkerPresence:
    """What the last look showed."""

    def __init__(self, now: float) -> None:
        self._seen_at = now
        self._present = frozenset(Stage)
        self._is_reachable = True

    def saw(self, present: Collection[Stage], now: float) -> None:
        """A look succeeded."""
        self._seen_at, self._present, self._is_reachable = now, frozenset(present), True

    def saw_nothing(self, now: float) -> None:
        """A look failed."""
        if now - self._seen_at >= REDIS_PATIENCE_S:
            self._is_reachable = False

    def absence_of(self, stage: Stage) -> str | None:
        """Why no work of this stage can be done now; None: it can."""
        if not self._is_reachable:
            return REDIS_UNREACHABLE
        return None if stage in self._present else NO_WORKER
