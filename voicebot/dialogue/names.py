"""Which names and days does a sentence hold?

A recognizer writes names with a capital; the first word of a sentence has one anyway. English.
"""

import re

_NAME = re.compile(r"(?<=[a-z0-9,;'] )(?!I\b)([A-Z][\w'-]*)")
_DAYS_OF_THE_WEEK = "mon|tues|wednes|thurs|fri|satur|sun"
_WEEKDAY = re.compile(rf"(?:{_DAYS_OF_THE_WEEK})days?", re.IGNORECASE)
_DATE = re.compile(
    r"\b(january|february|april|june|july|august|september|october|november|december|christmas|"
    r"thanksgiving|easter|halloween|new year|labor day|memorial day|independence day)\b",
    re.IGNORECASE,
)


def names_in(text: str) -> frozenset[str]:
    """Names of people, places, things and special days, in lower case; weekdays are none."""
    names = (name.lower().removesuffix("'s") for name in _NAME.findall(text))
    days = (day.lower() for day in _DATE.findall(text))
    return frozenset(name for name in (*names, *days) if not _WEEKDAY.fullmatch(name))
