"""How are times of day, dates and years said in English?

Written as people write them: 9:30, 17:45, 9 am, 9-5 pm, 2026-11-23, Nov 3, 3/4 (month first in
the United States, day first elsewhere), Mon-Fri. On the telephone nobody says "seventeen
forty-five": such a time is said with "PM".
"""

import re
from calendar import monthrange
from collections.abc import Callable
from typing import Final

from voicebot.dialogue.spoken_numbers import NumberWords
from voicebot.dialogue.spoken_rules import Rule, ends_sentence

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
WEEKDAYS: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip

_DASH: Final = r"\s?[-\u2013\u2014]\s?"
_MERIDIEM: Final = r"(?:\s?([AaPp])(?:\.[Mm]\.|[Mm]\b\.?(?=$|\W)))"
_TIME: Final = (
    rf"(?<![\w:.,/$€£-])([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?{_MERIDIEM}?(?![\w:]|\.\d)"
)
_HOUR: Final = rf"(?<![\w:.,/$€£-])(1[0-2]|0?[1-9])(?::([0-5]\d))?{_MERIDIEM}"
_END: Final = r"(1[0-2]|0?[1-9])(?::([0-5]\d))?"
_MONTH: Final = (
    r"\b(Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DAY: Final = r"(3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_YEAR: Final = r"(1[1-9]\d\d|20\d\d)"
_NO_MORE: Final = r"(?![\w%]|[.,:/-]\d)"
_SHORT_DAY: Final = r"(Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)(?:days?|nesday|urday)?\b\.?"
_ON: Final = r"(?<=\bon )|(?<=\bby )|(?<=\bfrom )|(?<=\buntil )|(?<=\btill )|(?<=\bsince )|"
_YEAR_WORDS: Final = (
    r"(?:(?<=\bin )|(?<=\bIn )|(?<=\bsince )|(?<=\bSince )|(?<=\bfrom )|(?<=\buntil )|"
    r"(?<=\byear )|(?<=\bsummer )|(?<=\bwinter )|(?<=\bspring )|(?<=\bautumn )|(?<=\bfall )|"
    r"(?<=\bof )|(?<=\bby )|(?<=\bbefore )|(?<=\bafter )|(?<=\bEst\. )|(?<=\best\. ))"
)


def calendar_rules(words: NumberWords, region: str) -> tuple[Rule, ...]:
    """In the order in which they are tried."""
    calendar = _Calendar(words, is_month_first=region == "US")
    days = rf"\b{_SHORT_DAY}"

    def rule(pattern: str, say: Callable[[re.Match[str]], str | None]) -> Rule:
        return Rule(re.compile(pattern), say)

    return (
        rule(rf"(?<![\w.-])(\d{{4}})-(0[1-9]|1[0-2])-([0-3]\d){_NO_MORE}", calendar.iso_date),
        rule(rf"(?<![\w./-])(\d\d?)([/.])(\d\d?)\2(\d{{4}}|\d\d){_NO_MORE}", calendar.full_date),
        rule(rf"(?:{_ON}(?<=day )|(?<=day, ))(\d\d?)/(\d\d?){_NO_MORE}", calendar.short_date),
        rule(rf"{_MONTH}\s{_DAY}{_DASH}{_DAY}(?:,?\s{_YEAR})?{_NO_MORE}", calendar.days_of_month),
        rule(rf"{_MONTH}\s{_DAY}(?:,?\s{_YEAR})?{_NO_MORE}", calendar.month_and_day),
        rule(
            rf"(\b[Tt]he\s)?(?<![\w.-]){_DAY}\s(?:of\s)?{_MONTH}(?:,?\s{_YEAR})?{_NO_MORE}",
            calendar.day_and_month,
        ),
        rule(rf"{_MONTH}\s{_YEAR}{_NO_MORE}", calendar.month_and_year),
        rule(_TIME + _DASH + _TIME.replace(r"(?<![\w:.,/$€£-])", ""), calendar.from_to),
        rule(rf"(?<![\w:.,/$€£-]){_END}{_DASH}{_END}{_MERIDIEM}", calendar.hours),
        rule(_TIME, calendar.time),
        rule(_HOUR, calendar.time),
        rule(rf"{days}(?:{_DASH}|\s?/\s?){_SHORT_DAY}", calendar.weekdays),
        rule(r"\b(Mon|Tues?|Wed|Thu(?:rs?)?|Fri)\b\.?", calendar.weekday),
        rule(rf"{days}(?=,?\s\d)", calendar.weekday),
        rule(rf"(?<![\w.,$€£-]){_YEAR}{_DASH}{_YEAR}{_NO_MORE}", calendar.years),
        rule(
            rf"{_YEAR_WORDS}{_YEAR}(?![\w%]|[.,:/-]\d|\s(?:dollars|euros|pounds|people|bikes))",
            calendar.year,
        ),
        rule(r"(?<![\w.,$€£-])(\d\d|1[1-9]\d0|20\d0)(?:'|\u2019)?s\b", calendar.decade),
    )


class _Calendar:
    def __init__(self, words: NumberWords, *, is_month_first: bool) -> None:
        self._words = words
        self._is_month_first = is_month_first

    def iso_date(self, match: re.Match[str]) -> str | None:
        return self._date(int(match[2]), int(match[3]), match[1])

    def full_date(self, match: re.Match[str]) -> str | None:
        first, second = int(match[1]), int(match[3])
        year = match[4] if len(match[4]) == 4 else f"20{match[4]}"
        is_month_first = self._is_month_first and match[2] == "/"
        month, day = (first, second) if is_month_first else (second, first)
        return self._date(month, day, year) or self._date(day, month, year)

    def short_date(self, match: re.Match[str]) -> str | None:
        first, second = int(match[1]), int(match[2])
        month, day = (first, second) if self._is_month_first else (second, first)
        return self._date(month, day, None)

    def month_and_day(self, match: re.Match[str]) -> str | None:
        return self._date(_month(match[1]), int(match[2]), match[3])

    def days_of_month(self, match: re.Match[str]) -> str | None:
        first, last = int(match[2]), int(match[3])
        said = self._date(_month(match[1]), first, None)
        year = "" if match[4] is None else f", {self._words.year(int(match[4]))}"
        return said and f"{said} to {self._words.ordinal(last)}{year}"

    def day_and_month(self, match: re.Match[str]) -> str | None:
        month, day = _month(match[3]), int(match[2])
        if self._date(month, day, None) is None:
            return None
        year = "" if match[4] is None else f", {self._words.year(int(match[4]))}"
        the = "The" if (match[1] or "").startswith("T") else "the"
        return f"{the} {self._words.ordinal(day)} of {MONTHS[month - 1]}{year}"

    def month_and_year(self, match: re.Match[str]) -> str:
        return f"{MONTHS[_month(match[1]) - 1]} {self._words.year(int(match[2]))}"

    def years(self, match: re.Match[str]) -> str:
        return f"{self._words.year(int(match[1]))} to {self._words.year(int(match[2]))}"

    def year(self, match: re.Match[str]) -> str:
        return self._words.year(int(match[1]))

    def decade(self, match: re.Match[str]) -> str | None:
        year = self._words.year(int(match[1]))
        return f"{year[:-1]}ies" if year.endswith("y") else f"{year}s"

    def weekday(self, match: re.Match[str]) -> str:
        return _weekday(match[1]) + _full_stop(match)

    def weekdays(self, match: re.Match[str]) -> str:
        between = "and" if "/" in match[0] else "to"
        return f"{_weekday(match[1])} {between} {_weekday(match[2])}{_full_stop(match)}"

    def time(self, match: re.Match[str]) -> str:
        return self._time(int(match[1]), match[2], match[3]) + _full_stop(match)

    def from_to(self, match: re.Match[str]) -> str:
        first, last = int(match[1]), int(match[4])
        meridiem, last_meridiem = match[3], match[6]
        if meridiem is None and last_meridiem is None and (last > 12 or first == 0):
            meridiem = "p" if first >= 12 else "a"
        said = self._time(first, match[2], meridiem)
        return f"{said} to {self._time(last, match[5], last_meridiem)}{_full_stop(match)}"

    def hours(self, match: re.Match[str]) -> str:
        """9-5 pm."""
        first, last = int(match[1]), int(match[3])
        said = self._words.cardinal(first)
        if match[2] is not None and int(match[2]):
            said = self._hour(first, match[2], "")
        return f"{said} to {self._time(last, match[4], match[5])}{_full_stop(match)}"

    def _time(self, hour: int, minute: str | None, meridiem: str | None) -> str:
        half = "" if meridiem is None else f" {meridiem.upper()} M"
        if meridiem is None and (hour > 12 or hour == 0):
            half = " P M" if hour else " A M"
        shown = hour - 12 if hour > 12 else hour or 12
        return self._hour(shown, minute or "00", half)

    def _hour(self, hour: int, minute: str, half: str) -> str:
        said = self._words.cardinal(hour)
        if int(minute) == 0:
            return f"{said}{half}" if half else f"{said} o'clock"
        oh = "oh " if int(minute) < 10 else ""
        return f"{said} {oh}{self._words.cardinal(int(minute))}{half}"

    def _date(self, month: int, day: int, year: str | None) -> str | None:
        """None: there is no such day."""
        number = 2000 if year is None else int(year)
        if not (1 <= month <= 12 and number and 1 <= day <= monthrange(number, month)[1]):
            return None
        said = f"{MONTHS[month - 1]} {self._words.ordinal(day)}"
        return said if year is None else f"{said}, {self._words.year(number)}"


def _month(name: str) -> int:
    return next(n for n, month in enumerate(MONTHS, 1) if month.startswith(name[:3]))


def _weekday(name: str) -> str:
    return next(day for day in WEEKDAYS if day.startswith(name[:3]))


def _full_stop(match: re.Match[str]) -> str:
    return "." if ends_sentence(match) else ""
