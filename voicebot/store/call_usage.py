"""What calls used, on record: the ledger's raw amounts. Money is reckoned when it is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Integer,
    RowMapping,
    Table,
    Text,
    extract,
    func,
    select,
)

from voicebot.calls.model import CallId, Direction, Outcome
from voicebot.costs.conversation_type import Answered
from voicebot.costs.usage import CallUsage, Queue, WorkUsage
from voicebot.costs.used_calls import UsedCalls
from voicebot.store.answered_calls import answered_calls
from voicebot.store.engine import Database
from voicebot.store.tables import admissions, calls, metadata
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
    Column("prompt_tokens", Integer, nullable=False),
    Column("reply_tokens", Integer, nullable=False),
    Column("cpu_ms", Integer, nullable=False, server_default="0"),
    Column("gpu_ms", Integer, nullable=False, server_default="0"),
    Column("kept_characters", Integer, nullable=False, server_default="0"),
)
# By clocks of two machines, and of the database's.
_JUDGED_WITHIN = timedelta(hours=1)
_AMOUNTS = tuple(WorkUsage.__dataclass_fields__)
_ALIKE = ("called_number", "business", "direction", "outcome")


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

    async def of(self, since: datetime, until: datetime) -> Sequence[UsedCalls]:
        """The calls that began in this time, those alike together."""
        in_time = (calls.c.started_at >= since) & (calls.c.started_at < until)
        # The one it came to first; a call is judged again when it comes back.
        queued = (
            select(admissions.c.call_id, func.min(admissions.c.queue).label("in_queue"))
            .where(
                admissions.c.judged_at >= since - _JUDGED_WITHIN,
                admissions.c.judged_at < until + _JUDGED_WITHIN,
            )
            .group_by(admissions.c.call_id)
            .subquery()
        )
        answering = answered_calls(in_time)
        from_calls = calls.outerjoin(queued, calls.c.call_id == queued.c.call_id).outerjoin(
            answering, calls.c.call_id == answering.c.call_id
        )
        in_queue = func.coalesce(queued.c.in_queue, "").label("in_queue")
        answered = func.coalesce(answering.c.answered, Answered.NOT.value).label("answered")
        async with self._database.reading("read usage of calls") as connection:
            is_postgresql = connection.dialect.name == "postgresql"
            day = _utc_day(is_postgresql)
            alike = (day, in_queue, answered, *(calls.c[name] for name in _ALIKE))
            talked = func.sum(_talked_s(is_postgresql)).label("talked_s")
            count = func.count().label("calls")
            chosen = select(*alike, count, talked).select_from(from_calls).where(in_time)
            rows = (await connection.execute(chosen.group_by(*alike))).mappings().all()
            sums = [func.sum(call_usage.c[name]).label(name) for name in _AMOUNTS]
            used = (
                select(*alike, call_usage.c.queue, *sums)
                .select_from(from_calls)
                .join(call_usage, calls.c.call_id == call_usage.c.call_id)
                .where(in_time)
                .group_by(*alike, call_usage.c.queue)
            )
            found = (await connection.execute(used)).mappings().all()
        works: dict[tuple[Any, ...], dict[Queue, WorkUsage]] = {}
        for row in found:
            amounts = WorkUsage(**{name: int(row[name]) for name in _AMOUNTS})
            works.setdefault(_key(row), {})[row["queue"]] = amounts
        return [_used_calls(row, works.get(_key(row), {})) for row in rows]

    async def of_call(self, call_id: CallId) -> Mapping[Queue, WorkUsage]:
        """What workers did for it, by their queue."""
        chosen = select(call_usage).where(call_usage.c.call_id == call_id)
        async with self._database.reading("read a call's usage") as connection:
            found = (await connection.execute(chosen)).mappings().all()
        return {one["queue"]: WorkUsage(**{name: one[name] for name in _AMOUNTS}) for one in found}


def _utc_day(is_postgresql: bool) -> ColumnElement[Any]:
    at = calls.c.started_at
    return func.date(func.timezone("UTC", at) if is_postgresql else at).label("day")


def _talked_s(is_postgresql: bool) -> ColumnElement[float]:
    """From the answer to the end; none where nobody answered."""
    if is_postgresql:
        lasted: ColumnElement[Any] = extract("epoch", calls.c.ended_at - calls.c.answered_at)
    else:
        ended, answered = func.julianday(calls.c.ended_at), func.julianday(calls.c.answered_at)
        lasted = (ended - answered) * 86_400.0
    return func.coalesce(lasted, 0.0)


def _key(row: RowMapping) -> tuple[Any, ...]:
    return (str(row["day"]), row["in_queue"], row["answered"], *(row[name] for name in _ALIKE))


def _used_calls(row: RowMapping, works: Mapping[Queue, WorkUsage]) -> UsedCalls:
    direction = Direction(row["direction"])
    # SQLite reckons in days: to the millisecond is what it can tell.
    usage = CallUsage(
        max(round(float(row["talked_s"]), 3), 0.0), direction is Direction.OUTBOUND, works
    )
    return UsedCalls(
        date.fromisoformat(str(row["day"])),
        row["called_number"],
        row["in_queue"],
        row["business"],
        direction,
        Outcome(row["outcome"]),
        Answered(row["answered"]),
        row["calls"],
        usage,
    )
