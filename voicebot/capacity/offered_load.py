"""How much work came in, and how was it served, by stretches of time?

Pure. Every figure of a stretch is a sum (`Tally`), so that stretches and queues add up to longer
stretches and to the whole call centre; what is shown is reckoned from sums, never from averages.
Offered load (Erlang, 1917) is arrivals a second times the mean handle time; carried load is how
many conversations there were at once, on average.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Final

BIN_S: Final = 300
# Service level: reached an agent within so long.
WITHIN_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over one stretch of time and some queues."""

    calls: int = 0
    abandoned: int = 0
    served: int = 0
    handled_s: float = 0.0  # of those that were served and began here, waits left out
    carried_s: float = 0.0  # of conversation that passed here, whenever begun
    judged: int = 0  # callers of whom something was decided
    reached: int = 0  # of those, who came to an agent
    within: int = 0  # of those, within WITHIN_S
    waited_s: float = 0.0  # of all that were judged
    told: int = 0  # whose wait came true after it was told
    error_s: float = 0.0  # positive: waited longer than was said
    absolute_error_s: float = 0.0
    script: int = 0  # turns, by who answered
    fact: int = 0
    retrieved: int = 0
    small: int = 0
    large: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, name) + getattr(other, name) for name in NAMES))

    def offered_erlangs(self, length_s: float, handle_s: float | None) -> float | None:
        """`handle_s`: mean handle time; None: nobody was served, so it is not known."""
        if self.calls == 0:
            return 0.0
        return None if handle_s is None else self.calls * handle_s / length_s

    def carried_erlangs(self, length_s: float) -> float:
        return self.carried_s / length_s

    @property
    def handle_s(self) -> float | None:
        return _per(self.handled_s, self.served)

    @property
    def service_level(self) -> float | None:
        return _per(self.within, self.judged)

    @property
    def abandonment(self) -> float | None:
        return _per(self.abandoned, self.calls)

    @property
    def wait_s(self) -> float | None:
        return _per(self.waited_s, self.judged)

    @property
    def mean_error_s(self) -> float | None:
        return _per(self.absolute_error_s, self.told)

    @property
    def bias_s(self) -> float | None:
        return _per(self.error_s, self.told)

    def route_share(self, route: str) -> float | None:
        turns = self.script + self.fact + self.retrieved + self.small + self.large
        return _per(getattr(self, route), turns)


NAMES: Final = tuple(field.name for field in fields(Tally))
ROUTES: Final = ("script", "fact", "retrieved", "small", "large")


@dataclass(frozen=True, slots=True)
class PastCall:
    """Times are epoch seconds."""

    scope: str  # `@<DID>`
    began_s: float
    ended_s: float
    waited_s: float  # before an agent spoke
    was_served: bool
    was_abandoned: bool
    routes: Mapping[str, int]  # turns, by names of `ROUTES`


@dataclass(frozen=True, slots=True)
class PastWait:
    """What was decided about a caller; `waited_s` None: is not over, or nobody knows."""

    scope: str  # the queue
    at_s: float
    has_reached: bool
    waited_s: float | None
    told_s: float | None


def tallies(
    calls: Iterable[PastCall], waits: Iterable[PastWait], first_s: int, end_s: int
) -> Mapping[tuple[int, str], Tally]:
    """By the beginning of a bin and a queue, of the bins from `first_s` on, before `end_s`."""
    found: defaultdict[tuple[int, str], Tally] = defaultdict(Tally)
    for call in calls:
        if first_s <= call.began_s < end_s:
            found[bin_of(call.began_s), call.scope] += _arrival(call)
        for at_s, carried_s in _carried(call, first_s, end_s):
            found[at_s, call.scope] += Tally(carried_s=carried_s)
    for wait in waits:
        if first_s <= wait.at_s < end_s:
            found[bin_of(wait.at_s), wait.scope] += _judged(wait)
    return dict(found)


def bin_of(at_s: float) -> int:
    """When the bin began that a time lies in."""
    return int(at_s // BIN_S) * BIN_S


def _arrival(call: PastCall) -> Tally:
    handled_s = max(0.0, call.ended_s - call.began_s - call.waited_s)
    return Tally(
        calls=1,
        abandoned=int(call.was_abandoned),
        served=int(call.was_served),
        handled_s=handled_s if call.was_served else 0.0,
        **call.routes,
    )


def _carried(call: PastCall, first_s: int, end_s: int) -> Iterable[tuple[int, float]]:
    """How much of the conversation passed in each bin."""
    if not call.was_served:
        return
    from_s, until_s = max(call.began_s + call.waited_s, first_s), min(call.ended_s, end_s)
    at_s = bin_of(from_s)
    while at_s < until_s:
        passed_s = min(until_s, at_s + BIN_S) - max(from_s, at_s)
        if passed_s > 0:
            yield at_s, passed_s
        at_s += BIN_S


def _judged(wait: PastWait) -> Tally:
    waited_s = wait.waited_s or 0.0
    came_true = wait.has_reached and wait.told_s is not None and wait.waited_s is not None
    error_s = waited_s - wait.told_s if came_true and wait.told_s is not None else 0.0
    return Tally(
        judged=1,
        reached=int(wait.has_reached),
        within=int(wait.has_reached and waited_s <= WITHIN_S),
        waited_s=waited_s,
        told=int(came_true),
        error_s=error_s,
        absolute_error_s=abs(error_s),
    )


def _per(total: float, count: float) -> float | None:
    return total / count if count else None
