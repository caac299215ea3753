"""What would the quantiles of past waits have told the same callers?

Estimates are compared with them in the same runs.
"""

from bisect import bisect_left, insort
from collections import deque

# Of the last known waits.
_PAST = 200
_TENTH = 0.1


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
