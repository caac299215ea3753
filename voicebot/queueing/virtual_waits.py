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

    __slots__ = ("_gone",)

    def __init__(self) -> None:
        self._gone: list[tuple[Any, T]] = []

    def gave_up(self, place: Place, told: T) -> None:
        """`told` comes back with the wait, when that is known."""
        heappush(self._gone, (place, told))

    def admitted(self, place: Place) -> Iterator[tuple[Place, T]]:
        """Somebody at this place has been admitted: whose turn is over?"""
        while self._gone and self._gone[0][0] < place:
            yield heappop(self._gone)

    def slot_left_free(self) -> Iterator[tuple[Place, T]]:
        """Nobody waits and a slot is free: it would have been everybody's turn."""
        while self._gone:
            yield heappop(self._gone)

    def __len__(self) -> int:
        return len(self._gone)
