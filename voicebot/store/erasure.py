"""How is what has been kept long enough erased, so that nothing is forgotten half-way?

Files go first, the record says so afterwards: an interruption in between repeats
the deletion, which is harmless. Nothing outside Asterisk's spool and the folder of
messages is ever deleted. What remains tells nobody's words, name or number; only the
do-not-call list keeps numbers, because their owners want it to.
"""

import asyncio
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from sqlalchemy import case, delete, select, tuple_, update

from voicebot.store.asterisk_cdr import SPOOL
from voicebot.store.callback_tables import callback_requests
from voicebot.store.callbacks import CallbackStatus
from voicebot.store.engine import Database
from voicebot.store.message_audio import DIRECTORY as MESSAGES
from voicebot.store.retention import SpoolFile, files_due, kept_since
from voicebot.store.tables import (
    call_lines,
    calls,
    deliveries,
    messages,
    outbound_calls,
    transfers,
    turns,
)

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Erased:
    """What a run erased."""

    calls: int = 0
    messages: int = 0
    callbacks: int = 0
    files: int = 0
    failures: int = 0  # files that could not be deleted; the next run tries again

    def __add__(self, other: "Erased") -> "Erased":
        return Erased(
            self.calls + other.calls,
            self.messages + other.messages,
            self.callbacks + other.callbacks,
            self.files + other.files,
            self.failures + other.failures,
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
        self._folders = (state_dir / SPOOL, state_dir / MESSAGES)

    async def run(self, at: datetime, retention_days: int) -> Erased:
        """Erases all that is due at this time. Raises StoreError."""
        kept = kept_since(at, retention_days)
        erased = Erased()
        last: _DueCall | None = None
        while due := await self._due(kept, last):
            for call in due:
                erased += await self._erase(call, at)
            last = due[-1]
        erased += await self._erase_messages(kept, at)
        erased += await self._erase_callbacks(kept, at)
        await self._erase_outbound(kept)
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
            await connection.execute(delete(call_lines).where(call_lines.c.call_id == call.call_id))
            await connection.execute(
                update(transfers).where(transfers.c.call_id == call.call_id).values(summary="")
            )
            await connection.execute(
                update(calls).where(calls.c.call_id == call.call_id).values(caller_number="")
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

    async def _erase_messages(self, kept: datetime, at: datetime) -> Erased:
        chosen = select(messages.c.call_id, messages.c.taken_by, messages.c.recording).where(
            messages.c.erased_at.is_(None), messages.c.taken_at < kept
        )
        async with self._database.reading("find messages to erase") as connection:
            rows = (await connection.execute(chosen)).all()
        erased = Erased()
        for row in rows:
            files = [self._state_dir / row.recording] if row.recording else []
            deleted = await asyncio.to_thread(self._delete, files)
            key = (row.call_id, row.taken_by)
            blank = {"caller_number": "", "name": "", "callback_number": "", "text": ""}
            # A file that is still there stays on record, and the message due.
            is_gone = not deleted.failures
            rest = {"recording": None, "erased_at": at} if is_gone else {}
            async with self._database.writing("erase message") as connection:
                await connection.execute(
                    update(messages)
                    .where(tuple_(messages.c.call_id, messages.c.taken_by) == key)
                    .values(**blank, **rest)
                )
                await connection.execute(
                    delete(deliveries).where(
                        tuple_(deliveries.c.call_id, deliveries.c.taken_by) == key
                    )
                )
            erased += deleted + Erased(messages=int(is_gone))
        return erased

    async def _erase_callbacks(self, kept: datetime, at: datetime) -> Erased:
        """Whoever still waits now has waited in vain: nobody can be rung without a number."""
        is_waiting = callback_requests.c.status == CallbackStatus.WAITING.value
        due = update(callback_requests).where(
            callback_requests.c.requested_at < kept, callback_requests.c.number != ""
        )
        async with self._database.writing("erase callback requests") as connection:
            found = await connection.execute(
                due.values(
                    number="",
                    number_key="",
                    status=case(
                        (is_waiting, CallbackStatus.CANCELLED.value),
                        else_=callback_requests.c.status,
                    ),
                    closed_at=case((is_waiting, at), else_=callback_requests.c.closed_at),
                    state=case(
                        (is_waiting, CallbackStatus.CANCELLED.value),
                        else_=callback_requests.c.state,
                    ),
                )
            )
        return Erased(callbacks=found.rowcount)

    async def _erase_outbound(self, kept: datetime) -> None:
        """The numbers that we rang; their calls count among the calls."""
        due = update(outbound_calls).where(
            outbound_calls.c.requested_at < kept, outbound_calls.c.number != ""
        )
        async with self._database.writing("erase outbound calls") as connection:
            await connection.execute(due.values(number="", number_key=""))

    def _sweep(self, at: datetime, retention_days: int) -> Erased:
        """Deletes the files that are due, whether a record names them or not."""
        found = chain.from_iterable(_files_below(folder) for folder in self._folders)
        return self._delete(files_due(found, at, retention_days))

    def _delete(self, files: Iterable[Path]) -> Erased:
        folders = [folder.resolve() for folder in self._folders]
        erased = Erased()
        for file in files:
            # The folder is resolved, the file is not: a link is deleted, not followed.
            place = file.parent.resolve() / file.name
            try:
                if not any(place.is_relative_to(folder) for folder in folders):
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
