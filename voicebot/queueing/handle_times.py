"""How long do conversations last, as far as was seen?

The mean of the last ones that ended. Nothing is known until a few have.
"""

from collections import deque

# Enough for a mean within 5 % at the spread of ordinary calls, few enough to follow the day.
WINDOW = 400
LEAST_SEEN = 8


class HandleTimes:
    """The last `WINDOW` handle times."""

    __slots__ = ("_last_s", "_sum_s")

    def __init__(self) -> None:
        self._last_s: deque[float] = deque()
        self._sum_s = 0.0

    def ended(self, handle_time_s: float) -> None:
        """A conversation of this length has ended."""
        if len(self._last_s) == WINDOW:
            self._sum_s -= self._last_s.popleft()
        self._last_s.append(handle_time_s)
        self._sum_s += handle_time_s

    @property
    def mean_s(self) -> float | None:
        """None: too few have ended."""
        seen = len(self._last_s)
        # Calls that end as they begin keep no line waiting, but no rate is endless.
        return max(self._sum_s / seen, 0.001) if seen >= LEAST_SEEN else None
