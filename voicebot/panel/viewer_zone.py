"""In which zone are times shown to this reader?

Pure. A browser says in a cookie where it is; who says nothing, or nonsense, reads UTC. Every time
is shown with its zone's name, so that nobody has to know which it was.
"""

from typing import Final
from zoneinfo import ZoneInfo, available_timezones

UTC: Final = ZoneInfo("UTC")
_KNOWN: Final = frozenset(available_timezones())


def zone_of(said: str | None) -> ZoneInfo:
    # Looked up first: a key is part of a path.
    return ZoneInfo(said) if said is not None and said in _KNOWN else UTC
