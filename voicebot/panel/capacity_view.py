"""Which plots and figures does the page of capacity show?

Pure: of sums of both weeks and of samples.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from voicebot.capacity.offered_load import ROUTES, Tally
from voicebot.capacity.over_time import Stretches, averaged, change, each
from voicebot.panel.plots import Plot, Series, Unit, Values, text

# More lines than that nobody tells apart; the busiest are drawn, all are in the table.
_MOST_LINES: Final = 8

Samples = Mapping[str, Sequence[tuple[float, float]]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the whole range; `trend` -1, 0 or 1: against last week."""

    name: str
    now: str
    before: str
    trend: int
    is_worse: bool


def figures(now: Sequence[Tally], before: Sequence[Tally], length_s: float) -> Sequence[Figure]:
    """Over the whole range."""
    this, last = _all(now), _all(before)

    def of(name: str, unit: Unit, value: Callable[[Tally], float | None], good: int) -> Figure:
        new, old = value(this), value(last)
        grown = change(new, old)
        trend = 0 if grown is None or abs(grown) < 0.01 else (1 if grown > 0 else -1)
        return Figure(name, text(new, unit), text(old, unit), trend, trend * good < 0)

    return [
        of("offered", Unit.ERLANG, lambda one: one.offered_erlangs(length_s, one.handle_s), 0),
        of("service_level", Unit.SHARE, lambda one: one.service_level, 1),
        of("abandonment", Unit.SHARE, lambda one: one.abandonment, -1),
        of("wait", Unit.SECONDS, lambda one: one.wait_s, -1),
        of("ewt_error", Unit.SECONDS, lambda one: one.mean_error_s, -1),
    ]


def plots_of_calls(now: Sequence[Tally], before: Sequence[Tally], width_s: float) -> Sequence[Plot]:
    """What follows from the records of calls, for the queues that were summed."""

    def plot(name: str, unit: Unit, value: Callable[[Tally], float | None]) -> Plot:
        line = Series(name, each(now, value), is_filled=True)
        return Plot(name, unit, [line], each(before, value))

    routes = [
        Series(f"route.{route}", each(now, lambda one, route=route: one.route_share(route)))  # type: ignore[misc]
        for route in ROUTES
    ]
    return [
        Plot(
            "load",
            Unit.ERLANG,
            [
                Series("offered", _offered(now, width_s), is_filled=True),
                Series("carried", each(now, lambda one: one.carried_erlangs(width_s))),
            ],
            _offered(before, width_s),
        ),
        Plot(
            "arrivals",
            Unit.COUNT,
            [
                Series("calls", each(now, lambda one: one.calls), is_filled=True),
                Series("abandoned", each(now, lambda one: one.abandoned)),
            ],
            each(before, lambda one: one.calls),
        ),
        plot("service_level", Unit.SHARE, lambda one: one.service_level),
        plot("abandonment", Unit.SHARE, lambda one: one.abandonment),
        plot("wait", Unit.SECONDS, lambda one: one.wait_s),
        plot("ewt_error", Unit.SECONDS, lambda one: one.mean_error_s),
        Plot("routes", Unit.SHARE, routes, is_stacked=True),
        plot("recalled", Unit.SHARE, _recalled),
    ]


def plots_of_samples(samples: Samples, samples_before: Samples, shown: Stretches) -> Sequence[Plot]:
    """What is true of all queues at once."""

    def over(series: str) -> Values:
        return averaged(samples.get(series, ()), shown)

    pools = [name for name in sorted(samples) if name.startswith("pool.")]
    workers = sorted(
        (name for name in samples if name.startswith("worker.")), key=lambda name: _mean(over(name))
    )[: -_MOST_LINES - 1 : -1]
    slots = [Series("slots.used", over("slots.used"), is_filled=True)]
    slots += [Series("slots.live", over("slots.live"))] if "slots.live" in samples else []
    slots += [Series(name.partition(".")[2], over(name), is_own=True) for name in pools]
    speech = over("cache.speech")
    found = [
        Plot(
            "slots",
            Unit.COUNT,
            slots,
            averaged(samples_before.get("slots.used", ()), shown.a_week_before),
        ),
        Plot(
            "workers",
            Unit.SHARE,
            [Series(name.partition(".")[2], over(name), is_own=True) for name in workers],
        ),
    ]
    if any(value is not None for value in speech):
        before = averaged(samples_before.get("cache.speech", ()), shown.a_week_before)
        found.append(Plot("speech", Unit.SHARE, [Series("speech", speech, is_filled=True)], before))
    return found


def _offered(tallied: Sequence[Tally], width_s: float) -> Values:
    """By the mean handle time of the whole range: few calls end in a short stretch."""
    handle_s = _all(tallied).handle_s
    return each(tallied, lambda one: one.offered_erlangs(width_s, handle_s))


def _recalled(one: Tally) -> float | None:
    """Of turns that a model would have answered else."""
    asked = one.retrieved + one.small + one.large
    return one.retrieved / asked if asked else None


def _all(tallied: Sequence[Tally]) -> Tally:
    return sum(tallied, Tally())


def _mean(values: Values) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else 0.0
