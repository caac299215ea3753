import pytest

from voicebot.queueing.arrivals_by_rank import ArrivalsByRank
from voicebot.queueing.model import Rank


def test_only_better_ranks_come_in_between() -> None:
    arrivals = ArrivalsByRank()
    for at_s in range(0, 20_000, 50):
        arrivals.joined(Rank.VIP, float(at_s))
        arrivals.joined(Rank.REGULAR, float(at_s))
    assert arrivals.better_per_s(Rank.REGULAR, 20_000.0) == pytest.approx(1 / 50, rel=0.05)
    assert arrivals.better_per_s(Rank.VIP, 20_000.0) == 0.0


def test_what_came_long_ago_is_forgotten() -> None:
    arrivals = ArrivalsByRank()
    arrivals.joined(Rank.DROPPED, 0.0)
    assert arrivals.better_per_s(Rank.REGULAR, 86_400.0) == pytest.approx(0.0, abs=1e-9)
