"""Who tries to get in without being let in, and how often?

Counted by hour and source address. Somebody who forges addresses cannot fill the memory: past a
limit, new sources of an hour are counted together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

OTHERS = "others"
SOURCES_PER_HOUR = 1_000


@dataclass(frozen=True, slots=True)
class FailedAuthentication:
    """One attempt that Asterisk refused."""

    source: str  # the address it came from
    service: str  # PJSIP, AMI, …
    reason: str  # Asterisk's name of it: InvalidPassword, …
    at: datetime


@dataclass(frozen=True, slots=True, order=True)
class FailureKey:
    """What is counted together."""

    hour: datetime  # its beginning, UTC
    service: str
    source: str
    reason: str


class FailureCounts:
    """Counts of the current hour, and what of them has not been taken yet."""

    def __init__(self, sources_per_hour: int = SOURCES_PER_HOUR) -> None:
        self._limit = sources_per_hour
        self._hour: datetime | None = None
        self._by_source: dict[str, int] = {}
        self._untaken: dict[FailureKey, int] = {}

    def receive(self, failure: FailedAuthentication) -> int | None:
        """Counts it; the source's count of this hour whenever that is worth telling: 1, 10, 100…"""
        hour = failure.at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour, self._by_source = hour, {}
        is_known = failure.source in self._by_source
        source = failure.source if is_known or len(self._by_source) < self._limit else OTHERS
        count = self._by_source[source] = self._by_source.get(source, 0) + 1
        key = FailureKey(hour, failure.service, source, failure.reason)
        self._untaken[key] = self._untaken.get(key, 0) + 1
        return count if str(count).strip("0") == "1" else None

    def take(self) -> Mapping[FailureKey, int]:
        """What was counted since the last time; whoever cannot keep it gives it back."""
        taken, self._untaken = self._untaken, {}
        return taken

    def give_back(self, counts: Mapping[FailureKey, int]) -> None:
        for key, count in counts.items():
            self._untaken[key] = self._untaken.get(key, 0) + count
