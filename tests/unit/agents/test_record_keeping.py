"""What becomes of records that the database does not take."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from tests.fakes.outages import FlakyCallRecords, FlakyContexts, FlakyEvents
from tests.fakes.sample_calls import a_record
from tests.fakes.virtual_time import passes, settle
from voicebot.agents import record_keeping
from voicebot.agents.record_keeping import (
    FINISH_DEADLINE_S,
    FIRST_PAUSE_S,
    LONGEST_PAUSE_S,
    RecordKeeping,
)
from voicebot.agents.scribe import Scribe
from voicebot.calls.model import CallId, CallRecord
from voicebot.errors import StoreError

FIRST, SECOND = CallId("node1-1.1"), CallId("node1-1.2")


class Desk:
    """Calls end here; the database may be away, or refuse some records for ever."""

    def __init__(self) -> None:
        self.records = Picky()
        self.contexts, self.events = FlakyContexts(), FlakyEvents()
        self.keeping = RecordKeeping(self.records)
        self.running = asyncio.create_task(self.keeping.run())

    async def ends(self, call_id: CallId) -> None:
        scribe = Scribe(call_id, self.contexts, self.events)
        scribe.save(lambda: "where it stood")
        scribe.note("call.ended")
        await self.keeping.keep(a_record(call_id), scribe)

    @property
    def on_record(self) -> list[CallId]:
        return [record.facts.call_id for record in self.records.written]


class Picky(FlakyCallRecords):
    def __init__(self) -> None:
        super().__init__()
        self.refused: set[CallId] = set()
        self.offered = 0

    async def write(self, record: CallRecord) -> None:
        self.offered += 1
        if record.facts.call_id in self.refused:
            raise StoreError("database or disk is full")
        await super().write(record)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    desk.running.cancel()
    with suppress(asyncio.CancelledError):
        await desk.running


async def test_a_record_that_is_taken_takes_the_context_with_it(desk: Desk) -> None:
    await desk.ends(FIRST)
    assert desk.on_record == [FIRST]
    assert desk.contexts.contexts == {}
    assert desk.events.names == ["call.ended"]


async def test_a_record_that_is_not_taken_waits_and_the_context_stays(desk: Desk) -> None:
    desk.records.failures = 1
    await desk.ends(FIRST)
    assert desk.on_record == []
    assert desk.contexts.contexts == {FIRST: "where it stood"}
    assert desk.events.names == ["call.ended"]
    await passes(FIRST_PAUSE_S)
    assert desk.on_record == [FIRST]
    assert desk.contexts.contexts == {}
    assert desk.keeping.waiting == 0


async def test_a_database_that_is_long_away_is_asked_ever_more_seldom_and_gets_each_record_once(
    desk: Desk,
) -> None:
    desk.records.refused = {FIRST, SECOND}
    for call_id in (FIRST, SECOND):
        await desk.ends(call_id)
    await passes(3_000)
    assert desk.records.offered < 2 * (3_000 / LONGEST_PAUSE_S + 10)
    desk.records.refused = set()
    await passes(LONGEST_PAUSE_S)
    assert desk.on_record == [FIRST, SECOND]
    await passes(60)
    assert desk.on_record == [FIRST, SECOND]


async def test_a_record_that_is_refused_for_ever_holds_up_no_other(desk: Desk) -> None:
    desk.records.refused = {FIRST}
    await desk.ends(FIRST)
    desk.records.failures = 1
    await desk.ends(SECOND)
    await passes(LONGEST_PAUSE_S)
    assert desk.on_record == [SECOND]
    assert desk.keeping.waiting == 1


async def test_too_many_that_wait_leave_the_oldest_to_its_context(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_keeping, "MAX_WAITING", 1)
    desk.records.refused = {FIRST, SECOND}
    for call_id in (FIRST, SECOND):
        await desk.ends(call_id)
    assert desk.keeping.waiting == 1
    desk.records.refused = set()
    await passes(LONGEST_PAUSE_S)
    assert desk.on_record == [SECOND]
    assert desk.contexts.contexts == {FIRST: "where it stood"}


async def test_the_last_attempt_takes_what_can_be_taken(desk: Desk) -> None:
    desk.records.refused = {FIRST}
    await desk.ends(FIRST)
    desk.records.refused = set()
    desk.running.cancel()
    await desk.keeping.finish()
    assert desk.on_record == [FIRST]


async def test_the_last_attempt_ends_in_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.records.refused = {FIRST}
    await desk.ends(FIRST)
    desk.running.cancel()

    async def never(_record: CallRecord) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(desk.records, "write", never)
    finishing = asyncio.create_task(desk.keeping.finish())
    await passes(FINISH_DEADLINE_S)
    await settle()
    assert finishing.done()
    assert desk.contexts.contexts == {FIRST: "where it stood"}
