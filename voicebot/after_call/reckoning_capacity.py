"""Keeps the sums of how busy it was current, from the records of calls.

Reckons the last two hours anew each time, a day once an hour: records come when calls end, and some
come late. The same from however many processes: it replaces what is there.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from voicebot.capacity.offered_load import bin_of
from voicebot.store.capacity_history import SqlCapacityHistory

RECKON_EVERY_S: Final = 60.0
# Within the deadline of one transaction, however busy it was.
_AT_ONCE: Final = timedelta(hours=1)
_MOST_AT_ONCE: Final = 48
_STILL_CHANGING: Final = timedelta(hours=2)
_COMES_LATE: Final = timedelta(hours=24)
# What is compared with, and a week of it: nothing older is reckoned at the first start.
_LOOKED_BACK: Final = timedelta(days=15)


class ReckoningCapacity:
    """Fulfils a chore's `run`. Raises StoreError."""

    def __init__(self, history: SqlCapacityHistory, keeps: timedelta) -> None:
        self._history = history
        self._keeps = keeps
        self._until: datetime | None = None
        self._late_at: datetime | None = None

    async def run(self, at: datetime) -> None:
        end = _bin(at) + timedelta(seconds=300)
        if self._until is None:
            self._until = await self._history.reckoned_until() or end - _LOOKED_BACK
        first = max(min(self._until, end - _STILL_CHANGING), end - _LOOKED_BACK)
        if self._late_at is None or at - self._late_at >= timedelta(hours=1):
            first = min(first, end - _COMES_LATE)
            await self._history.forget(at - self._keeps)
            self._late_at = at
        for _ in range(_MOST_AT_ONCE):
            until = min(first + _AT_ONCE, end)
            await self._history.reckon(first, until)
            first = until
            if first >= end:
                break
        # The rest, where there is much to catch up with, comes next time.
        self._until = first


def _bin(at: datetime) -> datetime:
    return datetime.fromtimestamp(bin_of(at.timestamp()), UTC)
