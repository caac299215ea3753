"""When will slots that are gone come back, as far as was seen?

A worker dies and is started again: the slots fall, and stand again where they stood after a while.
How long that took before says how long it will take now: of the past falls, those that lasted
longer than this one has by now, by how much longer on average (the mean residual life of what was
seen). Nothing is foreseen until some have come back, nor in a fall that outlasts all of them.
"""

from collections import deque

# What the correction by latency takes and gives is no fall.
_FALLEN_BELOW = 0.8
_BACK_FROM = 0.9
# So many falls are remembered, and nothing is said before so few.
WINDOW = 40
LEAST_SEEN = 3
# Whoever is away for longer was taken away: what is left is all there is.
GONE_AFTER_S = 4 * 3600.0


class SlotReturns:
    """The falls of one pool of slots."""

    __slots__ = ("_fallen_at_s", "_lasted_s", "_usual")

    def __init__(self) -> None:
        self._usual = 0
        self._fallen_at_s: float | None = None
        self._lasted_s: deque[float] = deque(maxlen=WINDOW)

    def seen(self, slots: int, now_s: float) -> None:
        """So many there are now; asked again and again, or at each change."""
        if self._fallen_at_s is None:
            if slots < _FALLEN_BELOW * self._usual:
                self._fallen_at_s = now_s
            else:
                self._usual = slots
            return
        lasted_s = max(now_s - self._fallen_at_s, 0.0)
        is_gone = lasted_s >= GONE_AFTER_S
        if not is_gone and slots < _BACK_FROM * self._usual:
            return
        if not is_gone:
            self._lasted_s.append(lasted_s)
        self._usual, self._fallen_at_s = slots, None

    def foreseen(self, now_s: float) -> tuple[tuple[float, int], ...]:
        """(In so many seconds, so many slots); empty: nothing is foreseen."""
        if self._fallen_at_s is None or len(self._lasted_s) < LEAST_SEEN:
            return ()
        away_s = now_s - self._fallen_at_s
        longer_s = [lasted_s - away_s for lasted_s in self._lasted_s if lasted_s > away_s]
        if not longer_s:
            return ()
        return ((sum(longer_s) / len(longer_s), self._usual),)
