"""How often does somebody come who is served before this caller, though later in line?"""

from math import exp

from voicebot.queueing.model import Rank

# What came longer ago hardly counts.
_REMEMBERED_S = 1800.0


class ArrivalsByRank:
    """The rates of joining the line, by rank; the older arrivals fade."""

    __slots__ = ("_count", "_since_s")

    def __init__(self) -> None:
        self._count = [0.0] * len(Rank)
        self._since_s = [0.0] * len(Rank)

    def joined(self, rank: Rank, now_s: float) -> None:
        self._count[rank] = self._faded(rank, now_s) + 1.0
        self._since_s[rank] = now_s

    def better_per_s(self, rank: Rank, now_s: float) -> float:
        """Arrivals per second of all better ranks."""
        return sum(self._faded(better, now_s) for better in range(rank)) / _REMEMBERED_S

    def _faded(self, rank: int, now_s: float) -> float:
        if not self._count[rank]:
            return 0.0
        return self._count[rank] * exp((self._since_s[rank] - now_s) / _REMEMBERED_S)
