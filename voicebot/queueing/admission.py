"""Does a caller talk now, wait, or go elsewhere, and why?

Nobody talks without a free slot, and nobody passes one who waits and comes before. Every verdict
names its reason. The slot itself is taken by whoever carries the verdict out: should it be gone by
then, the caller waits like the others.
"""

from dataclasses import dataclass
from enum import StrEnum

from voicebot.queueing.model import Rank

# Steps of degradation, from full service (0) on: from here on nobody talks, from there on
# nobody waits either.
LINE_AND_CALLBACKS = 3
PEOPLE_ONLY = 4


class Reason(StrEnum):
    """Why a caller was admitted, kept waiting or sent elsewhere; stable codes."""

    SLOT_FREE = "slot-free"
    ALL_SLOTS_TAKEN = "all-slots-taken"
    OTHERS_COME_FIRST = "others-come-first"
    QUEUE_PAUSED = "queue-paused"  # by an administrator
    SERVICE_DEGRADED = "service-degraded"  # the agents can hold no conversation now
    PEOPLE_ONLY = "people-only"  # the agents cannot even hold a line
    LINE_FULL = "line-full"
    LONG_WAIT = "long-wait"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class QueueRules:
    """What a queue allows."""

    max_waiting: int  # 0: nobody waits
    allows_callbacks: bool
    overflow_target: str | None = None  # where callers go that the line has no room for
    # A callback is offered at once to those who would wait longer; None: only when they ask.
    offer_callback_above_s: float | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """How things stand for one caller at this instant."""

    rank: Rank
    is_open: bool  # the queue, by its hours
    free_slots: int
    waiting: int  # in this queue
    # Of those who wait for the same slots: how many come before this caller.
    waiting_before: int
    degradation_step: int  # 0: full service
    estimated_wait_s: float | None = None  # None: nothing is known
    has_waited: bool = False  # for an agent that is gone
    is_paused: bool = False  # the queue: nobody is let in, all else goes on


@dataclass(frozen=True, slots=True)
class TalkNow:
    reason: Reason


@dataclass(frozen=True, slots=True)
class Wait:
    reason: Reason


@dataclass(frozen=True, slots=True)
class OfferCallback:
    """A callback, said and keyed without any model."""

    reason: Reason
    may_wait: bool  # who declines the callback joins the line


@dataclass(frozen=True, slots=True)
class Overflow:
    reason: Reason
    target: str


@dataclass(frozen=True, slots=True)
class Reject:
    """Nothing but the dialplan's own care for callers is left."""

    reason: Reason


Verdict = TalkNow | Wait | OfferCallback | Overflow | Reject


def admit(rules: QueueRules, now: Situation) -> Verdict:
    """What becomes of a caller who has just arrived."""
    if now.degradation_step >= PEOPLE_ONLY:
        return _turned_away(rules, Reason.PEOPLE_ONLY, may_book=False)
    # Who was cut off by us is not turned away a second time, nor is who was let wait.
    was_dropped = now.rank is Rank.DROPPED or now.has_waited
    if not now.is_open and not was_dropped:
        return _turned_away(rules, Reason.CLOSED, may_book=True)
    waits_because = _reason_to_wait(now)
    if waits_because is None:
        return TalkNow(Reason.SLOT_FREE)
    if now.waiting >= rules.max_waiting and not was_dropped:
        return _turned_away(rules, Reason.LINE_FULL, may_book=True)
    if _is_long(rules, now.estimated_wait_s) and rules.allows_callbacks:
        return OfferCallback(Reason.LONG_WAIT, may_wait=True)
    return Wait(waits_because)


def _reason_to_wait(now: Situation) -> Reason | None:
    if now.degradation_step >= LINE_AND_CALLBACKS:
        return Reason.SERVICE_DEGRADED
    if now.is_paused:
        return Reason.QUEUE_PAUSED
    if now.free_slots <= 0:
        return Reason.ALL_SLOTS_TAKEN
    # Also with slots enough for all of them: two callers who both counted on the last one would
    # pass somebody who waits.
    if now.waiting_before > 0:
        return Reason.OTHERS_COME_FIRST
    return None


def _turned_away(rules: QueueRules, reason: Reason, *, may_book: bool) -> Verdict:
    """The business's other place, where it has one, helps sooner than a callback does."""
    if rules.overflow_target is not None:
        return Overflow(reason, rules.overflow_target)
    if may_book and rules.allows_callbacks:
        return OfferCallback(reason, may_wait=False)
    return Reject(reason)


def _is_long(rules: QueueRules, estimated_wait_s: float | None) -> bool:
    if rules.offer_callback_above_s is None or estimated_wait_s is None:
        return False
    return estimated_wait_s > rules.offer_callback_above_s
