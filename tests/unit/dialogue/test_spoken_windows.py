from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.spoken_windows import spoken_window, window_in
from voicebot.queueing.callback_windows import DAY_MIN, LocalWindow

ZONE = "America/New_York"
# A Monday, eleven in the morning over there.
NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ("Tomorrow between three and five.", "2026-11-24 15:00-17:00"),
        ("Could you call me back tomorrow at ten?", "2026-11-24 10:00-11:00"),
        ("yes, from 2 to 4 p.m. please", "2026-11-23 14:00-16:00"),
        ("on Tuesday morning", "2026-11-24 09:00-12:00"),
        ("Monday afternoon would be good", "2026-11-30 13:00-17:00"),
        ("this afternoon", "2026-11-23 13:00-17:00"),
        ("this morning between nine and ten", "2026-11-23 09:00-10:00"),
        ("tonight", "2026-11-23 18:00-20:00"),
        ("after half past four today", "2026-11-23 16:30-20:00"),
        ("tomorrow before noon", "2026-11-24 09:00-12:00"),
        ("tomorrow", "2026-11-24 09:00-18:00"),
        ("the day after tomorrow around quarter to nine", "2026-11-25 08:45-09:45"),
        ("In two hours.", "2026-11-23 13:00-14:00"),
        ("in half an hour", "2026-11-23 11:30-12:30"),
        ("on November 25th at 9:30 a.m.", "2026-11-25 09:30-10:30"),
        ("the 3rd of January in the evening", "2027-01-03 17:00-20:00"),
        ("in three days at 3 o'clock", "2026-11-26 15:00-16:00"),
        ("between ten and two", "2026-11-23 10:00-14:00"),
        ("from ten to two in the afternoon tomorrow", "2026-11-24 10:00-14:00"),
        ("at 10 a.m.", "2026-11-24 10:00-11:00"),  # today it is past
        ("tomorrow 15:00", "2026-11-24 15:00-16:00"),
        ("three thirty p.m.", "2026-11-23 15:30-16:30"),
    ],
)
def test_what_names_a_time_is_a_window(heard: str, expected: str) -> None:
    assert str(window_in(heard, NOW, ZONE)) == f"{expected} {ZONE}"


@pytest.mark.parametrize(
    "heard",
    [
        "", "Yes please.", "No, it is 212 555 0123.", "five five five o one two three",
        "at five five five o one two three", "this is John", "as soon as possible",
        "You may call me at 555 0123", "I have two bikes", "in a minute I have to go to work in",
        "between us and them",
    ],
)  # fmt: skip
def test_what_names_none_is_none(heard: str) -> None:
    if "in a minute" in heard:
        assert window_in(heard, NOW, ZONE) is not None  # it is asked back before it counts
    else:
        assert window_in(heard, NOW, ZONE) is None


@given(st.text(max_size=80), st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001
def test_no_words_confuse_it(heard: str, at: datetime) -> None:
    window = window_in(heard, at.replace(tzinfo=UTC), ZONE)
    assert window is None or window.zone == ZONE


_WORDS = st.sampled_from(
    (
        "tomorrow", "today", "monday", "between", "from", "and", "to", "until", "after", "before",
        "at", "around", "half", "past", "quarter", "noon", "three", "five", "10", "12", "25", "00",
        ":", "30", "pm", "a.m.", "o'clock", "november", "31st", "in", "hours", "days", "morning",
        "evening", "february", "29",
    )
)  # fmt: skip


@given(st.lists(_WORDS, max_size=10), st.integers(0, 366 * 24 * 60))
def test_times_in_any_order_are_a_window_or_none(words: list[str], minutes: int) -> None:
    at = NOW + timedelta(minutes=minutes)
    window = window_in(" ".join(words), at, ZONE)
    assert window is None or 0 <= window.opens_min < window.closes_min <= DAY_MIN


@given(st.integers(0, 300), st.integers(0, DAY_MIN // 5 - 1), st.integers(1, DAY_MIN // 5))
def test_what_is_read_back_is_understood_as_what_it_is(days: int, opens: int, lasts: int) -> None:
    today = date(2026, 11, 23)
    closes_min = min((opens + lasts) * 5, DAY_MIN - 5)
    opens_min = min(opens * 5, closes_min - 5)
    if opens_min < 5:
        return  # midnight is read back as a word that nobody says of a call
    window = LocalWindow(today + timedelta(days=days), opens_min, closes_min, ZONE)
    said = spoken_window(window, today)
    assert window_in(said, datetime(2026, 11, 23, 5, 1, tzinfo=UTC), ZONE) == window


def test_it_is_read_back_as_people_say_it() -> None:
    window = LocalWindow(date(2026, 11, 24), 15 * 60, 17 * 60 + 30, ZONE)
    assert spoken_window(window, date(2026, 11, 23)) == "tomorrow between 3 p.m. and 5:30 p.m."
    assert (
        spoken_window(window, date(2026, 11, 20))
        == "on Tuesday, November 24 between 3 p.m. and 5:30 p.m."
    )
