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

from sqlalchemy import ColumnElement, case, delete, select, tuple_, union, update

from voicebot.store.asterisk_cdr import SPOOL
from voicebot.store.callback_tables import callback_requests
from voicebot.store.callbacks import CallbackStatus
from voicebot.store.engine import Database
from voicebot.store.message_audio import DIRECTORY as MESSAGES
from voicebot.store.number_key import number_key
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
_LAST = datetime(9999, 1, 1, tzinfo=UTC)


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

    async def run(
        self, at: datetime, retention_days: int, recordings_days: int | None = None
    ) -> Erased:
        """Erases all that is due at this time. Raises StoreError.

        `recordings_days`: of recordings of calls; None, or more than the other: as all.
        """
        kept = kept_since(at, retention_days)
        erased = Erased()
        if recordings_days is not None and recordings_days < retention_days:
            erased += await self._erase_recordings(kept_since(at, recordings_days))
        erased += await self._erase_calls(calls.c.ended_at < kept, at)
        erased += await self._erase_messages(messages.c.taken_at < kept, at)
        erased += await self._erase_callbacks(callback_requests.c.requested_at < kept, at)
        await self._erase_outbound(outbound_calls.c.requested_at < kept)
        return erased + await asyncio.to_thread(self._sweep, at, retention_days)

    async def calls_of(self, number: str) -> Sequence[str]:
        """The ids of all calls from and to a number (E.164) that are not erased yet."""
        chosen = select(calls.c.call_id).where(
            calls.c.caller_number == number, calls.c.erased_at.is_(None)
        )
        async with self._database.reading("find a caller's calls") as connection:
            return (await connection.execute(chosen)).scalars().all()

    async def numbers(self) -> frozenset[str]:
        """All numbers that are kept of callers, and of whom we rang (E.164)."""
        columns = (
            calls.c.caller_number,
            messages.c.caller_number,
            messages.c.callback_number,
            callback_requests.c.number_key,
            outbound_calls.c.number_key,
        )
        chosen = union(*(select(column).where(column != "") for column in columns))
        async with self._database.reading("list callers' numbers") as connection:
            return frozenset((await connection.execute(chosen)).scalars())

    async def forget_caller(
        self, number: str, at: datetime, *, until: datetime | None = None
    ) -> Erased:
        """Erases all that is kept of whoever has this number (E.164). Raises StoreError.

        `until`: only of what began before. The do-not-call list stays: it is what its owner wanted.
        """
        key, before = number_key(number), _LAST if until is None else until
        of_calls = (calls.c.caller_number == number) & (calls.c.started_at < before)
        erased = await self._erase_calls(of_calls, at)
        is_theirs = (messages.c.caller_number == number) | (messages.c.callback_number == number)
        erased += await self._erase_messages(is_theirs & (messages.c.taken_at < before), at)
        requests = callback_requests.c
        is_asked = (requests.number_key == key) & (requests.requested_at < before)
        erased += await self._erase_callbacks(is_asked, at)
        rung = outbound_calls.c
        await self._erase_outbound((rung.number_key == key) & (rung.requested_at < before))
        return erased

    async def _erase_calls(self, which: ColumnElement[bool], at: datetime) -> Erased:
        erased = Erased()
        last: _DueCall | None = None
        while due := await self._due(which, last):
            for call in due:
                erased += await self._erase(call, at)
            last = due[-1]
        return erased

    async def _erase_recordings(self, ended_before: datetime) -> Erased:
        """The words on record stay, and voicemails, which are messages."""
        erased = Erased()
        has_any = calls.c.recording_caller.is_not(None) | calls.c.recording_agent.is_not(None)
        is_due = (calls.c.ended_at < ended_before) & calls.c.erased_at.is_(None) & has_any
        order = (calls.c.ended_at, calls.c.call_id)
        after: tuple[datetime, str] | None = None
        while True:
            chosen = select(*order, calls.c.recording_caller, calls.c.recording_agent)
            chosen = chosen.where(is_due).order_by(*order).limit(_BATCH)
            if after is not None:
                chosen = chosen.where(tuple_(*order) > after)
            async with self._database.reading("find recordings to erase") as connection:
                rows = (await connection.execute(chosen)).all()
            if not rows:
                return erased
            for row in rows:
                names = [name for name in (row.recording_caller, row.recording_agent) if name]
                files = [self._state_dir / name for name in names]
                deleted = await asyncio.to_thread(self._delete, files)
                erased += deleted
                if not deleted.failures:
                    async with self._database.writing("erase recordings") as connection:
                        await connection.execute(
                            update(calls)
                            .where(calls.c.call_id == row.call_id)
                            .values(recording_caller=None, recording_agent=None)
                        )
            after = (rows[-1].ended_at, rows[-1].call_id)

    async def _due(self, which: ColumnElement[bool], last: _DueCall | None) -> Sequence[_DueCall]:
        """The next calls to erase, oldest first, behind the one given."""
        order = (calls.c.ended_at, calls.c.call_id)
        chosen = select(calls).where(calls.c.erased_at.is_(None), which)
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

    async def _erase_messages(self, which: ColumnElement[bool], at: datetime) -> Erased:
        chosen = select(messages.c.call_id, messages.c.taken_by, messages.c.recording).where(
            messages.c.erased_at.is_(None), which
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

    async def _erase_callbacks(self, which: ColumnElement[bool], at: datetime) -> Erased:
        """Whoever still waits now has waited in vain: nobody can be rung without a number."""
        is_waiting = callback_requests.c.status == CallbackStatus.WAITING.value
        due = update(callback_requests).where(which, callback_requests.c.number != "")
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

    async def _erase_outbound(self, which: ColumnElement[bool]) -> None:
        """The numbers that we rang; their calls count among the calls."""
        due = update(outbound_calls).where(which, outbound_calls.c.number != "")
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
