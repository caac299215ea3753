"""Which calls of the past fit a question, the newest first?

Pages are continued behind the last row seen, never by counting rows: the thousandth page costs
what the first one does, and a call that comes in between moves nothing.

What is frequent is found soon among the newest calls, and there alone; only what is rare is worth
asking an index of all calls for, which would list a million hits of a frequent word before the
first fifty are shown. So the newest are looked through first, and the index only for the rest.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.store.call_question import CallPlace, CallQuestion
from voicebot.store.call_statements import FOR_HITS, among, costly, how_many, last_of, rest, walk
from voicebot.store.engine import Database
from voicebot.store.tables import turns

# Looked through one by one. What fewer than fifty of them fit is rare among all.
NEAR = 5_000
_BATCH = 500


@dataclass(frozen=True, slots=True)
class FoundCall:
    """A row of the answer."""

    call_id: str
    caller: str
    did: str
    direction: str
    handled_by: str
    started_at: datetime
    ended_at: datetime
    outcome: str
    turns: int
    slowest_ms: int | None

    @property
    def place(self) -> CallPlace:
        return CallPlace(self.started_at, self.call_id)

    @property
    def length_s(self) -> int:
        return max(0, round((self.ended_at - self.started_at).total_seconds()))


class SqlCallSearch:
    """Raises StoreError."""

    def __init__(self, database: Database, *, near: int = NEAR) -> None:
        self._database = database
        self._near = near

    async def find(
        self, question: CallQuestion, limit: int, after: CallPlace | None = None
    ) -> Sequence[FoundCall]:
        async with self._database.reading("search calls") as connection:
            rows = await self._rows(connection, question, limit, after)
            ids = [row["call_id"] for row in rows]
            counted = await connection.execute(
                select(turns.c.call_id, func.count().label("count"), func.max(turns.c.total_ms))
                .where(turns.c.call_id.in_(ids))
                .group_by(turns.c.call_id)
            )
            of_turns = {call_id: (count, slowest) for call_id, count, slowest in counted}
        return [_found(row, *of_turns.get(row["call_id"], (0, None))) for row in rows]

    async def _rows(
        self,
        connection: AsyncConnection,
        question: CallQuestion,
        limit: int,
        after: CallPlace | None,
    ) -> Sequence[RowMapping]:
        fields = costly(question)
        if not fields:
            return await _read(connection, walk(question, limit, after))
        row = (await connection.execute(last_of(question, self._near, after))).one_or_none()
        end = None if row is None else CallPlace(*row)
        near = await _read(connection, among(question, limit, after, end))
        if end is None or len(near) >= limit:
            return near
        first = fields[0]
        if len(fields) > 1:
            first = await _rarest(connection, question, fields, after, end)
        if connection.dialect.name == "postgresql":
            await connection.execute(FOR_HITS)
        return [*near, *await _read(connection, rest(question, first, limit - len(near), end))]

    async def all(self, question: CallQuestion) -> AsyncIterator[FoundCall]:
        """A batch a transaction: none is held open while a slow reader takes its time."""
        after: CallPlace | None = None
        while found := await self.find(question, _BATCH, after):
            for one in found:
                yield one
            after = found[-1].place


async def _rarest(
    connection: AsyncConnection,
    question: CallQuestion,
    fields: Sequence[str],
    after: CallPlace | None,
    end: CallPlace,
) -> str:
    """The field that the fewest of the next calls fit: it has the fewest hits among all."""
    counts = {}
    for name in fields:
        counted = await connection.execute(how_many(question, name, after, end))
        counts[name] = counted.scalar_one()
    return min(counts, key=lambda name: counts[name])


async def _read(connection: AsyncConnection, chosen: Select[Any]) -> Sequence[RowMapping]:
    rows: Sequence[RowMapping] = (await connection.execute(chosen)).mappings().all()
    return rows


def _found(row: RowMapping, count: int, slowest_ms: int | None) -> FoundCall:
    return FoundCall(
        row["call_id"],
        row["caller_number"],
        row["called_number"],
        row["direction"],
        row["handled_by"],
        row["started_at"],
        row["ended_at"],
        row["outcome"],
        count,
        slowest_ms,
    )
