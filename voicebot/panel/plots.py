"""How is a series drawn: where are its points, how high is the axis, what does it say there?

Pure. Drawings are `WIDTH` by `HEIGHT` and are stretched to the room that there is, so texts stand
beside them, not in them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import floor, log10
from typing import Final

WIDTH: Final = 1000
HEIGHT: Final = 300
_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)

Values = Sequence[float | None]


class Unit(StrEnum):
    """What the numbers of a plot are."""

    COUNT = "count"
    ERLANG = "erlang"
    SHARE = "share"
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Series:
    """`name`: a key of the catalogue, or, where `is_own`, what something is called itself."""

    name: str
    values: Values
    is_own: bool = False
    is_filled: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """Several series over the same stretches; `before`: the first one, a week ago."""

    name: str
    unit: Unit
    series: Sequence[Series]
    before: Values = field(default=())
    is_stacked: bool = False  # the series are parts of a whole

    @property
    def is_empty(self) -> bool:
        lines = [*(one.values for one in self.series), self.before]
        return not any(value is not None for line in lines for value in line)

    @property
    def top(self) -> float:
        lines = [*(one.values for one in self.series), self.before]
        if self.unit is Unit.SHARE:
            return 1.0
        return top_of([value for line in lines for value in line if value is not None])

    @property
    def ticks(self) -> Sequence[str]:
        """From the top down."""
        return [text(value, self.unit) for value in (self.top, self.top / 2, 0.0)]

    def drawn(self) -> Sequence[tuple[Series, str, str]]:
        """Each series with its line and, where it is filled, its area."""
        if self.is_stacked:
            return [(one, "", area) for one, area in zip(self.series, self._stack(), strict=True)]
        return [
            (
                one,
                line(one.values, self.top),
                area(one.values, self.top) if one.is_filled else "",
            )
            for one in self.series
        ]

    def line_before(self) -> str:
        return line(self.before, self.top)

    def _stack(self) -> Sequence[str]:
        count = len(self.series[0].values) if self.series else 0
        below = [0.0] * count
        found = []
        for one in self.series:
            above = [low + (value or 0.0) for low, value in zip(below, one.values, strict=True)]
            parts = []
            for run in runs(one.values):
                upper = [_point(i, count, above[i], 1.0) for i in run]
                lower = [_point(i, count, below[i], 1.0) for i in reversed(run)]
                parts.append("M" + "L".join([*upper, *lower]) + "Z")
            found.append("".join(parts))
            below = above
        return found


def top_of(values: Sequence[float]) -> float:
    """The next round number that none of them is above; 1 where there is nothing."""
    largest = max(values, default=0.0)
    if largest <= 0:
        return 1.0
    scale = 10.0 ** floor(log10(largest))
    return next((step * scale for step in _STEPS if step * scale >= largest), 10 * scale)


def line(values: Values, top: float) -> str:
    """As an SVG path, broken where nothing is known; a lone point is a dot."""
    count, parts = len(values), []
    for run in runs(values):
        points = [_point(i, count, values[i] or 0.0, top) for i in run]
        parts.append("M" + "L".join(points if len(points) > 1 else points * 2))
    return "".join(parts)


def area(values: Values, top: float) -> str:
    count, parts = len(values), []
    for run in runs(values):
        points = [_point(i, count, values[i] or 0.0, top) for i in run]
        ends = [_point(i, count, 0.0, top) for i in (run[-1], run[0])]
        parts.append("M" + "L".join([*points, *ends]) + "Z")
    return "".join(parts)


def runs(values: Values) -> Iterator[Sequence[int]]:
    """Where values follow each other without a gap."""
    run: list[int] = []
    for number, value in enumerate(values):
        if value is not None:
            run.append(number)
        elif run:
            yield run
            run = []
    if run:
        yield run


def text(value: float | None, unit: Unit) -> str:
    if value is None:
        return "\N{EN DASH}"
    if unit is Unit.SHARE:
        return f"{value * 100:.0f} %"
    if unit is Unit.SECONDS:
        return f"{value:.0f} s" if value >= 10 or value == 0 else f"{value:.1f} s"
    return f"{value:.0f}" if value == round(value) or value >= 100 else f"{value:.1f}"


def _point(number: int, count: int, value: float, top: float) -> str:
    x = WIDTH * number / (count - 1) if count > 1 else WIDTH / 2
    y = HEIGHT * (1 - min(1.0, max(0.0, value / top)))
    return f"{x:.1f} {y:.1f}"
