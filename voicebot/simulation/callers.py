"""Who calls when, talks for how long, and waits for how long? All dice of the callers.

Drawn for the whole run before it begins, so that two ways of running a queue meet the same people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from voicebot.queueing.model import Rank
from voicebot.simulation.scenario import (
    Arrivals,
    Bursts,
    Hourly,
    Lengths,
    SharingQueue,
    SimulatedQueue,
    Swing,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Callers:
    """Of who shares slots, in the order of their arrivals; caller n has the n-th of each."""

    arrive_s: list[float]
    handle_time_s: list[float]
    patience_s: list[float]
    ranks: list[Rank]
    dice: list[float]  # one number from 0 to 1 each: whether a callback is taken
    queues: list[int]  # 0: the queue itself; n: the n-th that shares its slots


def draw(queue: SimulatedQueue, duration_s: float, dice: np.random.Generator) -> Callers:
    """Poisson arrivals of a changing rate, by thinning."""
    sources: Sequence[SimulatedQueue | SharingQueue] = (queue, *queue.sharing)
    arrivals = [_arrivals(source.arrivals, duration_s, dice) for source in sources]
    at_s = np.concatenate(arrivals)
    order = np.argsort(at_s, kind="stable")
    count = at_s.size
    class_of = dice.uniform(size=count)
    ranks = [
        Rank.VIP
        if share < queue.vip
        else Rank.RETURNING
        if share < queue.vip + queue.returning
        else Rank.REGULAR
        for share in class_of.tolist()
    ]
    handle_times = [
        lengths(source.handle_time, its.size, dice)
        for source, its in zip(sources, arrivals, strict=True)
    ]
    patience = queue.patience
    return Callers(
        at_s[order].tolist(),
        np.concatenate(handle_times)[order].tolist(),
        [inf] * count if patience is None else lengths(patience, count, dice).tolist(),
        ranks,
        dice.uniform(size=count).tolist(),
        np.repeat(range(len(sources)), [its.size for its in arrivals])[order].tolist(),
    )


def _arrivals(arrivals: Arrivals, duration_s: float, dice: np.random.Generator) -> Floats:
    most = _most_per_s(arrivals)
    at_s = np.sort(dice.uniform(0.0, duration_s, dice.poisson(most * duration_s)))
    return at_s[dice.uniform(0.0, most, at_s.size) < _rate_per_s(arrivals, at_s)]


def lengths(of: Lengths, count: int, dice: np.random.Generator) -> Floats:
    """So many draws."""
    if of.distribution == "constant":
        return np.full(count, of.mean_s)
    if of.distribution == "exponential":
        return dice.exponential(of.mean_s, count)
    if of.distribution == "gamma":
        shape = 1.0 / of.cv**2
        return dice.gamma(shape, of.mean_s / shape, count)
    sigma2 = log(1.0 + of.cv**2)
    return dice.lognormal(log(of.mean_s) - sigma2 / 2.0, sqrt(sigma2), count)


def _rate_per_s(arrivals: Arrivals, at_s: Floats) -> Floats:
    if isinstance(arrivals, Swing):
        wave = np.sin(at_s * (2.0 * pi / arrivals.period_s))
        per_hour = arrivals.per_hour * (1.0 + arrivals.depth * wave)
    elif isinstance(arrivals, Bursts):
        bursting = at_s % arrivals.every_s < arrivals.lasts_s
        per_hour = np.where(bursting, arrivals.burst_per_hour, arrivals.quiet_per_hour)
    elif isinstance(arrivals, Hourly):
        hour = (at_s // 3600.0).astype(int) % len(arrivals.per_hour)
        per_hour = np.array(arrivals.per_hour)[hour]
    else:
        per_hour = np.full(at_s.size, arrivals.per_hour)
    return per_hour / 3600.0


def _most_per_s(arrivals: Arrivals) -> float:
    if isinstance(arrivals, Swing):
        per_hour = arrivals.per_hour * (1.0 + arrivals.depth)
    elif isinstance(arrivals, Bursts):
        per_hour = max(arrivals.quiet_per_hour, arrivals.burst_per_hour)
    elif isinstance(arrivals, Hourly):
        per_hour = max(arrivals.per_hour)
    else:
        per_hour = arrivals.per_hour
    return per_hour / 3600.0
