"""Is every call of a whole stack accounted for, and is nothing of it left?

    with accounted(stack) as accounts:
        ...  # calls, however they end
        accounts.calls_of("2025550123")  # complete, once they are over

At the end of the block, within a limit: each line of Asterisk's CDR file has its one record, and
that is complete; nobody else has one; Asterisk, Redis and the disk hold nothing of any call. All
the while the database is watched, so that it is known how soon after its end a call was on record.
"""

import asyncio
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from pathlib import Path
from typing import Self

from sqlalchemy import func, select

from tests.polling import until
from tests.telephony import leftovers
from voicebot.calls.model import CallRecord, HandledBy, Outcome
from voicebot.errors import StoreError
from voicebot.stack.stack import Stack
from voicebot.store.asterisk_cdr import join, read_line
from voicebot.store.calls import call_of
from voicebot.store.cdr_import import CDR_FILE
from voicebot.store.engine import Database
from voicebot.store.tables import calls, turns

SETTLING_LIMIT_S = 40.0
# What is promised.
KNOWN_WITHIN = timedelta(seconds=2)
_LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A call's row, as it is now."""

    record: CallRecord  # without its turns
    is_stub: bool
    turns: int
    last_turn: int  # its number, from 0

    def faults(self) -> Iterator[str]:
        """What is missing of it, or cannot be."""
        record = self.record
        if record.ended_at < record.started_at:
            yield "ended before it began"
        if record.answered_at is not None and not (
            record.started_at <= record.answered_at <= record.ended_at
        ):
            yield "answered at another time than it lasted"
        if record.hangup_cause <= 0:
            yield "has no cause"
        if self.turns and self.turns != self.last_turn + 1:
            yield f"lacks turns: {self.turns} up to number {self.last_turn}"
        # A caller who gives up before an agent has answered leaves Asterisk's word alone.
        had_agent = record.handled_by is HandledBy.AGENT and record.answered_at is not None
        if had_agent and (self.is_stub or not record.agent or not record.business):
            yield "is not complete: its agent never wrote it"
        if record.outcome is Outcome.RESOLVED and not self.turns:
            yield "was resolved without a word"


