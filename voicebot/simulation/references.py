"""What would others have told the same callers?

Estimates are compared with these in the same runs.
"""

from bisect import bisect_left, insort
from collections import deque

# Of the last known waits.
_PAST = 200
_TENTH = 0.1


class AsteriskAverage:
    """The hold time that Asterisk's app_queue tells: in whole seconds, a quarter of it the newest.

    recalc_holdtime() of apps/app_queue.c, called for each caller who is connected:
    holdtime = (4 holdtime - holdtime + new) >> 2.
    """

    __slots__ = ("hold_time_s",)

    def __init__(self) -> None:
        self.hold_time_s = 0

    def connected(self, waited_s: float) -> None:
        self.hold_time_s = (3 * self.hold_time_s + int(waited_s)) >> 2


class PastWaits:
    """The tenth and the ninetieth percentile of what the last callers waited."""

    __slots__ = ("_in_order", "_sorted")

    def __init__(self) -> None:
        self._in_order: deque[float] = deque()
        self._sorted: list[float] = []

    def add(self, wait_s: float) -> None:
        if len(self._in_order) == _PAST:
            del self._sorted[bisect_left(self._sorted, self._in_order.popleft())]
        self._in_order.append(wait_s)
        insort(self._sorted, wait_s)

    def bounds_s(self) -> tuple[float, float]:
        """Nothing before there was anything."""
        if not self._sorted:
            return 0.0, 0.0
        last = len(self._sorted) - 1
        return self._sorted[round(_TENTH * last)], self._sorted[round((1.0 - _TENTH) * last)]
