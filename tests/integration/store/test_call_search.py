from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes.sample_calls import NOON, a_record, a_turn
from voicebot.calls.model import Direction, Outcome, StageTimings
from voicebot.store.call_question import CallQuestion
from voicebot.store.call_search import SqlCallSearch
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database


@pytest.fixture(params=[1, 3, 5_000])
async def search(database: Database, request: pytest.FixtureRequest) -> SqlCallSearch:
    """Of five calls, two of which began at the same instant, and of a probe."""
    records = SqlCallRecords(database)
    for number, minute in enumerate((0, 1, 1, 2, 3)):
        await records.write(a_record(f"call-{number}", started_at=NOON + timedelta(minutes=minute)))
    probe = a_record("probe", started_at=NOON)
    await records.write(replace(probe, facts=replace(probe.facts, direction=Direction.PROBE)))
    odd = a_record("odd", started_at=NOON - timedelta(days=1))
    turn = replace(
        a_turn(0), heard="100% Größe?", timings=StageTimings(endpointing_ms=1, total_ms=5_000)
    )
    facts = replace(odd.facts, caller_number="+436601234567", called_number="+431")
    await records.write(replace(odd, facts=facts, turns=(turn,), outcome=Outcome.FAILED))
    return SqlCallSearch(database, near=request.param)


async def ids(search: SqlCallSearch, question: CallQuestion) -> list[str]:
    return [one.call_id for one in await search.find(question, 100)]


async def test_pages_together_hold_every_call_once_the_newest_first(search: SqlCallSearch) -> None:
    seen: list[str] = []
    page = await search.find(CallQuestion(), 2)
    while page:
        seen += [one.call_id for one in page]
        page = await search.find(CallQuestion(), 2, page[-1].place)
    assert seen == ["call-4", "call-3", "call-2", "call-1", "call-0", "odd"]
    assert [one.call_id async for one in search.all(CallQuestion())] == seen


@pytest.mark.parametrize(
    "question",
    [
        CallQuestion(digits="6601234"),
        CallQuestion(words="100% G"),
        CallQuestion(outcome="failed"),
        CallQuestion(until=NOON),
        CallQuestion(slowest_from_ms=5_000),
        CallQuestion(dids=frozenset({"+431"})),
        CallQuestion(digits="660", words="Größe", outcome="failed"),
    ],
)
async def test_each_question_finds_the_call_that_it_is_about(
    search: SqlCallSearch, question: CallQuestion
) -> None:
    assert await ids(search, question) == ["odd"]


@pytest.mark.parametrize(
    "question",
    [
        CallQuestion(words="_00%"),
        CallQuestion(dids=frozenset()),
        CallQuestion(since=NOON + timedelta(hours=1)),
        CallQuestion(slowest_from_ms=5_001),
    ],
)
async def test_what_no_call_fits_finds_none(search: SqlCallSearch, question: CallQuestion) -> None:
    assert await ids(search, question) == []


async def test_a_row_tells_how_many_turns_there_were_and_the_slowest(search: SqlCallSearch) -> None:
    (odd,) = await search.find(CallQuestion(outcome="failed"), 1)
    assert (odd.turns, odd.slowest_ms) == (1, 5_000)
