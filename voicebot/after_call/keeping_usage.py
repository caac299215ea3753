"""Puts what calls used on record, before Redis forgets it.

Amounts are kept as they stand, in place of those kept before: so nothing is counted twice, however
often a call is looked at. A process that begins looks at a day of calls again.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from voicebot.calls.model import CallId
from voicebot.costs.usage import Queue, WorkUsage

# A worker may still have a piece of it in hand when the call is over.
SETTLED_AFTER: Final = timedelta(seconds=30)
LOOKS_BACK: Final = timedelta(hours=24)
AT_ONCE: Final = 200

Counted = Mapping[CallId, Mapping[Queue, WorkUsage]]


class Usages(Protocol):
    """Where it is kept; raises StoreError."""

    async def ended(
        self, node: str, since: datetime, until: datetime, limit: int
    ) -> Sequence[tuple[CallId, datetime]]: ...

    async def keep(self, used: Counted) -> None: ...


class KeepingUsage:
    """One round after another, over this node's calls."""

    def __init__(
        self,
        usages: Usages,
        counted: Callable[[Sequence[CallId]], Awaitable[Counted]],
        node_name: str,
    ) -> None:
        self._usages = usages
        self._counted = counted
        self._node_name = node_name
        self._done_until: datetime | None = None

    async def run(self, at: datetime) -> None:
        """Raises StoreError or SharedStateError."""
        until = at - SETTLED_AFTER
        since = at - LOOKS_BACK
        if self._done_until is not None and since <= self._done_until <= until:
            # What ended at the same instant, and was written late, is looked at again.
            since = self._done_until - SETTLED_AFTER
        while ended := await self._usages.ended(self._node_name, since, until, AT_ONCE):
            await self._usages.keep(await self._counted([call_id for call_id, _ in ended]))
            last = ended[-1][1]
            if len(ended) < AT_ONCE or last == since:
                break
            since = last
        self._done_until = until
