"""What calls used, a day at a time, without reading again what changes no more.

A day's amounts settle a day after its end: usage is kept half a minute after a call, or when a
node's process begins anew. Reading a month of a busy centre takes seconds (docs/benchmarks.md);
of days that are over, a process asks twice a day.
"""

from asyncio import Lock
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from voicebot.costs.used_calls import UsedCalls

READ_AGAIN_AFTER: Final = timedelta(hours=12)
_SETTLED_AFTER: Final = timedelta(days=1)
# Well within the deadline of one transaction, however busy those days were.
_AT_ONCE: Final = 14
# Of days further back no process remembers anything.
_REMEMBERED: Final = 124

Used = Callable[[datetime, datetime], Awaitable[Sequence[UsedCalls]]]


class UsedDays:
    """Of one process. `used`: reads the calls that began in a time; raises StoreError."""

    def __init__(self, used: Used) -> None:
        self._used = used
        self._days: dict[date, tuple[datetime, Sequence[UsedCalls]]] = {}
        self._reading = Lock()

    async def between(self, first: date, last: date, at: datetime) -> Sequence[UsedCalls]:
        """Both included."""
        days = [first + timedelta(days=one) for one in range((last - first).days + 1)]
        async with self._reading:
            for run in _runs([one for one in days if not self._is_fresh(one, at)]):
                await self._read(run, at)
            found = [alike for day in days for alike in self._days[day][1]]
            for day in sorted(self._days)[:-_REMEMBERED]:
                del self._days[day]
        return found

    def _is_fresh(self, day: date, at: datetime) -> bool:
        if day not in self._days or at < begins(day + timedelta(days=1)) + _SETTLED_AFTER:
            return False
        return timedelta(0) <= at - self._days[day][0] < READ_AGAIN_AFTER

    async def _read(self, run: Sequence[date], at: datetime) -> None:
        found = await self._used(begins(run[0]), begins(run[-1] + timedelta(days=1)))
        for day in run:
            self._days[day] = at, [alike for alike in found if alike.day == day]


def begins(day: date) -> datetime:
    """In UTC."""
    return datetime.combine(day, time(), UTC)


def _runs(days: Sequence[date]) -> Sequence[Sequence[date]]:
    """Days that follow each other together, not too many."""
    runs: list[list[date]] = []
    for day in days:
        follows = runs and runs[-1][-1] + timedelta(days=1) == day and len(runs[-1]) < _AT_ONCE
        if follows:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
