"""What may be asked about the calls of the past, and where does a page of the answer end?"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CallQuestion:
    """All that is asked must hold. None: not asked."""

    digits: str | None = None  # part of the caller's or the called number
    words: str | None = None  # heard or said on the call
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None  # exclusive
    slowest_from_ms: int | None = None  # some turn took at least this long
    dids: frozenset[str] | None = None  # of these alone


@dataclass(frozen=True, slots=True)
class CallPlace:
    """Where a page ends."""

    started_at: datetime
    call_id: str
