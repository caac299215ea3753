"""Calls of a machine that is gone with its Asterisk, its agents and its keeper of records.

The keepers of the other nodes notice, and say in its stead that its calls are over: from what its
agents saved they are put on record, and their callers rung back.
"""

from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Final, Protocol

from voicebot.calls.model import CallId
from voicebot.telemetry.logs import log_of

# Whoever was cut off from Redis knows nothing of others: they may have been as well.
WATCHED_FOR: Final = timedelta(seconds=40)

log = log_of("records")


class Nodes(Protocol):
    """Who is there, on leases shorter than WATCHED_FOR."""

    async def show(self, node: str) -> None: ...

    async def gone(self) -> AbstractSet[str]: ...

    async def forget(self, node: str) -> None: ...


class GoneNodes:
    """One look after another, by a keeper that shows its own node with each."""

    def __init__(
        self,
        nodes: Nodes,
        unfinished: Callable[[str, datetime], Awaitable[Sequence[CallId]]],
        end: Callable[[CallId, datetime], Awaitable[None]],
        node_name: str,
    ) -> None:
        """`unfinished`: a node's calls of which nobody has said that they are over."""
        self._nodes = nodes
        self._unfinished = unfinished
        self._end = end
        self._node_name = node_name
        self._looked_at: datetime | None = None
        self._watched_for = timedelta(0)

    async def run(self, at: datetime) -> None:
        """Raises SharedStateError, StoreError or BusinessFileInvalid."""
        try:
            await self._nodes.show(self._node_name)
            gone = await self._nodes.gone()
        except Exception:
            self._looked_at = None
            raise
        if not self._has_watched(at):
            return
        for node in sorted(gone - {self._node_name}):
            calls = await self._unfinished(node, at)
            log.warning("node.gone", node=node, calls=len(calls))
            for call_id in calls:
                await self._end(call_id, at)
            await self._nodes.forget(node)

    def _has_watched(self, at: datetime) -> bool:
        """Without a break: a long step is a standstill of ours, or a clock that was set."""
        before, self._looked_at = self._looked_at, at
        step = timedelta(0) if before is None else at - before
        if before is None or not timedelta(0) <= step <= WATCHED_FOR / 4:
            self._watched_for = timedelta(0)
        else:
            self._watched_for += step
        return self._watched_for >= WATCHED_FOR
