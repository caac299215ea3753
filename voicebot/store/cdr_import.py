"""Which calls does Asterisk's CDR file know that are not on record yet?

Needs only the file and the database, so that no call goes unrecorded whatever else
is down. The position reached is remembered together with what was imported, but
only to save work: reading a line twice changes nothing.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import groupby
from pathlib import Path

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.calls.model import CallId, CallRecord
from voicebot.errors import StoreError
from voicebot.store.asterisk_cdr import Skip, is_settled, join, read_line
from voicebot.store.calls import call_of, put_call
from voicebot.store.cdr_file import Line, Position, unread_lines
from voicebot.store.engine import Database
from voicebot.store.tables import calls, cdr_positions

CDR_FILE = Path("asterisk/log/cdr-custom/voicebot.csv")  # below the state directory


@dataclass(frozen=True, slots=True)
class Imported:
    """What a run over the file did."""

    lines: int = 0  # looked at
    stubs: int = 0  # new on record, or known better now
    pending: int = 0  # lines left for a later run: their agents may still write
    malformed: int = 0  # lines passed over, for good

    def __add__(self, other: "Imported") -> "Imported":
        return Imported(
            self.lines + other.lines,
            self.stubs + other.stubs,
            self.pending + other.pending,
            self.malformed + other.malformed,
        )


class CdrImport:
    """Brings Asterisk's CDRs into the call records."""

    def __init__(self, database: Database, path: Path) -> None:
        self._database = database
        self._path = path

    async def run(self, at: datetime, *, from_start: bool = False) -> Imported:
        """Imports all that is new and settled at this time. Raises StoreError."""
        position = None if from_start else await self._position()
        imported = Imported()
        with closing(unread_lines(self._path, position)) as chunks:
            while (chunk := await asyncio.to_thread(_next, chunks)) is not None:
                imported += await self._import(chunk, at, may_advance=not imported.pending)
        return imported

    async def _import(self, chunk: Sequence[Line], at: datetime, *, may_advance: bool) -> Imported:
        read = [read_line(line.text) for line in chunk]
        stubs = [stub for stub in read if isinstance(stub, CallRecord)]
        settled = [stub for stub in stubs if is_settled(stub, at)]
        async with self._database.writing("import CDRs") as connection:
            written = await _put_stubs(connection, _joined(settled))
            # Lines behind one that is pending are imported at once and read again later.
            if may_advance and (end := _settled_end(chunk, read, at)) is not None:
                await self._remember(connection, end)
        return Imported(
            lines=len(chunk),
            stubs=written,
            pending=len(stubs) - len(settled),
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


def _settled_end(
    chunk: Sequence[Line], read: Sequence[CallRecord | Skip], at: datetime
) -> Position | None:
    """The position behind the last line before the first pending one."""
    end = None
    for line, stub in zip(chunk, read, strict=True):
        if isinstance(stub, CallRecord) and not is_settled(stub, at):
            break
        end = line.end
    return end


def _joined(stubs: Sequence[CallRecord]) -> Mapping[CallId, CallRecord]:
    def its_id(stub: CallRecord) -> CallId:
        return stub.facts.call_id

    grouped = groupby(sorted(stubs, key=its_id), its_id)
    return {call_id: reduce(join, found) for call_id, found in grouped}


async def _put_stubs(connection: AsyncConnection, stubs: Mapping[CallId, CallRecord]) -> int:
    """Puts on record what is not there yet; returns how many records that made or changed."""
    chosen = select(calls).where(calls.c.call_id.in_(stubs)).with_for_update()
    known = {row["call_id"]: row for row in (await connection.execute(chosen)).mappings()}
    written = 0
    for call_id, stub in stubs.items():
        row = known.get(call_id)
        if row is None:
            await put_call(connection, stub, is_stub=True)
            written += 1
        # A second reading must not bring back the path of a voicemail that was erased.
        elif row["is_stub"] and row["erased_at"] is None:
            better = join(stub, call_of(row))
            if better != call_of(row):
                await put_call(connection, better, is_stub=True)
                written += 1
        if stub.voicemail is not None:
            written += await _add_voicemail(connection, call_id, stub.voicemail)
    return written


async def _add_voicemail(connection: AsyncConnection, call_id: CallId, voicemail: str) -> int:
    """Tells an agent's record of the message that was left after the agent had let go."""
    lacking = update(calls).where(
        calls.c.call_id == call_id, calls.c.voicemail.is_(None), calls.c.erased_at.is_(None)
    )
    return (await connection.execute(lacking.values(voicemail=voicemail))).rowcount
