"""What would those who gave up have waited?

Their wait becomes known when somebody who came behind them is admitted, or a slot stays free: then
it would have been their turn at the latest. An estimate is judged by these waits too; judged by the
patient alone it would seem better than it is, for long waits are the ones that end early.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Any, Generic, TypeVar

from voicebot.queueing.model import Place

T = TypeVar("T")


class VirtualWaits(Generic[T]):
    """Those who gave up and whose turn has not come; each step costs O(log n)."""

    __slots__ = ("_gone", "_left")

    def __init__(self) -> None:
        # The number of each tells places apart that are the same, as of two lines.
        self._gone: list[tuple[Any, int, T]] = []
        self._left = 0

    def gave_up(self, place: Place, told: T) -> None:
        """`told` comes back with the wait, when that is known."""
        self._left += 1
        heappush(self._gone, (place, self._left, told))

    def admitted(self, place: Place) -> Iterator[tuple[Place, T]]:
        """Somebody at this place has been admitted: whose turn is over?"""
        while self._gone and self._gone[0][0] < place:
            yield self._pop()

    def slot_left_free(self) -> Iterator[tuple[Place, T]]:
        """Nobody waits and a slot is free: it would have been everybody's turn."""
        while self._gone:
            yield self._pop()

    def __len__(self) -> int:
        return len(self._gone)

    def _pop(self) -> tuple[Place, T]:
        place, _, told = heappop(self._gone)
        return place, told
