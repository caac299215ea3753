"""How long will callers wait, and how good was what they were told, by all facts so far?

A fold of the facts, in their order: whoever has seen the same ones says the same. All queues of a
stack wait for the same slots, in one order, so they are learned from together: only how long
conversations last is told apart, and how good the estimates were.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from voicebot.queueing.asterisk_average import AsteriskAverage
from voicebot.queueing.model import Ahead, QueueName, Rank
from voicebot.queueing.slot_returns import SlotReturns
from voicebot.queueing.virtual_waits import VirtualWaits
from voicebot.queueing.wait_accuracy import WaitAccuracy
from voicebot.queueing.wait_facts import (
    ConversationOver,
    Joined,
    SlotLeftFree,
    SlotsChanged,
    TalkedAtOnce,
    Told,
    WaitEnding,
    WaitFact,
    WaitOver,
)
from voicebot.queueing.wait_time import Outlook, WaitEstimate, WaitEstimator

# Corrections by latency are smaller; every process tells of a change.
_NEWS: Final = 0.1

# The accuracy is that of the last waits: the same for who has seen all, and who began today.
JUDGED_BY: Final = 1000


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Of one queue's last estimates; None: no wait has come true yet."""

    waits: int
    rmse_s: float | None = None
    average_rmse_s: float | None = None  # of Asterisk's averaging, for the same waits
    bias_s: float | None = None  # positive: callers waited longer than was said
    coverage: float | None = None
    interval_score_s: float | None = None


@dataclass(frozen=True, slots=True)
class _Waited:
    queue: QueueName
    since_s: float
    told: Told | None


class WaitReckoning:
    """Of all queues that share slots. Times are epoch seconds."""

    __slots__ = ("_average", "_estimator", "_gone", "_known", "_last_s", "_returns", "_slots")

    def __init__(self) -> None:
        self._estimator = WaitEstimator()
        self._gone: VirtualWaits[_Waited] = VirtualWaits()
        self._average = AsteriskAverage()
        self._known: dict[QueueName, deque[tuple[Told, float]]] = {}
        self._last_s = 0.0
        self._returns = SlotReturns()
        self._slots = 0

    @property
    def asks_for_free_slots(self) -> bool:
        """Whether the waits of some who gave up are not known yet."""
        return len(self._gone) > 0

    def is_news(self, slots: int) -> bool:
        """Whether it is to be told that there are so many."""
        return abs(slots - self._slots) > _NEWS * self._slots

    def fold(self, fact: WaitFact) -> None:
        """Something happened. Facts of several agents come nearly in order."""
        self._last_s = max(self._last_s, fact.at_s)
        match fact:
            case Joined(rank):
                self._estimator.joined(rank, self._last_s)
            case ConversationOver(handle_time_s, queue=queue):
                self._estimator.conversation_ended(handle_time_s, queue)
            case SlotsChanged(slots):
                self._slots = slots
                self._returns.seen(slots, self._last_s)
            case TalkedAtOnce(queue=queue):
                self._estimator.conversation_began(queue, self._slots)
                self._average.connected(0.0)
                self._came_to_all(fact.at_s)
            case SlotLeftFree():
                self._came_to_all(fact.at_s)
            case WaitOver():
                self._wait_over(fact)

    def estimate(
        self,
        rank: Rank,
        ahead: Ahead,
        *,
        held: int,
        capacity: int,
        callbacks_due_in_s: Sequence[float],
        at_s: float,
    ) -> WaitEstimate | None:
        """For one with so many ahead, by queue; None: nothing is known, or no slot in sight.

        Who holds a slot too many goes before one comes free, and nobody of them gives up.
        """
        free, at_s = capacity - held, max(at_s, self._last_s)
        outlook = Outlook(
            max(ahead.total - max(free, 0), 0),
            capacity,
            rank,
            ahead_by_queue=ahead.by_queue,
            callbacks_ahead=max(-free, 0),
            callbacks_due_in_s=callbacks_due_in_s,
            changes=self._returns.foreseen(at_s),
        )
        return self._estimator.estimate(outlook, at_s)

    def told(self, estimate: WaitEstimate) -> Told:
        """What somebody is told who begins to wait now."""
        return Told(
            estimate.point_s,
            estimate.low_s,
            estimate.high_s,
            estimate.model_s,
            float(self._average.hold_time_s),
        )

    def accuracy(self, queue: QueueName) -> Accuracy:
        known = self._known.get(queue, ())
        ours, average = WaitAccuracy(), WaitAccuracy()
        for told, wait_s in known:
            ours.add(told.point_s, told.low_s, told.high_s, wait_s)
            average.add(told.average_s, told.average_s, told.average_s, wait_s)
        return Accuracy(
            ours.count,
            ours.rmse_s,
            average.rmse_s,
            ours.bias_s,
            ours.coverage,
            ours.interval_score_s,
        )

    def _wait_over(self, fact: WaitOver) -> None:
        gave_up = fact.ended is WaitEnding.GAVE_UP
        self._estimator.wait_ended(fact.waited_s, gave_up=gave_up)
        waited = _Waited(fact.queue, fact.at_s - fact.waited_s, fact.told)
        if fact.ended is not WaitEnding.ADMITTED:
            self._gone.gave_up(fact.place, waited)
            return
        self._estimator.conversation_began(fact.queue, self._slots)
        self._average.connected(fact.waited_s)
        for _, another in self._gone.admitted(fact.place):
            self._came_true(another, fact.at_s)
        self._came_true(waited, fact.at_s)

    def _came_to_all(self, at_s: float) -> None:
        for _, waited in self._gone.slot_left_free():
            self._came_true(waited, at_s)

    def _came_true(self, waited: _Waited, at_s: float) -> None:
        if waited.told is None:
            return
        wait_s = max(at_s - waited.since_s, 0.0)
        self._estimator.came_true(waited.told.estimate, wait_s)
        known = self._known.setdefault(waited.queue, deque(maxlen=JUDGED_BY))
        known.append((waited.told, wait_s))
