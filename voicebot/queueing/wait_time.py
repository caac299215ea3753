"""How long will this caller wait?

Learned from what was seen in all queues that share slots: how long conversations of each last, how
soon callers give up, how often somebody of better rank comes in between, and how waits turned out
beside their estimates. The model (`drain`) gives the mean and the spread; what the last callers
really waited corrects the mean; the range keeps its coverage by what came true (`wait_range`).
Before anything is known there is no estimate.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.queueing.arrivals_by_rank import ArrivalsByRank
from voicebot.queueing.drain import Phase, drain_through
from voicebot.queueing.handle_times_by_queue import HandleTimesByQueue
from voicebot.queueing.model import QueueName, Rank
from voicebot.queueing.patience import Patience
from voicebot.queueing.wait_range import RangeOfWaits

# The correction by past waits: how fast it forgets, and with how many waits that came out as
# estimated it begins. Neighbours share their luck, so a quicker one follows noise: with 0.98 and 10
# it made the error of a large steady queue 10 % larger (2026-11-23).
_FORGETS = 0.995
_BELIEVED = 100.0
# A wait is never less certain than this; a single exponential time has the shape 1.
_LEAST_SHAPE = 0.25


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known at this instant about one caller's way to the head of the line."""

    ahead: int  # waiting callers who come before
    slots: int  # conversations that can be held at once now
    rank: Rank = Rank.REGULAR
    # Callbacks that come before, too: those that are due, and when the others will be.
    callbacks_ahead: int = 0
    callbacks_due_in_s: Sequence[float] = ()
    # When the number of slots changes, as far as is foreseen: (in so many seconds, to so many).
    changes: Sequence[tuple[float, int]] = ()
    # How many of each queue wait ahead, where that is known.
    ahead_by_queue: Sequence[tuple[QueueName, int]] = ()


@dataclass(frozen=True, slots=True)
class WaitEstimate:
    """A wait counted from now, and the range that holds it with `wait_range.COVERAGE`."""

    point_s: float
    low_s: float
    high_s: float
    model_s: float  # what the model said before correction: the estimator learns by it


class WaitEstimator:
    """Of all queues that share slots; an estimate costs the same however long the line is."""

    __slots__ = ("_arrivals", "_came_true_s", "_handle_times", "_patience", "_range", "_said_s")

    def __init__(self) -> None:
        self._handle_times = HandleTimesByQueue()
        self._patience = Patience()
        self._arrivals = ArrivalsByRank()
        self._range = RangeOfWaits()
        # Sums over past waits, the older ones faded.
        self._came_true_s = self._said_s = 0.0

    def joined(self, rank: Rank, now_s: float) -> None:
        """Somebody begins to wait."""
        self._arrivals.joined(rank, now_s)

    def conversation_began(self, queue: QueueName | None, slots: int) -> None:
        """One of so many that can be held at once; None: the call came by no queue."""
        self._handle_times.began(queue, slots)

    def conversation_ended(self, handle_time_s: float, queue: QueueName | None = None) -> None:
        """From the slot taken to the slot free: what the next in line waits for."""
        self._handle_times.ended(queue, handle_time_s)

    def wait_ended(self, waited_s: float, *, gave_up: bool) -> None:
        """Somebody was admitted, went elsewhere, or gave up."""
        self._patience.waited(waited_s, gave_up=gave_up)

    def came_true(self, estimate: WaitEstimate, wait_s: float) -> None:
        """It was this caller's turn, or would have been, so long after the estimate."""
        self._said_s = self._said_s * _FORGETS + estimate.model_s
        self._came_true_s = self._came_true_s * _FORGETS + wait_s
        self._range.learn(wait_s, estimate.low_s, estimate.high_s)

    def estimate(self, outlook: Outlook, now_s: float) -> WaitEstimate | None:
        """None: nothing is known, or no slot is in sight."""
        handle_time_s = self._handle_times.expected_s(outlook.slots, outlook.ahead_by_queue)
        if handle_time_s is None:
            return None
        hazard = self._patience.hazard_per_s
        overtaking = self._arrivals.better_per_s(outlook.rank, now_s)
        phases = _phases(outlook)
        drained = drain_through(
            outlook.ahead,
            handle_time_s,
            hazard,
            phases,
            overtaking_per_s=overtaking,
            callbacks=outlook.callbacks_ahead,
        )
        if drained is not None and outlook.callbacks_due_in_s:
            due = sum(in_s <= drained.mean_s for in_s in outlook.callbacks_due_in_s)
            drained = drain_through(
                outlook.ahead,
                handle_time_s,
                hazard,
                phases,
                overtaking_per_s=overtaking,
                callbacks=outlook.callbacks_ahead + due,
            )
        if drained is None:
            return None
        model_s = drained.mean_s
        believed_s = _BELIEVED * model_s
        point_s = model_s * (self._came_true_s + believed_s) / (self._said_s + believed_s)
        shape = max(model_s * model_s / drained.variance_s2, _LEAST_SHAPE)
        low_s, high_s = self._range.bounds_s(point_s, shape)
        return WaitEstimate(point_s, low_s, high_s, model_s)


def _phases(outlook: Outlook) -> Sequence[Phase]:
    if not outlook.changes:
        return (Phase(outlook.slots),)
    phases = []
    slots, since_s = outlook.slots, 0.0
    for in_s, then in sorted(outlook.changes):
        phases.append(Phase(slots, max(in_s - since_s, 0.0)))
        slots, since_s = then, max(in_s, since_s)
    phases.append(Phase(slots))
    return phases
