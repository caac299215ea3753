"""When does a caller want to be rung back, as English words say it?

"Tomorrow between three and five", "on Tuesday morning", "today after half past four", "in two
hours". What names neither a day nor a time of day says nothing. An hour without a.m. or p.m. is
one at which people are rung: from eight in the morning to before eight in the evening.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from voicebot.dialogue.number_words import ONES, TEENS, UNSURE
from voicebot.queueing.callback_windows import DAY_MIN, LocalWindow

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
# When people are rung, where nobody says more; minutes since midnight.
DAY_OPENS_MIN, DAY_CLOSES_MIN = 9 * 60, 18 * 60
EVENING_MIN = 20 * 60
PARTS: Final = {
    "morning": (9 * 60, 12 * 60),
    "noon": (12 * 60, 13 * 60),
    "lunchtime": (12 * 60, 14 * 60),
    "afternoon": (13 * 60, 17 * 60),
    "evening": (17 * 60, EVENING_MIN),
    "tonight": (18 * 60, EVENING_MIN),
}
# A single time: people are rung within the hour after it.
_AROUND_MIN: Final = 60
_SOONEST: Final = timedelta(minutes=5)

_NUMBERS: Final = {
    word: int(digits) for word, digits in {**ONES, **TEENS}.items() if word not in UNSURE
} | {"twenty": 20, "thirty": 30, "a": 1, "an": 1}
_HOUR = r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_CLOCK = (
    rf"(?:(?P<half{{n}}>half past|quarter past|quarter to) )?"
    rf"(?P<hour{{n}}>{_HOUR}|noon|midday)"
    rf"(?::(?P<minute{{n}}>\d\d)| (?P<words{{n}}>thirty|fifteen))?"
    rf"(?: ?o ?clock)?(?: (?P<half_day{{n}}>am|pm))?\b"
    # A digit behind it: this is a telephone number.
    rf"(?! ?(?:\d|zero|oh?|double|triple|{_HOUR})\b)"
)


def _clock(number: int) -> str:
    return _CLOCK.replace("{n}", str(number))


_BETWEEN = re.compile(rf"\b(?:between|from) {_clock(1)} (?:and|to|till|until) {_clock(2)}")
_AFTER = re.compile(rf"\b(?:after|from) {_clock(1)}")
_BEFORE = re.compile(rf"\b(?:before|until|by) {_clock(1)}")
_AT = re.compile(rf"\b(?:at|around|about|round) {_clock(1)}")
# Without any such word, only what can be nothing else.
_ALONE = re.compile(rf"\b{_clock(1)}")
_IS_A_TIME = re.compile(r"past|quarter|clock|[ap]m|noon|midday|:")
_IN = re.compile(r"\bin (?P<count>half an|an?|\d+|[a-z]+) (?P<unit>hours?|minutes?)\b")
_IN_DAYS = re.compile(r"\bin (?P<count>\d+|[a-z]+) days?\b")
_WEEKDAY = re.compile(rf"\b(?P<next>next )?(?P<day>{'|'.join(DAYS)})\b")
_DATE = re.compile(
    rf"\b(?:(?P<month>{'|'.join(MONTHS)}) (?:the )?(?P<after>\d\d?)(?:st|nd|rd|th)?"
    rf"|(?P<before>\d\d?)(?:st|nd|rd|th)?(?: of)? (?P<of>{'|'.join(MONTHS)}))\b"
)


@dataclass(frozen=True, slots=True)
class _Hours:
    opens_min: int
    closes_min: int


def window_in(heard: str, at: datetime, zone: str) -> LocalWindow | None:
    """`at`: aware; `zone`: IANA, of whoever is rung. None: no time is named, or none that is."""
    text = _plain(heard)
    now = at.astimezone(ZoneInfo(zone))
    soon = _IN.search(text)
    if soon is not None:
        return _from_now(soon, now, zone)
    day, hours = _day_in(text, now.date()), _hours_in(text)
    if day is None and hours is None:
        return None
    hours = hours or _Hours(DAY_OPENS_MIN, DAY_CLOSES_MIN)
    if day is None:
        # The next time that it is so late.
        is_over = now.hour * 60 + now.minute + _SOONEST.seconds // 60 >= hours.closes_min
        day = now.date() + timedelta(days=is_over)
    return LocalWindow(day, hours.opens_min, hours.closes_min, zone)


def _plain(heard: str) -> str:
    text = re.sub(r"\b([ap])\.? ?m\b\.?", r"\1m", heard.lower())
    return " ".join(re.sub(r"[^a-z0-9: ]", "", text.replace("-", " ")).split())


def _from_now(soon: re.Match[str], now: datetime, zone: str) -> LocalWindow | None:
    count = 0.5 if soon["count"] == "half an" else _number(soon["count"])
    if count is None:
        return None
    wait = timedelta(hours=count) if soon["unit"].startswith("hour") else timedelta(minutes=count)
    begins = now + wait
    opens_min = begins.hour * 60 + begins.minute
    return LocalWindow(begins.date(), opens_min, min(opens_min + _AROUND_MIN, DAY_MIN), zone)


def _day_in(text: str, today: date) -> date | None:
    if "day after tomorrow" in text:
        return today + timedelta(days=2)
    if "tomorrow" in text:
        return today + timedelta(days=1)
    if re.search(r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b", text):
        return today
    if (later := _IN_DAYS.search(text)) is not None and (count := _number(later["count"])):
        return today + timedelta(days=count)
    if (named := _DATE.search(text)) is not None:
        return _dated(named, today)
    if (weekday := _WEEKDAY.search(text)) is not None:
        ahead = (DAYS.index(weekday["day"]) - today.weekday()) % 7
        return today + timedelta(days=ahead or 7)
    return None


def _dated(named: re.Match[str], today: date) -> date | None:
    month = MONTHS.index(named["month"] or named["of"]) + 1
    number = int(named["after"] or named["before"])
    for year in (today.year, today.year + 1):
        try:
            day = date(year, month, number)
        except ValueError:
            continue
        if day >= today:
            return day
    return None


def _hours_in(text: str) -> _Hours | None:
    part = next((hours for word, hours in PARTS.items() if re.search(rf"\b{word}\b", text)), None)
    is_late = part is not None and part[0] >= 12 * 60
    is_early = part is not None and not is_late
    if (found := _BETWEEN.search(text)) is not None:
        closes = _minutes(found, 2, is_late=is_late, is_early=is_early)
        named = found["half_day1"] or found["half_day2"]
        opens = _minutes(found, 1, is_late=is_late, is_early=is_early, half_day=named)
        if opens >= closes:
            # "From ten to two in the afternoon": the morning's ten.
            opens = _minutes(found, 1, is_late=False, is_early=True)
        return _Hours(opens, closes) if opens < closes else None
    for pattern, makes in _TIMES:
        for found in pattern.finditer(text):
            if pattern is _ALONE and not _IS_A_TIME.search(found[0]):
                continue
            hours = makes(_minutes(found, 1, is_late=is_late, is_early=is_early))
            return hours if 0 <= hours.opens_min < hours.closes_min else None
    return None if part is None else _Hours(*part)


def _from(time_min: int) -> _Hours:
    return _Hours(time_min, max(EVENING_MIN, min(time_min + _AROUND_MIN, DAY_MIN)))


def _until(time_min: int) -> _Hours:
    return _Hours(min(DAY_OPENS_MIN, time_min - _AROUND_MIN), time_min)


def _around(time_min: int) -> _Hours:
    return _Hours(time_min, min(time_min + _AROUND_MIN, DAY_MIN))


_TIMES: Final = ((_AFTER, _from), (_BEFORE, _until), (_AT, _around), (_ALONE, _around))


def _minutes(
    found: re.Match[str],
    number: int,
    *,
    is_late: bool,
    is_early: bool,
    half_day: str | None = None,
) -> int:
    """Since midnight."""
    word = found[f"hour{number}"]
    hour = 12 if word in ("noon", "midday") else _number(word) or 0
    named = found[f"half_day{number}"] or half_day
    if named == "pm" or (named is None and hour < 12 and (is_late or hour < 8) and not is_early):
        hour = hour % 12 + 12
    elif named == "am":
        hour %= 12
    minute = int(found[f"minute{number}"] or _number(found[f"words{number}"] or "") or 0)
    shift = {"half past": 30, "quarter past": 15, "quarter to": -15, None: 0}
    return min(hour % 25 * 60 + min(minute, 59) + shift[found[f"half{number}"]], DAY_MIN)


def _number(word: str) -> int | None:
    return int(word) if word.isdigit() else _NUMBERS.get(word)


def spoken_window(window: LocalWindow, today: date) -> str:
    """As it is read back: "tomorrow between 3 p.m. and 5:30 p.m."."""
    ahead = (window.day - today).days
    if ahead in (0, 1):
        day = ("today", "tomorrow")[ahead]
    else:
        month = MONTHS[window.day.month - 1].capitalize()
        day = f"on {DAYS[window.day.weekday()].capitalize()}, {month} {window.day.day}"
    return f"{day} between {_spoken(window.opens_min)} and {_spoken(window.closes_min)}"


def _spoken(minutes: int) -> str:
    if minutes in (0, DAY_MIN):
        return "midnight"
    if minutes == DAY_MIN // 2:
        return "noon"
    hour, minute = divmod(minutes, 60)
    half_day = "a.m." if hour < 12 else "p.m."
    return f"{(hour - 1) % 12 + 1}{f':{minute:02}' if minute else ''} {half_day}"
