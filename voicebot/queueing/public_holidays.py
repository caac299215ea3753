"""On which days does a country rest?

The nation's own holidays alone: in which region a number's owner lives, nobody knows. A country
whose holidays nobody has written down has none.
"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import holidays


def holidays_among(days: Iterable[date], country: str) -> tuple[date, ...]:
    """Those of the days on which the country (ISO 3166-1) rests."""
    return tuple(day for day in days if day in _holidays_of(country, day.year))


@lru_cache(maxsize=256)
def _holidays_of(country: str, year: int) -> frozenset[date]:
    if country not in _supported():
        return frozenset()
    return frozenset(holidays.country_holidays(country, years=year))


@lru_cache(maxsize=1)
def _supported() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries(include_aliases=False))
