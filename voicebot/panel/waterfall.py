"""How is the time of a turn drawn: which stage began when, and what did working ahead save?

Pure. The stages are drawn as one after another. Work that was begun before the caller had ended
makes their sum longer than what the caller waited for: the difference is what it saved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from voicebot.calls.model import StageTimings

WIDTH: Final = 1000  # of the drawing
_STAGES: Final = ("endpointing", "recognition", "retrieval", "first_phrase", "synthesis")


@dataclass(frozen=True, slots=True)
class Bar:
    """A stage; `x` and `width` in parts of the drawing."""

    stage: str
    took_ms: int
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Of one turn. `rest_ms` is what no stage accounts for: hops and pacing."""

    bars: Sequence[Bar]
    total_ms: int
    total_x: int
    saved_ms: int
    rest_ms: int


def longest_of(all_timings: Sequence[StageTimings]) -> int:
    """What fills the whole width on a page, so that its turns can be compared."""
    return max((max(_sum(one), one.total_ms or 0) for one in all_timings), default=0)


def waterfall(timings: StageTimings, longest_ms: int) -> Waterfall | None:
    """None: nothing of this turn was measured."""
    spent = _sum(timings)
    total = spent if timings.total_ms is None else max(0, timings.total_ms)
    if longest_ms <= 0 or (timings.total_ms is None and not spent):
        return None
    bars, begun = [], 0
    for stage, took in _taken(timings):
        begins, ends = (WIDTH * at // longest_ms for at in (begun, begun + took))
        bars.append(Bar(stage, took, begins, max(2, ends - begins)))
        begun += took
    return Waterfall(
        bars,
        total_ms=total,
        total_x=min(WIDTH, WIDTH * total // longest_ms),
        saved_ms=max(0, spent - total),
        rest_ms=max(0, total - spent),
    )


def _taken(timings: StageTimings) -> Sequence[tuple[str, int]]:
    all_of = ((stage, getattr(timings, f"{stage}_ms")) for stage in _STAGES)
    return [(stage, took) for stage, took in all_of if took is not None and took >= 0]


def _sum(timings: StageTimings) -> int:
    return sum(took for _, took in _taken(timings))
