"""What happens next, in virtual time?"""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count


class Clock:
    """Things to come, in the order of their times; at the same time, in the order of planning."""

    __slots__ = ("_planned", "_tickets", "now_s")

    def __init__(self) -> None:
        self.now_s = 0.0
        self._planned: list[tuple[float, int, Callable[[int], None], int]] = []
        self._tickets = count()

    def at(self, at_s: float, do: Callable[[int], None], number: int = 0) -> None:
        """Calls `do(number)` then."""
        heappush(self._planned, (at_s, next(self._tickets), do, number))

    def run(self) -> None:
        """Until nothing is left to happen."""
        while self._planned:
            self.now_s, _, do, number = heappop(self._planned)
            do(number)
