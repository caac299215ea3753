"""How good were the estimates, against what happened?

For a range [l, u] that claims the coverage 1 - a, the interval score of a wait y is
u - l + (2 / a) (l - y) if y < l, + (2 / a) (y - u) if y > u: wide ranges and missed waits both cost
(T. Gneiting, A. Raftery, JASA 102, 2007). Smaller is better.
"""

from math import sqrt

from voicebot.queueing.wait_range import COVERAGE

_MISSED = 2.0 / (1.0 - COVERAGE)


class WaitAccuracy:
    """Sums over all waits that became known."""

    __slots__ = ("_errors", "_inside", "_scores", "_squares", "count")

    def __init__(self) -> None:
        self.count = self._inside = 0
        self._errors = self._squares = self._scores = 0.0

    def add(self, point_s: float, low_s: float, high_s: float, wait_s: float) -> None:
        error_s = wait_s - point_s
        self.count += 1
        self._errors += error_s
        self._squares += error_s * error_s
        self._inside += low_s <= wait_s <= high_s
        missed_s = max(low_s - wait_s, wait_s - high_s, 0.0)
        self._scores += high_s - low_s + _MISSED * missed_s

    @property
    def rmse_s(self) -> float | None:
        return sqrt(self._squares / self.count) if self.count else None

    @property
    def bias_s(self) -> float | None:
        """Positive: callers waited longer than was said."""
        return self._errors / self.count if self.count else None

    @property
    def coverage(self) -> float | None:
        return self._inside / self.count if self.count else None

    @property
    def interval_score_s(self) -> float | None:
        return self._scores / self.count if self.count else None
