"""What remains of a call, and who may say so?

One record per call. A stub made from Asterisk's CDR fills the place until an
agent's full record comes, and never replaces it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.calls.model import (
    AnswerSource,
    CallFacts,
    CallId,
    CallRecord,
    ChannelId,
    HandledBy,
    Outcome,
    StageTimings,
    TurnRecord,
)
from voicebot.store.engine import Database
from voicebot.store.tables import calls, turns


class SqlCallRecords:
    """Call records in the database; fulfils `CallRecords`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, record: CallRecord) -> None:
        """Writes the call's one record, turns included, in place of what was there.

        A voicemail is the dialplan's to report: a record that knows of none takes none away.
        """
        async with self._database.writing("write call record") as connection:
            await put_call(connection, record, is_stub=False)
            await connection.execute(delete(turns).where(turns.c.call_id == record.facts.call_id))
            if record.turns:
                rows = [_turn_row(record.facts.call_id, turn) for turn in record.turns]
                await connection.execute(insert(turns), rows)

    async def find(self, call_id: CallId) -> CallRecord | None:
        async with self._database.reading("find call record") as connection:
            found = await _read(connection, [call_id])
        return found[0] if found else None

    async def latest(self, limit: int) -> Sequence[CallRecord]:
        """The calls that started last, the newest first."""
        async with self._database.reading("list call records") as connection:
            chosen = select(calls.c.call_id).order_by(
                calls.c.started_at.desc(), calls.c.call_id.desc()
            )
            ids = (await connection.execute(chosen.limit(limit))).scalars().all()
            return await _read(connection, ids)


async def put_call(connection: AsyncConnection, record: CallRecord, *, is_stub: bool) -> None:
    """Inserts or replaces the row of a call, atomically; a stub replaces only a stub."""
    row = _call_row(record, is_stub=is_stub)
    # Both dialects speak the same ON CONFLICT, through constructs of their own.
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(calls).values(row)
    replacing = {name: statement.excluded[name] for name in row if name != "call_id"}
    replacing["voicemail"] = func.coalesce(statement.excluded.voicemail, calls.c.voicemail)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[calls.c.call_id],
            set_=replacing,
            where=calls.c.is_stub.is_(True) if is_stub else None,
        )
    )


async def _read(connection: AsyncConnection, ids: Sequence[str]) -> Sequence[CallRecord]:
    """The records with these ids, in this order."""
    turns_of: dict[str, list[TurnRecord]] = {call_id: [] for call_id in ids}
    chosen = select(turns).where(turns.c.call_id.in_(ids)).order_by(turns.c.number)
    for row in (await connection.execute(chosen)).mappings():
        turns_of[row["call_id"]].append(_turn(row))
    rows = (await connection.execute(select(calls).where(calls.c.call_id.in_(ids)))).mappings()
    records = {row["call_id"]: call_of(row, tuple(turns_of[row["call_id"]])) for row in rows}
    return [records[call_id] for call_id in ids if call_id in records]


def _call_row(record: CallRecord, *, is_stub: bool) -> Mapping[str, Any]:
    facts = record.facts
    return {
        "call_id": facts.call_id,
        "channel_id": facts.channel_id,
        "caller_number": facts.caller_number,
        "called_number": facts.called_number,
        "codec": facts.codec,
        "business": record.business,
        "agent": record.agent,
        "handled_by": record.handled_by.value,
        "started_at": record.started_at,
        "answered_at": record.answered_at,
        "ended_at": record.ended_at,
        "outcome": record.outcome.value,
        "hangup_cause": record.hangup_cause,
        "recording_caller": record.recording_caller,
        "recording_agent": record.recording_agent,
        "voicemail": record.voicemail,
        "is_stub": is_stub,
        "erased_at": None,
    }


def call_of(row: RowMapping, its_turns: tuple[TurnRecord, ...] = ()) -> CallRecord:
    """The record that a row of `calls` holds."""
    return CallRecord(
        facts=CallFacts(
            call_id=CallId(row["call_id"]),
            channel_id=ChannelId(row["channel_id"]),
            caller_number=row["caller_number"],
            called_number=row["called_number"],
            codec=row["codec"],
        ),
        business=row["business"],
        agent=row["agent"],
        handled_by=HandledBy(row["handled_by"]),
        started_at=row["started_at"],
        answered_at=row["answered_at"],
        ended_at=row["ended_at"],
        outcome=Outcome(row["outcome"]),
        hangup_cause=row["hangup_cause"],
        turns=its_turns,
        recording_caller=row["recording_caller"],
        recording_agent=row["recording_agent"],
        voicemail=row["voicemail"],
    )


_TIMINGS = tuple(StageTimings.__dataclass_fields__)


def _turn_row(call_id: CallId, turn: TurnRecord) -> Mapping[str, Any]:
    return {
        "call_id": call_id,
        "number": turn.number,
        "heard": turn.heard,
        "said": turn.said,
        "said_heard": turn.said_heard,
        "was_interrupted": turn.was_interrupted,
        "source": turn.source.value,
        "started_at": turn.started_at,
        "fact_id": turn.fact_id,
        **{name: getattr(turn.timings, name) for name in _TIMINGS},
    }


def _turn(row: RowMapping) -> TurnRecord:
    return TurnRecord(
        number=row["number"],
        heard=row["heard"],
        said=row["said"],
        said_heard=row["said_heard"],
        was_interrupted=row["was_interrupted"],
        source=AnswerSource(row["source"]),
        started_at=row["started_at"],
        timings=StageTimings(**{name: row[name] for name in _TIMINGS}),
        fact_id=row["fact_id"],
    )
