"""How is what has been kept long enough erased, so that nothing is forgotten half-way?

Files go first, the record says so afterwards: an interruption in between repeats
the deletion, which is harmless. Nothing outside Asterisk's spool is ever deleted.
"""

import asyncio
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select, tuple_, update

from voicebot.store.asterisk_cdr import SPOOL
from voicebot.store.engine import Database
from voicebot.store.retention import SpoolFile, files_due, kept_since
from voicebot.store.tables import calls, turns

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Erased:
    """What a run erased."""

    calls: int = 0
    files: int = 0
    failures: int = 0  # files that could not be deleted; the next run tries again

    def __add__(self, other: "Erased") -> "Erased":
        return Erased(
            self.calls + other.calls, self.files + other.files, self.failures + other.failures
        )


@dataclass(frozen=True, slots=True)
class _DueCall:
    call_id: str
    ended_at: datetime
    files: Sequence[str]


class Erasure:
    """Enforces the retention of recordings, voicemails and transcripts."""

    def __init__(self, database: Database, state_dir: Path) -> None:
        self._database = database
        self._state_dir = state_dir
        self._spool = state_dir / SPOOL

    async def run(self, at: datetime, retention_days: int) -> Erased:
        """Erases all that is due at this time. Raises StoreError."""
        erased = Erased()
        last: _DueCall | None = None
        while due := await self._due(kept_since(at, retention_days), last):
            for call in due:
                erased += await self._erase(call, at)
            last = due[-1]
        return erased + await asyncio.to_thread(self._sweep, at, retention_days)

    async def _due(self, ended_before: datetime, last: _DueCall | None) -> Sequence[_DueCall]:
        """The next calls to erase, oldest first, behind the one given."""
        order = (calls.c.ended_at, calls.c.call_id)
        chosen = select(calls).where(calls.c.erased_at.is_(None), calls.c.ended_at < ended_before)
        if last is not None:
            chosen = chosen.where(tuple_(*order) > (last.ended_at, last.call_id))
        async with self._database.reading("find calls to erase") as connection:
            rows = (await connection.execute(chosen.order_by(*order).limit(_BATCH))).all()
        return [
            _DueCall(
                row.call_id,
                row.ended_at,
                [
                    name
                    for name in (row.recording_caller, row.recording_agent, row.voicemail)
                    if name
                ],
            )
            for row in rows
        ]

    async def _erase(self, call: _DueCall, at: datetime) -> Erased:
        deleted = await asyncio.to_thread(self._delete, [self._state_dir / n for n in call.files])
        async with self._database.writing("erase call") as connection:
            await connection.execute(
                update(turns)
                .where(turns.c.call_id == call.call_id)
                .values(heard="", said="", said_heard="")
            )
            # A file that is still there stays on record, and the call due.
            if not deleted.failures:
                await connection.execute(
                    update(calls)
                    .where(calls.c.call_id == call.call_id)
                    .values(
                        recording_caller=None, recording_agent=None, voicemail=None, erased_at=at
                    )
                )
        return deleted if deleted.failures else deleted + Erased(calls=1)

    def _sweep(self, at: datetime, retention_days: int) -> Erased:
        """Deletes what is due in the spool, whether a record names it or not."""
        return self._delete(files_due(_files_below(self._spool), at, retention_days))

    def _delete(self, files: Iterable[Path]) -> Erased:
        spool = self._spool.resolve()
        erased = Erased()
        for file in files:
            # The folder is resolved, the file is not: a link in the spool is deleted, not followed.
            place = file.parent.resolve() / file.name
            try:
                if not place.is_relative_to(spool):
                    erased += Erased(failures=1)
                    continue
                place.unlink()
                erased += Erased(files=1)
            except FileNotFoundError:
                pass  # deleted by an earlier run that was interrupted
            except OSError:
                erased += Erased(failures=1)
        return erased


def _files_below(folder: Path) -> Iterator[SpoolFile]:
    for name, _, files in os.walk(folder):
        for file in files:
            path = Path(name, file)
            try:
                found = path.lstat()
            except FileNotFoundError:
                continue  # Asterisk moved it meanwhile
            if stat.S_ISREG(found.st_mode):
                yield SpoolFile(path, datetime.fromtimestamp(found.st_mtime, UTC))
