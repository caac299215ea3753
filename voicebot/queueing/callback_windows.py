"""When is "on Tuesday between nine and twelve", at the place of whoever said so?

Kept as the words mean it: a day, two times on the wall clock, and the IANA zone. What that is in
UTC is found when it is needed, by the rules that are then in force. An instant lies in a window
when the wall clock there shows the day and a time from `opens` to before `closes`: an hour that
the clock shows twice counts twice. A window of which the clock shows nothing, because it jumps
over it, is moved by the length of the jump, so that none is ever empty (as RFC 5545, 3.3.5).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from voicebot.queueing.time_spans import Span, Spans, intersection, union

DAY_MIN = 24 * 60
_SHAPE = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d):(\d\d)-(\d\d):(\d\d) (\S+)")
# No zone is further from UTC, and a jump over the date line takes a day.
_FURTHEST = timedelta(hours=39)


@dataclass(frozen=True, slots=True)
class LocalWindow:
    """A stretch of one day by the wall clock of a zone."""

    day: date
    opens_min: int  # minutes since midnight
    closes_min: int  # 1440: midnight
    zone: str  # IANA

    def __post_init__(self) -> None:
        if not 0 <= self.opens_min < self.closes_min <= DAY_MIN:
            raise ValueError("a window opens before it closes, within one day")
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("a window needs an IANA time zone, such as Europe/Berlin") from error

    def __str__(self) -> str:
        return f"{self.day} {_clock(self.opens_min)}-{_clock(self.closes_min)} {self.zone}"


def window_of(text: str) -> LocalWindow:
    """Reads "2026-11-24 09:00-12:00 Europe/Berlin"; raises ValueError, telling what is wrong."""
    match = _SHAPE.fullmatch(text.strip())
    if match is None:
        raise ValueError('write a window as "2026-11-24 09:00-12:00 Europe/Berlin"')
    day, *clock, zone = match.groups()
    opens_h, opens_min, closes_h, closes_min = (int(part) for part in clock)
    if opens_min > 59 or closes_min > 59:
        raise ValueError("an hour has 60 minutes")
    return LocalWindow(
        date.fromisoformat(day), opens_h * 60 + opens_min, closes_h * 60 + closes_min, zone
    )


@lru_cache(maxsize=4096)
def shown(window: LocalWindow) -> Spans:
    """When the wall clock shows the window: once, twice, or never."""
    opens, closes = _naive(window)
    return union(
        part
        for regime, offset in _regimes(window)
        for part in intersection((Span(opens - offset, closes - offset),), (regime,))
    )


def resolved(window: LocalWindow) -> Spans:
    """When the window is, one way or another: never empty."""
    spans = shown(window)
    if spans:
        return spans
    opens, closes = _naive(window)
    # As the clock would have shown it had it not jumped yet.
    _, offset = _regimes(window)[0]
    return (Span(opens - offset, closes - offset),)


def _naive(window: LocalWindow) -> tuple[datetime, datetime]:
    """The wall clock's times, as if the place were at UTC."""
    midnight = datetime.combine(window.day, time(), UTC)
    return (
        midnight + timedelta(minutes=window.opens_min),
        midnight + timedelta(minutes=window.closes_min),
    )


def _regimes(window: LocalWindow) -> Sequence[tuple[Span, timedelta]]:
    """The stretches around the window in which the zone is at one distance from UTC.

    At most two: no zone changes twice within these days (a test looks at all of them).
    """
    opens, closes = _naive(window)
    zone = ZoneInfo(window.zone)
    first, last = opens - _FURTHEST, closes + _FURTHEST
    before, after = _offset(zone, first), _offset(zone, last)
    if before == after:
        return ((Span(first, last), before),)
    lower, upper = first, last
    while upper - lower > timedelta(seconds=1):
        middle = (lower + (upper - lower) / 2).replace(microsecond=0)
        if middle in (lower, upper):
            break
        if _offset(zone, middle) == before:
            lower = middle
        else:
            upper = middle
    return ((Span(first, upper), before), (Span(upper, last), after))


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None, "a zone has an offset at any time"
    return offset


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
