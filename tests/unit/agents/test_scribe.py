"""What is written down of a live call, and when Redis is away."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from tests.fakes.outages import FlakyContexts, FlakyEvents
from tests.fakes.virtual_time import passes, settle
from voicebot.agents.scribe import MAX_NOTES, RETRY_S, Scribe
from voicebot.calls.model import CallId

CALL = CallId("node1-1.1")


@pytest.fixture
def contexts() -> FlakyContexts:
    return FlakyContexts()


@pytest.fixture
def events() -> FlakyEvents:
    return FlakyEvents()


@pytest.fixture
def scribe(contexts: FlakyContexts, events: FlakyEvents) -> Scribe:
    return Scribe(CALL, contexts, events)


@asynccontextmanager
async def running(scribe: Scribe) -> AsyncIterator[None]:
    run = asyncio.create_task(scribe.run())
    yield
    run.cancel()
    with suppress(asyncio.CancelledError):
        await run


async def test_notes_are_told_in_order(scribe: Scribe, events: FlakyEvents) -> None:
    async with running(scribe):
        for number in range(20):
            scribe.note("note", number=number)
            if number % 3 == 0:
                await settle()
        await settle()
    assert events.published == [(CALL, "note", {"number": number}) for number in range(20)]


async def test_only_the_latest_context_is_saved_when_steps_come_fast(
    scribe: Scribe, contexts: FlakyContexts
) -> None:
    async with running(scribe):
        for number in range(5):
            scribe.save(lambda number=number: f"context {number}")  # type: ignore[misc]
        await settle()
        assert contexts.saved == ["context 4"]
        scribe.save(lambda: "context 5")
        await settle()
    assert contexts.contexts[CALL] == "context 5"


async def test_a_context_is_made_only_when_it_is_written(
    scribe: Scribe, contexts: FlakyContexts
) -> None:
    steps = ["first"]
    async with running(scribe):
        scribe.save(lambda: steps[-1])
        steps.append("second")
        await settle()
    assert contexts.saved == ["second"]


async def test_while_redis_is_away_nothing_is_lost_and_nobody_waits(
    scribe: Scribe, contexts: FlakyContexts, events: FlakyEvents
) -> None:
    contexts.is_away = events.is_away = True
    async with running(scribe):
        scribe.save(lambda: "old")
        scribe.note("first")
        await passes(3 * RETRY_S)
        scribe.save(lambda: "new")
        scribe.note("second")
        await passes(RETRY_S)
        contexts.is_away = False
        await passes(2 * RETRY_S)
        assert contexts.saved[-1] == "new"
        events.is_away = False
        await passes(2 * RETRY_S)
    assert events.names == ["first", "second"]
    assert "old" not in contexts.saved


async def test_an_absent_redis_is_tried_once_in_a_while(
    scribe: Scribe, events: FlakyEvents
) -> None:
    events.is_away = True
    async with running(scribe):
        scribe.note("first")
        await passes(10 * RETRY_S)
        assert events.attempts <= 11


async def test_an_outage_is_told_once_and_its_end_too(
    scribe: Scribe, events: FlakyEvents, capsys: pytest.CaptureFixture[str]
) -> None:
    events.is_away = True
    async with running(scribe):
        scribe.note("first")
        await passes(5 * RETRY_S)
        events.is_away = False
        await passes(2 * RETRY_S)
    output = capsys.readouterr().out
    assert output.count("call.state_not_shared") == 1
    assert output.count("call.state_shared_again") == 1


async def test_of_too_many_notes_the_oldest_are_lost(scribe: Scribe, events: FlakyEvents) -> None:
    events.is_away = True
    async with running(scribe):
        for number in range(MAX_NOTES + 10):
            scribe.note("note", number=number)
        await settle()
        events.is_away = False
        await passes(2 * RETRY_S)
    assert [fields["number"] for *_, fields in events.published] == list(range(10, MAX_NOTES + 10))


class HeldEvents(FlakyEvents):
    """Redis takes a note, and is slow to say so."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go_on = asyncio.Event()

    async def publish(self, call_id: CallId, name: str, fields: Mapping[str, Any]) -> None:
        await super().publish(call_id, name, fields)
        await self.may_go_on.wait()


async def test_a_note_written_while_the_notes_overflow_costs_no_other(
    contexts: FlakyContexts,
) -> None:
    events = HeldEvents()
    scribe = Scribe(CALL, contexts, events)
    async with running(scribe):
        for number in range(MAX_NOTES):
            scribe.note("note", number=number)
        await settle()
        scribe.note("note", number=MAX_NOTES)
        events.may_go_on.set()
        await settle()
    assert [fields["number"] for *_, fields in events.published] == list(range(MAX_NOTES + 1))


async def test_a_note_under_way_when_the_call_ends_is_told_at_the_end(
    contexts: FlakyContexts,
) -> None:
    """It may have arrived already: rather told twice than not at all."""
    events = HeldEvents()
    scribe = Scribe(CALL, contexts, events)
    async with running(scribe):
        scribe.note("first")
        scribe.note("second")
        await settle()
    events.may_go_on.set()
    await scribe.finish()
    assert events.names == ["first", "first", "second"]


async def test_as_many_notes_as_are_kept_survive_an_outage_in_order(
    scribe: Scribe, events: FlakyEvents
) -> None:
    events.is_away = True
    async with running(scribe):
        for number in range(MAX_NOTES):
            scribe.note("note", number=number)
        await passes(3 * RETRY_S)
        events.is_away = False
        await passes(2 * RETRY_S)
    assert [fields["number"] for *_, fields in events.published] == list(range(MAX_NOTES))


async def test_at_the_end_the_last_notes_are_told_and_the_context_is_forgotten(
    scribe: Scribe, contexts: FlakyContexts, events: FlakyEvents
) -> None:
    async with running(scribe):
        scribe.save(lambda: "context")
        await settle()
    scribe.save(lambda: "of a call that is over")
    scribe.note("call.ended")
    await scribe.finish()
    assert events.names == ["call.ended"]
    assert contexts.saved == ["context"]
    assert contexts.contexts == {}


async def test_at_the_end_an_absent_redis_is_not_waited_for(
    scribe: Scribe, contexts: FlakyContexts, events: FlakyEvents
) -> None:
    contexts.is_away = events.is_away = True
    scribe.note("call.ended")
    await scribe.finish()
    assert events.published == []
