"""What calls used, on record: the ledger's raw amounts. Money is reckoned when it is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, Table, Text, select

from voicebot.calls.model import CallId, Direction, Outcome
from voicebot.costs.usage import CallUsage, Queue, WorkUsage
from voicebot.store.engine import Database
from voicebot.store.tables import calls, metadata
from voicebot.store.upsert import insert_or

call_usage = Table(
    "call_usage",
    metadata,
    Column("call_id", Text, ForeignKey("calls.call_id", ondelete="CASCADE"), primary_key=True),
    Column("queue", Text, primary_key=True),
    Column("works", Integer, nullable=False),
    Column("engine_ms", Integer, nullable=False),
    Column("audio_ms", Integer, nullable=False),
    Column("characters", Integer, nullable=False),
)
_AMOUNTS = tuple(WorkUsage.__dataclass_fields__)
_READ_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class UsedCall:
    """One call, as far as a ledger wants to know it."""

    call_id: CallId
    day: date  # in UTC
    did: str
    business: str
    direction: Direction
    outcome: Outcome
    usage: CallUsage

    @property
    def is_resolved(self) -> bool:
        return self.outcome is Outcome.RESOLVED


class SqlCallUsage:
    """Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ended(
        self, node: str, since: datetime, until: datetime, limit: int
    ) -> Sequence[tuple[CallId, datetime]]:
        """A node's calls that ended in this time, the oldest first, with their ends."""
        chosen = (
            select(calls.c.call_id, calls.c.ended_at)
            .where(
                calls.c.ended_at > since,
                calls.c.ended_at <= until,
                calls.c.call_id.startswith(f"{node}-", autoescape=True),
            )
            .order_by(calls.c.ended_at, calls.c.call_id)
            .limit(limit)
        )
        async with self._database.reading("find calls whose usage is due") as connection:
            rows = (await connection.execute(chosen)).all()
        return [(CallId(row.call_id), row.ended_at) for row in rows]

    async def keep(self, used: Mapping[CallId, Mapping[Queue, WorkUsage]]) -> None:
        """The amounts so far, in place of those kept before."""
        rows = [
            {"call_id": call_id, "queue": queue, **asdict(work)}
            for call_id, works in used.items()
            for queue, work in works.items()
        ]
        if not rows:
            return
        async with self._database.writing("keep usage of calls") as connection:
            statement = insert_or(connection, call_usage)
            await connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[call_usage.c.call_id, call_usage.c.queue],
                    set_={name: statement.excluded[name] for name in _AMOUNTS},
                ),
                rows,
            )

    async def of(self, since: datetime, until: datetime) -> Sequence[UsedCall]:
        """The calls that began in this time, with what they used; probes are none."""
        chosen = (
            select(calls)
            .where(calls.c.started_at >= since, calls.c.started_at < until)
            .order_by(calls.c.started_at, calls.c.call_id)
        )
        works = (
            select(call_usage)
            .join(calls, calls.c.call_id == call_usage.c.call_id)
            .where(calls.c.started_at >= since, calls.c.started_at < until)
        )
        async with self._database.reading("read usage of calls") as connection:
            rows = (await connection.execute(chosen)).mappings().all()
            found = (await connection.execute(works)).mappings().all()
        by_call: dict[str, dict[Queue, WorkUsage]] = {}
        for row in found:
            amounts = WorkUsage(**{name: row[name] for name in _AMOUNTS})
            by_call.setdefault(row["call_id"], {})[row["queue"]] = amounts
        return [_used(row, by_call.get(row["call_id"], {})) for row in rows]

    async def of_call(self, call_id: CallId) -> UsedCall | None:
        works = select(call_usage).where(call_usage.c.call_id == call_id)
        async with self._database.reading("read a call's usage") as connection:
            chosen = select(calls).where(calls.c.call_id == call_id)
            row = (await connection.execute(chosen)).mappings().first()
            found = (await connection.execute(works)).mappings().all()
        if row is None:
            return None
        amounts = {
            one["queue"]: WorkUsage(**{name: one[name] for name in _AMOUNTS}) for one in found
        }
        return _used(row, amounts)


def _used(row: Mapping[Any, Any], works: Mapping[Queue, WorkUsage]) -> UsedCall:
    started, answered, ended = row["started_at"], row["answered_at"], row["ended_at"]
    talked_s = 0.0 if answered is None else (ended - answered).total_seconds()
    direction = Direction(row["direction"])
    return UsedCall(
        CallId(row["call_id"]),
        started.date(),
        row["called_number"],
        row["business"],
        direction,
        Outcome(row["outcome"]),
        CallUsage(max(talked_s, 0.0), direction is Direction.OUTBOUND, works),
    )
