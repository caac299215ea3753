import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select

from tests.fakes.sample_calls import NOON, a_record, a_transfer, a_turn, records
from voicebot.calls.model import CallRecord, Direction, HandledBy, Outcome
from voicebot.errors import StoreError
from voicebot.store.calls import SqlCallRecords, put_call
from voicebot.store.engine import Database
from voicebot.store.tables import calls, turns


@pytest.fixture
def store(database: Database) -> SqlCallRecords:
    return SqlCallRecords(database)


async def count(database: Database, table: object = calls) -> int:
    async with database.reading("count") as connection:
        counted = await connection.execute(select(func.count()).select_from(table))  # type: ignore[arg-type]
        return counted.scalar_one()


@given(record=records())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_whatever_an_agent_writes_is_read_again_unchanged(
    store: SqlCallRecords, record: CallRecord
) -> None:
    await store.write(replace(record, voicemail="so that no earlier example's is kept"))
    await store.write(record if record.voicemail is not None else replace(record, voicemail=""))
    found = await store.find(record.facts.call_id)
    # Whoever left the line and had spoken to the voicemail did not give up.
    left_word = record.handled_by is not HandledBy.AGENT and record.outcome is Outcome.ABANDONED
    outcome = Outcome.MESSAGE_TAKEN if left_word else record.outcome
    assert found == replace(record, voicemail=record.voicemail or "", outcome=outcome)


async def test_writing_a_record_again_leaves_one(store: SqlCallRecords, database: Database) -> None:
    record = a_record(turns=2)
    await store.write(record)
    await store.write(record)
    assert await count(database) == 1
    assert await count(database, turns) == 2


async def test_processes_that_write_at_once_leave_one_record(
    store: SqlCallRecords, database: Database
) -> None:
    versions = [a_record(turns=number) for number in range(5)]
    await asyncio.gather(*(store.write(version) for version in versions))
    found = await store.find(versions[0].facts.call_id)
    assert found in versions
    assert await count(database) == 1


async def test_the_latest_calls_come_newest_first(store: SqlCallRecords) -> None:
    for minute in (2, 0, 1):
        await store.write(a_record(f"call-{minute}", started_at=NOON + timedelta(minutes=minute)))
    latest = await store.latest(2)
    assert [record.facts.call_id for record in latest] == ["call-2", "call-1"]
    assert latest[0].turns == (a_turn(0), a_turn(1))


async def test_our_own_probes_are_listed_only_when_asked_for(store: SqlCallRecords) -> None:
    await store.write(a_record("probe", direction=Direction.PROBE))
    await store.write(a_record("caller"))
    assert [record.facts.call_id for record in await store.latest(10)] == ["caller"]
    assert len(await store.latest(10, with_probes=True)) == 2


async def test_a_full_record_takes_the_place_of_a_stub_and_of_nothing_else(
    store: SqlCallRecords, database: Database
) -> None:
    full, better = a_record(transfers=1), a_record(turns=1)
    assert not await store.complete(full)  # there is no stub
    async with database.writing("test") as connection:
        await put_call(connection, a_record(turns=0), is_stub=True)
    assert await store.complete(full)
    assert await store.find(full.facts.call_id) == full
    assert not await store.complete(better)
    assert await store.find(full.facts.call_id) == full


async def test_a_record_is_written_whole_or_not_at_all(
    store: SqlCallRecords, database: Database
) -> None:
    before = a_record(turns=1)
    await store.write(before)
    for twice_the_same_number in (
        replace(before, turns=(a_turn(0), a_turn(0)), hangup_cause=127),
        replace(before, transfers=(a_transfer(0), a_transfer(0)), hangup_cause=127),
    ):
        with pytest.raises(StoreError):
            await store.write(twice_the_same_number)
    assert await store.find(before.facts.call_id) == before
    assert await count(database) == 1


async def test_a_refusal_does_not_tell_what_the_caller_said(store: SqlCallRecords) -> None:
    record = a_record()
    naive = replace(record, started_at=record.started_at.replace(tzinfo=None))
    with pytest.raises(StoreError) as refused:
        await store.write(naive)
    told = f"{refused.value} {refused.value.__cause__}"
    assert record.facts.caller_number not in told
    assert "hours" not in told


async def test_no_record_is_none(store: SqlCallRecords) -> None:
    assert await store.find(a_record().facts.call_id) is None
    assert list(await store.latest(10)) == []
