"""When may somebody be rung back?

While the business is open, if it names hours, and while it is a civil time in every zone that the
number may be in, on no public holiday of its country. Whether a mobile telephone is at home or at
the other end of its country, nobody knows: so it must be a good time at both.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import reduce
from typing import Final
from zoneinfo import ZoneInfo

from voicebot.calls.outbound_rules import Destination
from voicebot.dialogue.business_parts import WEEKDAYS, Hours, Interval, Weekday
from voicebot.queueing.callback_windows import LocalWindow, shown
from voicebot.queueing.public_holidays import holidays_among
from voicebot.queueing.time_spans import Span, Spans, intersection, union

# Nobody waits longer for a shop to open: what has no time until then, has none.
HORIZON: Final = timedelta(days=14)

Week = Mapping[Weekday, tuple[Interval, ...]]


def permitted(
    at: datetime,
    destination: Destination | None,
    week: Week,
    business: Hours | None,
    *,
    rings_on_holidays: bool = False,
) -> Spans:
    """When it may ring within the horizon.

    `week`: by the clock of whoever is rung, wherever that is (`destination`; None: at any time).
    `business`: by its own; None: it is always open.
    """
    horizon = Span(at, at + HORIZON)
    conditions = [] if business is None else [_open(business, horizon)]
    if destination is None:
        return reduce(intersection, conditions, (horizon,))
    for zone in destination.time_zones:
        try:
            there = Hours(time_zone=zone, week=dict(week))
        except ValueError:  # a zone that this machine does not know: no time is known to be good
            return ()
        if not rings_on_holidays:
            days = holidays_among(_local_days(horizon, zone), destination.country)
            there = there.model_copy(update={"closed_on": days})
        conditions.append(_open(there, horizon))
    if not destination.time_zones:
        return ()
    return reduce(intersection, conditions, (horizon,))


def _open(hours: Hours, horizon: Span) -> Spans:
    """When `hours.are_open` within the horizon."""
    windows = (
        window
        for day in _local_days(horizon, hours.time_zone)
        if day not in hours.closed_on
        for window in _windows(hours, day)
    )
    return intersection(union(part for window in windows for part in shown(window)), (horizon,))


def _windows(hours: Hours, day: date) -> Iterable[LocalWindow]:
    for interval in hours.week.get(WEEKDAYS[day.weekday()], ()):
        opens, closes = (
            int(part[:2]) * 60 + int(part[3:]) for part in interval.split("-", maxsplit=1)
        )
        yield LocalWindow(day, opens, closes, hours.time_zone)


def _local_days(horizon: Span, zone: str) -> Sequence[date]:
    there = ZoneInfo(zone)
    first = horizon.starts_at.astimezone(there).date()
    last = horizon.ends_at.astimezone(there).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
