"""What remains of a call, and who may say so?

One record per call. A stub made from Asterisk's CDR fills the place until an
agent's full record comes, and never replaces it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.calls.model import (
    AnsweredBy,
    CallFacts,
    CallId,
    CallRecord,
    ChannelId,
    Direction,
    HandledBy,
    Outcome,
)
from voicebot.store.call_parts import read_transfers, read_turns, replace_transfers, replace_turns
from voicebot.store.call_qualities import read_qualities
from voicebot.store.engine import Database
from voicebot.store.tables import calls
from voicebot.store.upsert import insert_or


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
            await _put_parts(connection, record)

    async def complete(self, record: CallRecord) -> bool:
        """Writes the full record in place of a stub. False: somebody had done so already."""
        of_stub = update(calls).where(
            calls.c.call_id == record.facts.call_id,
            calls.c.is_stub.is_(True),
            calls.c.erased_at.is_(None),
        )
        async with self._database.writing("complete call record") as connection:
            row = _call_row(record, is_stub=False)
            if not (await connection.execute(of_stub.values(row))).rowcount:
                return False
            await _put_parts(connection, record)
        return True

    async def find(self, call_id: CallId) -> CallRecord | None:
        async with self._database.reading("find call record") as connection:
            found = await read_calls(connection, [call_id])
        return found[0] if found else None

    async def settled(self, call_ids: Sequence[CallId]) -> Sequence[CallId]:
        """Those that are over, by Asterisk's word, and about which nothing is left to be told."""
        is_told = or_(calls.c.is_stub.is_(False), calls.c.erased_at.is_not(None))
        chosen = select(calls.c.call_id).where(
            calls.c.call_id.in_(call_ids), calls.c.cdr_ended_at.is_not(None), is_told
        )
        async with self._database.reading("find settled calls") as connection:
            return [CallId(one) for one in (await connection.execute(chosen)).scalars()]

    async def latest(self, limit: int, *, with_probes: bool = False) -> Sequence[CallRecord]:
        """The calls that started last, the newest first; our own probes only if asked for."""
        chosen = select(calls.c.call_id).order_by(calls.c.started_at.desc(), calls.c.call_id.desc())
        if not with_probes:
            chosen = chosen.where(calls.c.direction != Direction.PROBE.value)
        async with self._database.reading("list call records") as connection:
            ids = (await connection.execute(chosen.limit(limit))).scalars().all()
            return await read_calls(connection, ids)


async def _put_parts(connection: AsyncConnection, record: CallRecord) -> None:
    await replace_turns(connection, record.facts.call_id, record.turns)
    await replace_transfers(connection, record.facts.call_id, record.transfers)


async def put_call(connection: AsyncConnection, record: CallRecord, *, is_stub: bool) -> None:
    """Inserts or replaces the row of a call, atomically; a stub replaces only a stub.

    A caller whom the CDR saw last with the dialplan was taken from the agent: that much of
    the agent's record is not believed.
    """
    row = _call_row(record, is_stub=is_stub)
    statement = insert_or(connection, calls).values(row)
    replacing: dict[str, Any] = {
        name: statement.excluded[name] for name in row if name != "call_id"
    }
    replacing["voicemail"] = func.coalesce(statement.excluded.voicemail, calls.c.voicemail)
    if not is_stub and record.handled_by is HandledBy.AGENT:
        was_taken = calls.c.cdr_ended_at.is_not(None) & (
            calls.c.handled_by == HandledBy.DIALPLAN.value
        )
        for name, taken in if_taken_from_agent(record.outcome).items():
            replacing[name] = case((was_taken, taken), else_=statement.excluded[name])
    elif not is_stub:
        has_message = calls.c.voicemail.is_not(None)
        outcome = statement.excluded["outcome"]
        replacing["outcome"] = case((has_message, with_message(outcome)), else_=outcome)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[calls.c.call_id],
            set_=replacing,
            where=calls.c.is_stub.is_(True) if is_stub else None,
        )
    )


def with_message(outcome: ColumnElement[str]) -> ColumnElement[str]:
    """Of a caller who spoke to the voicemail: went there from the line, and nothing had failed."""
    return case(
        (outcome == Outcome.ABANDONED.value, Outcome.MESSAGE_TAKEN.value),
        else_=outcome,
    )


def if_taken_from_agent(outcome: Outcome) -> Mapping[str, str]:
    """What is known better of a record whose agent lost the caller without knowing it."""
    is_kept = outcome not in (Outcome.ABANDONED, Outcome.RESOLVED)
    return {
        "handled_by": HandledBy.DIALPLAN.value,
        "outcome": outcome.value if is_kept else Outcome.FAILED.value,
    }


async def read_calls(connection: AsyncConnection, ids: Sequence[str]) -> Sequence[CallRecord]:
    """The records with these ids, in this order."""
    turns = await read_turns(connection, ids)
    transfers = await read_transfers(connection, ids)
    qualities = await read_qualities(connection, ids)
    rows = (await connection.execute(select(calls).where(calls.c.call_id.in_(ids)))).mappings()
    records = {
        row["call_id"]: replace(
            call_of(row),
            turns=tuple(turns[row["call_id"]]),
            transfers=tuple(transfers[row["call_id"]]),
            quality=qualities.get(row["call_id"]),
        )
        for row in rows
    }
    return [records[call_id] for call_id in ids if call_id in records]


def _call_row(record: CallRecord, *, is_stub: bool) -> Mapping[str, Any]:
    facts = record.facts
    return {
        "call_id": facts.call_id,
        "channel_id": facts.channel_id,
        "caller_number": facts.caller_number,
        "called_number": facts.called_number,
        "codec": facts.codec,
        "direction": facts.direction.value,
        "answered_by": None if record.answered_by is None else record.answered_by.value,
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


def call_of(row: RowMapping) -> CallRecord:
    """The record that a row of `calls` holds, without its turns and transfers."""
    return CallRecord(
        facts=CallFacts(
            call_id=CallId(row["call_id"]),
            channel_id=ChannelId(row["channel_id"]),
            caller_number=row["caller_number"],
            called_number=row["called_number"],
            codec=row["codec"],
            direction=Direction(row["direction"]),
        ),
        business=row["business"],
        agent=row["agent"],
        handled_by=HandledBy(row["handled_by"]),
        started_at=row["started_at"],
        answered_at=row["answered_at"],
        ended_at=row["ended_at"],
        outcome=Outcome(row["outcome"]),
        hangup_cause=row["hangup_cause"],
        recording_caller=row["recording_caller"],
        recording_agent=row["recording_agent"],
        voicemail=row["voicemail"],
        answered_by=None if row["answered_by"] is None else AnsweredBy(row["answered_by"]),
    )
