"""Windows by the wall clock, also on the days on which clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.queueing.callback_windows import LocalWindow, resolved, shown, window_of

# Their changes: an hour, half an hour (Lord Howe), at midnight (Havana), a day left out (Apia).
ZONES = (
    "America/New_York",
    "America/Havana",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Dublin",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "UTC",
)
CHANGES = {
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "America/Havana": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "Europe/Dublin": (date(2026, 3, 29), date(2026, 10, 25)),
    "Pacific/Apia": (date(2011, 12, 30), date(2011, 12, 31)),
    "Africa/Casablanca": (date(2026, 2, 15), date(2026, 3, 22)),
}


@st.composite
def windows(draw: st.DrawFn) -> LocalWindow:
    zone = draw(st.sampled_from(ZONES))
    near = st.sampled_from(CHANGES.get(zone, (date(2026, 7, 1),)))
    days = st.one_of(
        st.builds(lambda day, by: day + timedelta(days=by), near, st.integers(-2, 2)),
        st.dates(date(2005, 1, 1), date(2035, 12, 31)),
    )
    opens = draw(st.integers(0, 1439))
    return LocalWindow(draw(days), opens, draw(st.integers(opens + 1, 1440)), zone)


def shows(window: LocalWindow, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(window.zone))
    minute = local.hour * 60 + local.minute
    return local.date() == window.day and window.opens_min <= minute < window.closes_min


def from_text(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"{span.starts_at:%d %H:%M}", f"{span.ends_at:%d %H:%M}")
        for span in resolved(window_of(text))
    )


@settings(max_examples=60, deadline=None)
@given(windows())
def test_a_window_is_shown_exactly_when_the_wall_clock_says_so(window: LocalWindow) -> None:
    first = datetime(window.day.year, window.day.month, window.day.day, tzinfo=UTC)
    spans = shown(window)
    for minute in range(-16 * 60, 40 * 60, 7):
        at = first + timedelta(minutes=minute)
        assert any(span.has(at) for span in spans) == shows(window, at)


@given(windows())
def test_no_window_is_empty_and_none_is_longer_than_its_hours_shown_twice(
    window: LocalWindow,
) -> None:
    spans = resolved(window)
    length = sum((span.ends_at - span.starts_at for span in spans), timedelta())
    said = timedelta(minutes=window.closes_min - window.opens_min)
    assert timedelta() < length <= 2 * said
    assert spans == shown(window) or (not shown(window) and length == said)


@given(windows())
def test_a_window_is_read_as_it_was_written(window: LocalWindow) -> None:
    assert window_of(str(window)) == window


def test_a_window_inside_the_hour_that_is_left_out_moves_by_that_hour() -> None:
    # 02:00 becomes 03:00 in Berlin: half past two is said at half past three, 01:30 UTC.
    assert from_text("2026-03-29 02:15-02:45 Europe/Berlin") == (("29 01:15", "29 01:45"),)


def test_a_window_that_begins_in_the_hour_that_is_left_out_begins_behind_it() -> None:
    assert from_text("2026-03-29 02:30-04:00 Europe/Berlin") == (("29 01:00", "29 02:00"),)


def test_an_hour_that_comes_twice_counts_twice_and_what_is_between_does_not() -> None:
    assert from_text("2026-10-25 02:15-02:45 Europe/Berlin") == (
        ("25 00:15", "25 00:45"),
        ("25 01:15", "25 01:45"),
    )


def test_a_day_that_a_country_leaves_out_is_the_next() -> None:
    assert from_text("2011-12-30 09:00-12:00 Pacific/Apia") == (("30 19:00", "30 22:00"),)


def test_a_window_may_end_at_midnight() -> None:
    assert from_text("2026-07-01 22:00-24:00 UTC") == (("01 22:00", "02 00:00"),)


@pytest.mark.parametrize(
    "text",
    [
        "tomorrow",
        "2026-11-24 12:00-09:00 Europe/Berlin",
        "2026-11-24 09:00-09:00 Europe/Berlin",
        "2026-11-24 09:00-24:01 Europe/Berlin",
        "2026-11-24 09:60-11:00 Europe/Berlin",
        "2026-02-30 09:00-12:00 Europe/Berlin",
        "2026-11-24 09:00-12:00 Europe/Atlantis",
        "2026-11-24 09:00-12:00 ../etc/passwd",
    ],
)
def test_what_is_no_window_is_told_apart(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        window_of(text)
