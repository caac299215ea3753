"""May work still go to these workers, or would it only wait for nothing?

Closed: it may. Open, once too much of what ended lately failed or came late: it may not, for a
pause. Half-open: a few works try again; if they all do well it closes, if one does not it opens for
twice as long (M. Nygard, "Release It!", 2007). What was begun before a change says nothing about
what came of it.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum


class BreakerState(StrEnum):
    """What may pass."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class BreakerCause(StrEnum):
    """Why a breaker changed."""

    ERRORS = "errors"
    LATE = "late"
    PAUSED = "paused"  # long enough: it may be tried again
    TRIED = "tried"  # and did well


@dataclass(frozen=True, slots=True)
class BreakerChanged:
    """An event of one breaker."""

    before: BreakerState
    now: BreakerState
    cause: BreakerCause


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """What is too much."""

    late_after_s: float
    window_s: float = 10.0
    fewest: int = 8  # works that a share is told from
    error_share: float = 0.5
    late_share: float = 0.8
    pause_s: float = 2.0
    longest_pause_s: float = 30.0
    trials: int = 3
    longest: int = 400  # works remembered


@dataclass(frozen=True, slots=True)
class Permit:
    """One work may pass; show it again when the work has ended."""

    epoch: int  # changes of the breaker before it


@dataclass(slots=True)
class CircuitBreaker:
    """Of one stage and pool, as one process sees it."""

    rules: BreakerRules
    state: BreakerState = BreakerState.CLOSED
    _epoch: int = 0
    _ended: deque[tuple[float, bool, bool]] = field(default_factory=deque)  # at, failed, late
    _opened_at: float = 0.0
    _pause_s: float = 0.0
    _trials: int = 0  # under way
    _did_well: int = 0
    _changes: list[BreakerChanged] = field(default_factory=list)

    def would_pass(self, now: float) -> bool:
        """Whether `admit` would give a permit."""
        if self.state is BreakerState.OPEN:
            return now - self._opened_at >= self._pause_s
        return self.state is BreakerState.CLOSED or self._trials < self._trials_left()

    def admit(self, now: float) -> Permit | None:
        """A permit for one work; `ended` or `withdrawn` must follow."""
        if not self.would_pass(now):
            return None
        if self.state is BreakerState.OPEN:
            self._change(BreakerState.HALF_OPEN, BreakerCause.PAUSED)
        if self.state is BreakerState.HALF_OPEN:
            self._trials += 1
        return Permit(self._epoch)

    def ended(self, permit: Permit, now: float, *, failed: bool, latency_s: float) -> None:
        """A work failed, or its first answer came after so long."""
        if permit.epoch != self._epoch:
            return
        late = latency_s > self.rules.late_after_s
        if self.state is BreakerState.HALF_OPEN:
            self._trials -= 1
            self._tried(now, failed=failed, late=late)
            return
        self._ended.append((now, failed, late))
        while len(self._ended) > self.rules.longest or (
            self._ended[0][0] < now - self.rules.window_s
        ):
            self._ended.popleft()
        self._judge(now)

    def withdrawn(self, permit: Permit) -> None:
        """Nobody waited for the work any more: it says nothing."""
        if permit.epoch == self._epoch and self.state is BreakerState.HALF_OPEN:
            self._trials -= 1

    def take_changes(self) -> tuple[BreakerChanged, ...]:
        """What changed since this was asked last."""
        changes = tuple(self._changes)
        self._changes.clear()
        return changes

    def _trials_left(self) -> int:
        return self.rules.trials - self._did_well

    def _tried(self, now: float, *, failed: bool, late: bool) -> None:
        if failed or late:
            self._open(now, BreakerCause.ERRORS if failed else BreakerCause.LATE)
            return
        self._did_well += 1
        if self._did_well >= self.rules.trials:
            self._pause_s = 0.0
            self._change(BreakerState.CLOSED, BreakerCause.TRIED)

    def _judge(self, now: float) -> None:
        count = len(self._ended)
        if count < self.rules.fewest:
            return
        if sum(failed for _, failed, _ in self._ended) >= self.rules.error_share * count:
            self._open(now, BreakerCause.ERRORS)
        elif sum(late for _, _, late in self._ended) >= self.rules.late_share * count:
            self._open(now, BreakerCause.LATE)

    def _open(self, now: float, cause: BreakerCause) -> None:
        self._opened_at = now
        longer_s = max(self.rules.pause_s, 2 * self._pause_s)
        self._pause_s = min(longer_s, self.rules.longest_pause_s)
        self._change(BreakerState.OPEN, cause)

    def _change(self, state: BreakerState, cause: BreakerCause) -> None:
        self._changes.append(BreakerChanged(self.state, state, cause))
        self.state, self._epoch = state, self._epoch + 1
        self._trials = self._did_well = 0
        self._ended.clear()
