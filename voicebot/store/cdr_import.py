"""Which calls does Asterisk's CDR file know that are not on record yet?

Needs only the file and the database, so that no call goes unrecorded whatever else
is down. An agent gets a second to write its record first; whenever that comes, it
replaces what was made of the file. The position reached is remembered together with
what was imported, but only to save work: reading a line twice changes nothing.
"""

import asyncio
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from itertools import groupby
from pathlib import Path

from sqlalchemy import case, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.calls.model import CallId, CallRecord, HandledBy, Outcome
from voicebot.errors import StoreError
from voicebot.store.asterisk_cdr import Skip, join, read_line
from voicebot.store.call_parts import add_transfers, replace_transfers
from voicebot.store.calls import if_taken_from_agent, put_call, read_calls, with_message
from voicebot.store.cdr_file import Line, Position, unread_lines
from voicebot.store.engine import Database
from voicebot.store.tables import calls, cdr_positions

# Agents write their records within moments; the end of a call is to be known within two seconds.
AGENT_FIRST = timedelta(seconds=1)
CDR_FILE = Path("asterisk/log/cdr-custom/voicebot.csv")  # below the state directory


@dataclass(frozen=True, slots=True)
class Imported:
    """What a run over the file did."""

    lines: int = 0  # looked at
    stubs: int = 0  # new on record, or known better now
    malformed: int = 0  # lines passed over, for good

    def __add__(self, other: "Imported") -> "Imported":
        return Imported(
            self.lines + other.lines,
            self.stubs + other.stubs,
            self.malformed + other.malformed,
        )


class CdrImport:
    """Brings Asterisk's CDRs into the call records."""

    def __init__(self, database: Database, path: Path) -> None:
        self._database = database
        self._path = path
        self._seen: _Shape | None = None

    async def run(self, at: datetime, *, from_start: bool = False) -> Imported:
        """Imports all that is new; costs next to nothing when nothing is. Raises StoreError."""
        shape = await asyncio.to_thread(_shape, self._path)
        if shape is not None and shape == self._seen and not from_start:
            return Imported()
        position = None if from_start else await self._position()
        imported = Imported()
        with closing(unread_lines(self._path, position)) as chunks:
            while (chunk := await asyncio.to_thread(_next, chunks)) is not None:
                read = [read_line(line.text) for line in chunk]
                ripe = next((n for n, stub in enumerate(read) if _is_fresh(stub, at)), len(read))
                imported += await self._import(chunk[:ripe], read[:ripe], at)
                if ripe < len(read):
                    return imported  # the rest a moment later
        self._seen = shape
        return imported

    async def _import(
        self, chunk: Sequence[Line], read: Sequence[CallRecord | Skip], at: datetime
    ) -> Imported:
        if not chunk:
            return Imported()
        stubs = [stub for stub in read if isinstance(stub, CallRecord)]
        async with self._database.writing("import CDRs") as connection:
            written = await _put_stubs(connection, _joined(stubs), at)
            await self._remember(connection, chunk[-1].end)
        return Imported(
            lines=len(chunk),
            stubs=written,
            malformed=sum(stub is Skip.MALFORMED for stub in read),
        )

    async def _position(self) -> Position | None:
        chosen = select(cdr_positions).where(cdr_positions.c.path == str(self._path))
        async with self._database.reading("read CDR position") as connection:
            row = (await connection.execute(chosen)).one_or_none()
        return None if row is None else Position(row.first_line_sha256, row.byte_offset)

    async def _remember(self, connection: AsyncConnection, position: Position) -> None:
        await connection.execute(
            delete(cdr_positions).where(cdr_positions.c.path == str(self._path))
        )
        await connection.execute(
            insert(cdr_positions).values(
                path=str(self._path),
                first_line_sha256=position.first_line_sha256,
                byte_offset=position.byte_offset,
            )
        )


def _next(chunks: Iterator[Sequence[Line]]) -> Sequence[Line] | None:
    try:
        return next(chunks, None)
    except FileNotFoundError:
        return None  # rotated away this instant: the next run finds it under its new name
    except OSError as error:
        raise StoreError(f"read Asterisk's CDR file: {error.strerror}") from error


def _is_fresh(stub: CallRecord | Skip, at: datetime) -> bool:
    """Whether an agent is just about to write its record of the call.

    An end in the future means that the clock was set back: waiting for it could take for ever.
    """
    if isinstance(stub, Skip) or stub.handled_by is not HandledBy.AGENT:
        return False
    return timedelta(0) <= at - stub.ended_at < AGENT_FIRST


@dataclass(frozen=True, slots=True)
class _Shape:
    """What changes whenever something is written to the file, or another takes its place."""

    inode: int
    size_bytes: int
    modified_ns: int


