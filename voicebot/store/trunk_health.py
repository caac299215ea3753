"""How did the trunks, phones and registrations of the nodes fare?"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select
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
        last = (
            select(func.max(changes.c.number))
            .where(changes.c.node == self._node)
            .group_by(changes.c.part, changes.c.name)
        )
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
