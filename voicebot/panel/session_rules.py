"""Is a session still good, and is a try to sign in still let through?

Pure. A session ends a while after its last use, and in any case a working day after its start.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
# Its use is written down no oftener: pages and streams ask every few seconds.
NOTED_EVERY: Final = timedelta(minutes=1)

TRIES_COUNT_FOR: Final = timedelta(minutes=15)
TRIES_PER_ACCOUNT: Final = 8
TRIES_PER_ADDRESS: Final = 30  # an office may share one


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """When a session began, and when it was last used."""

    began_at: datetime
    used_at: datetime


def is_good(session: SessionTimes, at: datetime) -> bool:
    return at - session.used_at < IDLE and at - session.began_at < LONGEST


def is_use_noted(session: SessionTimes, at: datetime) -> bool:
    """Whether its use is to be written down now."""
    return at - session.used_at >= NOTED_EVERY


def may_try(of_account: int, of_address: int) -> bool:
    """By the tries that count, this one included."""
    return of_account <= TRIES_PER_ACCOUNT and of_address <= TRIES_PER_ADDRESS
