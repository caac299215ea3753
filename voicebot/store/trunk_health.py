"""How did the trunks, phones and registrations of the nodes fare?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, not_, select
from sqlalchemy.engine import RowMapping

from voicebot.calls.trunk_health import Health, HealthChange, Part
from voicebot.store.engine import Database
from voicebot.store.tables import health_changes as changes


class SqlHealthChanges:
    """The history of one node."""

    def __init__(self, database: Database, node: str) -> None:
        self._database = database
        self._node = node

    async def add(self, new: Sequence[HealthChange]) -> None:
        """Adds changes, in the order they came."""
        async with self._database.writing("add health changes") as connection:
            await connection.execute(insert(changes), [self._row(change) for change in new])

    async def last_known(self) -> Sequence[HealthChange]:
        """The last change of everything that ever was."""
        last = self._last_of_each()
        async with self._database.reading("read health") as connection:
            found = await connection.execute(
                select(changes).where(changes.c.number.in_(last)).order_by(changes.c.number)
            )
            return [_change(row) for row in found.mappings()]

    async def latest(self, limit: int) -> Sequence[HealthChange]:
        """The last changes, the newest first."""
        chosen = select(changes).where(changes.c.node == self._node)
        async with self._database.reading("read health changes") as connection:
            found = await connection.execute(chosen.order_by(changes.c.number.desc()).limit(limit))
            return [_change(row) for row in found.mappings()]

    async def forget(self, before: datetime) -> int:
        """Deletes what is older, and returns how much that was.

        How a thing is now is not forgotten, however long it has been so; one that is gone is.
        """
        is_now = changes.c.number.in_(self._last_of_each()) & (
            changes.c.health != Health.GONE.value
        )
        old = (changes.c.node == self._node) & (changes.c.at < before)
        async with self._database.writing("forget health changes") as connection:
            return (await connection.execute(delete(changes).where(old, not_(is_now)))).rowcount

    def _last_of_each(self) -> Select[tuple[int]]:
        return (
            select(func.max(changes.c.number))
            .where(changes.c.node == self._node)
            .group_by(changes.c.part, changes.c.name)
        )

    def _row(self, change: HealthChange) -> dict[str, Any]:
        return {
            "node": self._node,
            "part": change.part.value,
            "name": change.name,
            "health": change.health.value,
            "detail": change.detail,
            "at": change.at,
            "round_trip_ms": change.round_trip_ms,
        }


def _change(row: RowMapping) -> HealthChange:
    return HealthChange(
        Part(row["part"]),
        row["name"],
        Health(row["health"]),
        row["detail"],
        row["at"],
        row["round_trip_ms"],
    )