@dataclass(slots=True)
class Accounts:
    """All calls of one stack since the block began."""

    stack: Stack
    known_within: timedelta | None = KNOWN_WITHIN  # None: the database was away
    # Callers whose calls may be known late, and to us alone: a disk was full.
    excused: set[str] = field(default_factory=set)
    _files_before: set[Path] = field(default_factory=set)
    _sockets_before: int = 0
    _calls_before: set[str] = field(default_factory=set)
    _on_record: Mapping[str, OnRecord] = field(default_factory=dict)
    _known_at: dict[str, datetime] = field(default_factory=dict)
    _is_over: threading.Event = field(default_factory=threading.Event)

    def calls_of(self, caller_number: str, count: int = 1) -> Sequence[OnRecord]:
        """The complete records of this caller's calls, which are as many as were placed."""

        def complete() -> Sequence[OnRecord] | None:
            found = self._found_of(caller_number)
            return found if len(found) == count and not self._faults_of(found) else None

        return until(
            complete,
            lambda: f"{count} complete records of {caller_number}: {self._found_of(caller_number)}",
            SETTLING_LIMIT_S,
        )

    def settle(self) -> None:
        """Waits until all is as it must be; fails with what is not."""
        until(
            lambda: not self.faults(), lambda: "\n".join(["all is settled:", *self.faults()]),
            SETTLING_LIMIT_S,
        )  # fmt: skip
        late = {
            call_id: delay
            for call_id, delay in self.delays().items()
            if self.known_within is not None and delay > self.known_within
            if not self._is_excused(call_id)
        }
        assert not late, f"known late: {late}"

    def faults(self) -> list[str]:
        """What is wrong right now; while calls are under way, that is no wonder."""
        ended = self._ended()
        mine = {key: one for key, one in self._on_record.items() if key not in self._calls_before}
        faults = self._faults_of(list(mine.values()))
        faults += [f"{call_id}: is not on record" for call_id in ended.keys() - mine.keys()]
        faults += [
            f"{call_id}: Asterisk knows nothing"
            for call_id in mine.keys() - ended
            if not self._is_excused(call_id)
        ]
        faults += leftovers.in_asterisk(self.stack)
        faults += leftovers.in_redis(self.stack)
        faults += leftovers.on_disk(self.stack, self._files_before)
        sockets = leftovers.sockets_to_asterisk(self.stack)
        if sockets > self._sockets_before:
            faults.append(f"{sockets - self._sockets_before} media sockets")
        return faults

    def delays(self) -> Mapping[str, timedelta]:
        """From each call's end, by Asterisk's clock, until it was on record."""
        return {
            call_id: self._known_at[call_id] - stub.ended_at
            for call_id, stub in self._ended().items()
            if call_id in self._known_at
        }

    def figures(self) -> str:
        """How many calls there were, and how soon they were on record."""
        delays_ms = sorted(round(one / timedelta(milliseconds=1)) for one in self.delays().values())
        if not delays_ms:
            return "no calls"
        middle, late = delays_ms[len(delays_ms) // 2], delays_ms[len(delays_ms) * 95 // 100]
        return (
            f"{len(delays_ms)} calls, all on record once; known after {middle} ms (p50), "
            f"{late} ms (p95), {delays_ms[-1]} ms (longest)"
        )

    # --- watching ------------------------------------------------------------

    def begin(self) -> Self:
        self._look_once()
        self._calls_before = set(self._on_record)
        self._calls_before |= set(self._ended())
        self._files_before = leftovers.files_of(self.stack)
        self._sockets_before = leftovers.sockets_to_asterisk(self.stack)
        return self

    def watch(self) -> None:
        asyncio.run(self._watch())

    def end(self) -> None:
        self._is_over.set()

    async def _watch(self) -> None:
        database = Database.open(self.stack.settings.resolved_database_url)
        try:
            while not self._is_over.is_set():
                with suppress(StoreError):  # some tests take the database away
                    await self._look(database)
                await asyncio.sleep(_LOOK_EVERY_S)
        finally:
            await database.close()

    def _look_once(self) -> None:
        async def look() -> None:
            database = Database.open(self.stack.settings.resolved_database_url)
            try:
                await self._look(database)
            finally:
                await database.close()

        asyncio.run(look())

    async def _look(self, database: Database) -> None:
        count, last = func.count(turns.c.number), func.max(turns.c.number)
        chosen = (
            select(calls, count.label("turn_count"), last.label("last_turn"))
            .outerjoin(turns, turns.c.call_id == calls.c.call_id)
            .group_by(calls.c.call_id)
        )
        async with database.reading("watch call records") as connection:
            rows = (await connection.execute(chosen)).mappings().all()
        at = datetime.now(UTC)
        self._on_record = {
            row["call_id"]: OnRecord(
                call_of(row), row["is_stub"], row["turn_count"], row["last_turn"] or 0
            )
            for row in rows
        }
        for call_id in self._on_record:
            self._known_at.setdefault(call_id, at)

    # --- what there is -------------------------------------------------------

    def _is_excused(self, call_id: str) -> bool:
        one = self._on_record.get(call_id)
        caller = "" if one is None else one.record.facts.caller_number
        return any(caller.endswith(number) for number in self.excused)

    def _found_of(self, caller_number: str) -> list[OnRecord]:
        return [
            one
            for call_id, one in self._on_record.items()
            # Records hold E.164.
            if call_id not in self._calls_before
            and one.record.facts.caller_number.endswith(caller_number)
        ]

    def _faults_of(self, found: Sequence[OnRecord]) -> list[str]:
        return [f"{one.record.facts.call_id}: {fault}" for one in found for fault in one.faults()]

    def _ended(self) -> Mapping[str, CallRecord]:
        """What Asterisk's CDR file says of callers' calls since the block began."""
        file = self.stack.settings.state_dir / CDR_FILE
        if not file.exists():
            return {}
        found: dict[str, list[CallRecord]] = {}
        for line in file.read_text(errors="replace").splitlines():
            stub = read_line(line)
            if isinstance(stub, CallRecord) and stub.facts.call_id not in self._calls_before:
                found.setdefault(stub.facts.call_id, []).append(stub)
        return {call_id: reduce(join, stubs) for call_id, stubs in found.items()}


@contextmanager
def accounted(stack: Stack, *, known_within: timedelta | None = KNOWN_WITHIN) -> Iterator[Accounts]:
    """Watches the block's calls; after it, all must be settled.

    `known_within`: None where the database was away.
    """
    accounts = Accounts(stack, known_within).begin()
    watcher = threading.Thread(target=accounts.watch, name="accounts")
    watcher.start()
    try:
        yield accounts
        accounts.settle()
        print(f"\naccounts: {accounts.figures()}")
    finally:
        accounts.end()
        watcher.join()
