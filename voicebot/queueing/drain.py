"""When is it the turn of a caller, when those ahead are served, or give up, at these rates?

With `slots` conversations of mean length m, one ends every m / slots seconds. While i callers are
ahead, the line gets shorter at the rate slots / m + i theta, theta being the hazard of giving up;
so the wait of a caller with k ahead is a sum of k + 1 exponential times (the virtual wait of
Erlang A; see O. Garnett, A. Mandelbaum, M. Reiman, M&SOM 4(3), 2002), with

    mean = sum_{i=0..k} 1 / (r + i theta)   = (psi(r / theta + k + 1) - psi(r / theta)) / theta
    variance = the same with squares        = (psi'(r / theta) - psi'(r / theta + k + 1)) / theta^2

psi being the digamma function: a fixed number of operations, whatever k is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log

# Below this the series of psi is exact to 1e-9 only after a shift.
_ASYMPTOTIC_FROM = 8.0
# Fewer would leave than in this share of the cases: nobody does.
_NOBODY = 1e-6
# However often others come in between, the line moves.
_LEAST_RATE = 0.1


@dataclass(frozen=True, slots=True)
class Phase:
    """So many slots, for so long; the last phase lasts for ever."""

    slots: float
    lasts_s: float = inf


@dataclass(frozen=True, slots=True)
class Drained:
    mean_s: float
    variance_s2: float


def drain(ahead: float, rate_per_s: float, hazard_per_s: float) -> Drained:
    """Until it is the turn of one with so many ahead, at one rate of conversations ending."""
    steps = ahead + 1.0
    if hazard_per_s * steps < _NOBODY * rate_per_s:
        return Drained(steps / rate_per_s, steps / rate_per_s**2)
    first = rate_per_s / hazard_per_s
    psi_first, slope_first = _digamma(first)
    psi_last, slope_last = _digamma(first + steps)
    return Drained(
        (psi_last - psi_first) / hazard_per_s,
        max(slope_first - slope_last, 0.0) / hazard_per_s**2,
    )


def drain_through(
    ahead: float,
    handle_time_s: float,
    hazard_per_s: float,
    phases: Sequence[Phase],
    *,
    overtaking_per_s: float = 0.0,
    callbacks: float = 0.0,
) -> Drained | None:
    """The same while the slots change, and others come in between; None: no slot is in sight.

    Callbacks ahead are supposed to be served first: nobody of them gives up, and meanwhile those do
    who wait.
    """
    passed_s = 0.0
    served = 0.0  # in earlier phases; their number varies by chance with a variance like itself
    for phase in phases:
        ending = phase.slots / handle_time_s
        rate = max(ending - overtaking_per_s, _LEAST_RATE * ending)
        left_s = phase.lasts_s
        if callbacks > 0.0:
            for_callbacks_s = min(callbacks / rate, left_s) if rate > 0.0 else left_s
            if for_callbacks_s == inf:
                return None
            still_owed = max(callbacks - rate * for_callbacks_s, 0.0)
            if for_callbacks_s < left_s:
                still_owed = 0.0
            served += callbacks - still_owed
            callbacks = still_owed
            ahead *= exp(-hazard_per_s * for_callbacks_s)
            passed_s += for_callbacks_s
            left_s -= for_callbacks_s
        if rate > 0.0 and callbacks == 0.0:
            rest = drain(ahead, rate, hazard_per_s)
            if rest.mean_s <= left_s:
                earlier_s2 = served / (rate * rate)
                return Drained(passed_s + rest.mean_s, rest.variance_s2 + earlier_s2)
        if left_s == inf:
            return None
        still_ahead = max(_after(ahead, rate, hazard_per_s, left_s), 0.0)
        served += ahead - still_ahead
        ahead = still_ahead
        passed_s += left_s
    return None


def _after(ahead: float, rate: float, hazard: float, lasts_s: float) -> float:
    """The line ahead after a while, on average: x' = -rate - hazard x."""
    if hazard * (ahead + 1.0) < _NOBODY * max(rate, 1e-9):
        return ahead - rate * lasts_s
    level = rate / hazard
    return (ahead + level) * exp(-hazard * lasts_s) - level


def _digamma(x: float) -> tuple[float, float]:
    """psi(x) and its derivative (Abramowitz and Stegun 6.3.18 and 6.4.12, after a shift)."""
    psi = slope = 0.0
    while x < _ASYMPTOTIC_FROM:
        psi -= 1.0 / x
        slope += 1.0 / (x * x)
        x += 1.0
    y = 1.0 / (x * x)
    psi += log(x) - 0.5 / x - y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y / 240)))
    slope += 1.0 / x + 0.5 * y + y / x * (1 / 6 - y * (1 / 30 - y * (1 / 42 - y / 30)))
    return psi, slope
