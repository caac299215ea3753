"""What is a waiting caller told about the wait, and when is it taken back?

What was told once may only get shorter: an estimate that rises by chance is not passed on. Once in
a wait it is: when capacity has really fallen since the caller was told, and even the early end of
the new range lies past the late end of the old one, the caller hears "longer than I told you" and
is offered a callback. When the time told is over, or nothing is known, no time is told.
"""

from dataclasses import dataclass

from voicebot.queueing.wait_time import WaitEstimate


@dataclass(frozen=True, slots=True)
class TellRange:
    """From now on."""

    low_s: float
    high_s: float


@dataclass(frozen=True, slots=True)
class TellLonger:
    """Longer than was told; said once, with the offer of a callback."""

    low_s: float
    high_s: float


@dataclass(frozen=True, slots=True)
class TellNoTime:
    """The position is all that can be told."""


Announcement = TellRange | TellLonger | TellNoTime


@dataclass(frozen=True, slots=True)
class Promise:
    """What this caller has been told, as times of the clock."""

    earliest_s: float
    latest_s: float
    slots: int  # when it was told
    was_lengthened: bool = False


def announce(
    promise: Promise | None, estimate: WaitEstimate | None, *, slots: int, now_s: float
) -> tuple[Announcement, Promise | None]:
    """What to say now, and what the caller has been promised after that."""
    if promise is None:
        if estimate is None:
            return TellNoTime(), None
        told = Promise(now_s + estimate.low_s, now_s + estimate.high_s, slots)
        return TellRange(estimate.low_s, estimate.high_s), told
    if estimate is not None and _is_too_short(promise, estimate, slots, now_s):
        told = Promise(now_s + estimate.low_s, now_s + estimate.high_s, slots, True)
        return TellLonger(estimate.low_s, estimate.high_s), told
    if now_s >= promise.latest_s:
        return TellNoTime(), promise
    earliest_s, latest_s = promise.earliest_s, promise.latest_s
    if estimate is not None:
        earliest_s = min(earliest_s, now_s + estimate.low_s)
        latest_s = min(latest_s, now_s + estimate.high_s)
    kept = Promise(earliest_s, latest_s, promise.slots, promise.was_lengthened)
    return TellRange(max(earliest_s - now_s, 0.0), latest_s - now_s), kept


def _is_too_short(promise: Promise, estimate: WaitEstimate, slots: int, now_s: float) -> bool:
    return (
        not promise.was_lengthened
        and slots < promise.slots
        and now_s + estimate.low_s > promise.latest_s
    )
