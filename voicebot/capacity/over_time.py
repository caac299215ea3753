"""Which stretches of time are shown, what lies in each, and how does that compare with last week?

Pure. A range ends where the bin under way begins, so that every stretch of it is whole.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from voicebot.capacity.offered_load import BIN_S, Tally

WEEK_S: Final = 7 * 86_400


class Range(StrEnum):
    """How far back is looked."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Stretches:
    """`count` of them, each of `width_s`, the first from `first_s` on; epoch seconds."""

    first_s: int
    width_s: int
    count: int

    @property
    def end_s(self) -> int:
        return self.first_s + self.count * self.width_s

    @property
    def begins_s(self) -> Sequence[int]:
        return range(self.first_s, self.end_s, self.width_s)

    @property
    def a_week_before(self) -> "Stretches":
        return Stretches(self.first_s - WEEK_S, self.width_s, self.count)

    def number_of(self, at_s: float) -> int | None:
        """In which of them a time lies; None: in none."""
        number = int((at_s - self.first_s) // self.width_s)
        return number if 0 <= number < self.count else None


# One more than whole parts of an hour, a day or a week: marks stand at even distances.
_SHAPES: Final[Mapping[Range, tuple[int, int]]] = {
    Range.HOUR: (BIN_S, 13),
    Range.DAY: (6 * BIN_S, 49),
    Range.WEEK: (24 * BIN_S, 85),
}


def stretches(chosen: Range, at_s: float) -> Stretches:
    width_s, count = _SHAPES[chosen]
    end_s = int(at_s) // BIN_S * BIN_S
    return Stretches(end_s - width_s * count, width_s, count)


def folded(bins: Iterable[tuple[float, Tally]], shown: Stretches) -> Sequence[Tally]:
    """One sum a stretch; those outside of all are left out."""
    found = [Tally()] * shown.count
    for at_s, tally in bins:
        if (number := shown.number_of(at_s)) is not None:
            found[number] += tally
    return found


def averaged(samples: Iterable[tuple[float, float]], shown: Stretches) -> Sequence[float | None]:
    """One mean a stretch; None: nothing was sampled in it."""
    sums, counts = [0.0] * shown.count, [0] * shown.count
    for at_s, value in samples:
        if (number := shown.number_of(at_s)) is not None:
            sums[number] += value
            counts[number] += 1
    return [total / count if count else None for total, count in zip(sums, counts, strict=True)]


def each(
    tallied: Sequence[Tally], value: Callable[[Tally], float | None]
) -> Sequence[float | None]:
    return [value(one) for one in tallied]


def change(now: float | None, before: float | None) -> float | None:
    """By which share it grew; None: there is nothing to compare with."""
    if now is None or not before:
        return None
    return now / before - 1