def _shape(path: Path) -> _Shape | None:
    try:
        found = os.stat(path)
    except OSError:
        return None  # reading it will say why
    return _Shape(found.st_ino, found.st_size, found.st_mtime_ns)


def _joined(stubs: Sequence[CallRecord]) -> Mapping[CallId, CallRecord]:
    def its_id(stub: CallRecord) -> CallId:
        return stub.facts.call_id

    grouped = groupby(sorted(stubs, key=its_id), its_id)
    return {call_id: reduce(join, found) for call_id, found in grouped}


async def _put_stubs(
    connection: AsyncConnection, stubs: Mapping[CallId, CallRecord], at: datetime
) -> int:
    """Puts on record what is not there yet; returns how many records that made or changed."""
    locked = select(calls.c.call_id, calls.c.is_stub, calls.c.erased_at)
    chosen = locked.where(calls.c.call_id.in_(stubs)).with_for_update()
    rows = {row.call_id: row for row in await connection.execute(chosen)}
    known = {record.facts.call_id: record for record in await read_calls(connection, list(rows))}
    written = 0
    for call_id, stub in stubs.items():
        row = rows.get(call_id)
        better = stub if row is None else join(stub, known[call_id])
        # A second reading must not bring back what was erased.
        may_write = row is None or (row.is_stub and row.erased_at is None)
        if may_write and better != known.get(call_id):
            await put_call(connection, better, is_stub=True)
            await replace_transfers(connection, call_id, better.transfers)
            written += 1
        if stub.voicemail is not None:
            written += await _add_voicemail(connection, call_id, stub.voicemail)
        if stub.handled_by is HandledBy.OPERATOR:
            written += await _add_operator(connection, stub)
        if stub.handled_by is HandledBy.DIALPLAN and call_id in known:
            written += await _take_from_agent(connection, known[call_id])
        if stub.facts.codec:
            written += await _add_codec(connection, call_id, stub.facts.codec)
    await _note_end(connection, stubs.values(), at)
    return written


async def _note_end(connection: AsyncConnection, stubs: Iterable[CallRecord], at: datetime) -> None:
    """From now on the call is known to be over, whoever put it on record.

    A clock that was set back in mid-call leaves an end in the future; what is waited for after
    the end is waited for from now on.
    """
    for stub in stubs:
        of_call = (calls.c.call_id == stub.facts.call_id) & calls.c.cdr_ended_at.is_(None)
        over_at = min(stub.ended_at, at)
        await connection.execute(update(calls).where(of_call).values(cdr_ended_at=over_at))


async def _add_voicemail(connection: AsyncConnection, call_id: CallId, voicemail: str) -> int:
    """Tells an agent's record of the message that was left after the agent had let go."""
    lacking = update(calls).where(
        calls.c.call_id == call_id, calls.c.voicemail.is_(None), calls.c.erased_at.is_(None)
    )
    told = {"voicemail": voicemail, "outcome": with_message(calls.c.outcome)}
    return (await connection.execute(lacking.values(told))).rowcount


async def _add_codec(connection: AsyncConnection, call_id: CallId, codec: str) -> int:
    """A caller whose offer comes last chooses after the agent has begun."""
    lacking = update(calls).where(calls.c.call_id == call_id, calls.c.codec == "")
    return (await connection.execute(lacking.values(codec=codec))).rowcount


async def _take_from_agent(connection: AsyncConnection, record: CallRecord) -> int:
    """Tells the record of an agent that was frozen as its caller was brought to the dialplan."""
    mistaken = update(calls).where(
        calls.c.call_id == record.facts.call_id,
        calls.c.is_stub.is_(False),
        calls.c.handled_by == HandledBy.AGENT.value,
        calls.c.erased_at.is_(None),
    )
    return (await connection.execute(mistaken.values(if_taken_from_agent(record.outcome)))).rowcount


async def _add_operator(connection: AsyncConnection, stub: CallRecord) -> int:
    """Tells an agent's record of the operator whom the dialplan found after the agent let go."""
    call_id = stub.facts.call_id
    lacking = update(calls).where(
        calls.c.call_id == call_id,
        calls.c.is_stub.is_(False),
        calls.c.handled_by == HandledBy.DIALPLAN.value,
        calls.c.erased_at.is_(None),
    )
    unserved = calls.c.outcome.in_((Outcome.FAILED.value, Outcome.ABANDONED.value))
    told = await connection.execute(
        lacking.values(
            handled_by=HandledBy.OPERATOR.value,
            outcome=case((unserved, Outcome.TRANSFERRED.value), else_=calls.c.outcome),
        )
    )
    if told.rowcount:
        await add_transfers(connection, call_id, stub.transfers)
    return told.rowcount
