"""Who watches the floor, and what is each still to be told?

One reader serves all. What a watcher has not taken yet is merged, never queued: a slow browser
gets fewer messages, not more memory. No I/O; for one event loop.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from voicebot.calls.model import CallId
from voicebot.panel.floor import Changes, FloorCall
from voicebot.panel.service_health import ServiceHealth


@dataclass(frozen=True, slots=True)
class Totals:
    """What is told of the floor as a whole. None: not known at the moment."""

    held: int | None = None
    capacity: int | None = None
    callbacks: tuple["DueCallback", ...] = ()
    health: ServiceHealth | None = None
    # `<name>@<DID>` and whether it is paused; of late somebody has waited in the others.
    queues: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class DueCallback:
    """A callback that is due soon."""

    callback_id: CallId
    number: str  # private
    did: str
    due_s: float  # epoch seconds
    attempts: int

    @property
    def scope(self) -> str:
        return f"@{self.did}"


@dataclass(slots=True)
class Watcher:
    """One browser."""

    rows: dict[CallId, FloorCall] = field(default_factory=dict)
    gone: set[CallId] = field(default_factory=set)
    is_told_totals: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self) -> Changes:
        """All that came since the last time."""
        changes = Changes(tuple(self.rows.values()), tuple(self.gone))
        self.rows, self.gone = {}, set()
        self.news.clear()
        return changes


class FloorFeed:
    """The watchers of one process."""

    def __init__(self) -> None:
        # By identity: two browsers may have the same to be told.
        self._by_id: dict[int, Watcher] = {}
        self.totals = Totals()
        # False: Redis does not answer, and what is shown is old.
        self.is_live = False

    @property
    def watchers(self) -> int:
        return len(self._by_id)

    def join(self, calls: Iterable[FloorCall]) -> Watcher:
        """Begins with all calls that are up."""
        watcher = Watcher(rows={call.call_id: call for call in calls})
        watcher.news.set()
        self._by_id[id(watcher)] = watcher
        return watcher

    def leave(self, watcher: Watcher) -> None:
        self._by_id.pop(id(watcher), None)

    def tell(self, changes: Changes) -> None:
        for watcher in self._by_id.values():
            for row in changes.rows:
                watcher.rows[row.call_id] = row
                watcher.gone.discard(row.call_id)
            for call_id in changes.gone:
                watcher.rows.pop(call_id, None)
                watcher.gone.add(call_id)
            if changes:
                watcher.news.set()

    def tell_totals(self, totals: Totals, *, is_live: bool) -> None:
        if (totals, is_live) == (self.totals, self.is_live):
            return
        self.totals, self.is_live = totals, is_live
        for watcher in self._by_id.values():
            watcher.is_told_totals = False
            watcher.news.set()
