from math import inf

import numpy as np
import pytest

from voicebot.queueing.model import Rank
from voicebot.simulation.callers import draw, lengths
from voicebot.simulation.scenario import (
    Arrivals,
    Bursts,
    Hourly,
    Lengths,
    SimulatedQueue,
    Steady,
    Swing,
)

DAY_S = 86_400.0


def _queue(arrivals: Arrivals, patience: Lengths | None = None) -> SimulatedQueue:
    return SimulatedQueue(
        name="desk", slots=1, arrivals=arrivals, handle_time=Lengths(mean_s=60), patience=patience,
        vip=0.1, returning=0.2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arrivals", "expected"),
    [
        (Steady(per_hour=500), 12_000),
        (Swing(per_hour=500, depth=0.5, period_s=3600), 12_000),
        (Bursts(quiet_per_hour=300, burst_per_hour=1100, every_s=3600, lasts_s=900), 12_000),
        (Hourly(per_hour=(0, 1000)), 12_000),
    ],
)
def test_so_many_call_as_the_rates_say(arrivals: Arrivals, expected: int) -> None:
    callers = draw(_queue(arrivals), DAY_S, np.random.default_rng(1))
    assert len(callers.arrive_s) == pytest.approx(expected, rel=0.03)
    assert callers.arrive_s == sorted(callers.arrive_s)
    assert callers.ranks.count(Rank.VIP) == pytest.approx(expected * 0.1, rel=0.1)
    assert callers.ranks.count(Rank.RETURNING) == pytest.approx(expected * 0.2, rel=0.1)


def test_bursts_are_where_they_belong() -> None:
    bursts = Bursts(quiet_per_hour=0, burst_per_hour=600, every_s=3600, lasts_s=600)
    callers = draw(_queue(bursts), DAY_S, np.random.default_rng(1))
    assert all(at_s % 3600 < 600 for at_s in callers.arrive_s)


@pytest.mark.parametrize("distribution", ["exponential", "lognormal", "gamma", "constant"])
def test_lengths_have_the_mean_that_is_asked_for(distribution: str) -> None:
    of = Lengths.model_validate({"distribution": distribution, "mean_s": 90, "cv": 0.5})
    drawn = lengths(of, 20_000, np.random.default_rng(1))
    assert drawn.mean() == pytest.approx(90, rel=0.03)
    spread = {"constant": 0.0, "exponential": 1.0}.get(distribution, 0.5)
    assert drawn.std() / drawn.mean() == pytest.approx(spread, abs=0.03)


def test_without_patience_nobody_gives_up() -> None:
    patient = draw(_queue(Steady(per_hour=10)), DAY_S, np.random.default_rng(1))
    assert set(patient.patience_s) == {inf}


def test_the_same_dice_bring_the_same_callers() -> None:
    queue = _queue(Steady(per_hour=100), Lengths(mean_s=100))
    one, other = (draw(queue, DAY_S, np.random.default_rng(7)) for _ in range(2))
    assert one == other
