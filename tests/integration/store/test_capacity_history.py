from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes.sample_calls import NOON, a_record, a_turn
from voicebot.after_call.reckoning_capacity import ReckoningCapacity
from voicebot.calls.model import CallId, Outcome, Route, Tier
from voicebot.capacity.offered_load import BIN_S, Tally
from voicebot.queueing.admission_records import AdmissionRecord
from voicebot.queueing.model import QueueName, Rank
from voicebot.queueing.wait_facts import WaitEnding
from voicebot.store.admissions import SqlAdmissions
from voicebot.store.calls import SqlCallRecords
from voicebot.store.capacity_history import SqlCapacityHistory
from voicebot.store.engine import Database

BIN = timedelta(seconds=BIN_S)
QUEUE = QueueName("main@100")
WAITED = AdmissionRecord(
    CallId("a"), NOON, QUEUE, Rank.REGULAR, "Wait", "all-slots-taken",
    told_point_s=20.0, waited_s=30.0, ended=WaitEnding.ADMITTED,
)  # fmt: skip


async def some_calls(database: Database) -> None:
    records = SqlCallRecords(database)
    answered = replace(a_turn(1), route=Route(Tier.SMALL, "no fact"))
    await records.write(replace(a_record("a"), turns=(a_turn(0), answered)))
    given_up = a_record("b", outcome=Outcome.ABANDONED, started_at=NOON + BIN)
    await records.write(given_up)
    at_once = replace(WAITED, call_id=CallId("b"), verdict="TalkNow", told_point_s=None)
    await SqlAdmissions(database).keep([WAITED, replace(at_once, waited_s=None, ended=None)])


async def all_of(history: SqlCapacityHistory, scopes: list[str] | None = None) -> Tally:
    found = await history.sums(NOON - BIN, NOON + 3 * BIN, scopes)
    return sum((tally for _, tally in found), Tally())


async def test_what_was_is_reckoned_from_the_records_however_often(database: Database) -> None:
    await some_calls(database)
    history = SqlCapacityHistory(database)
    for _ in range(2):
        await history.reckon(NOON - BIN, NOON + 2 * BIN)
    found = await all_of(history)
    assert (found.calls, found.abandoned, found.served) == (2, 1, 1)
    assert found.handled_s == pytest.approx(30)
    assert found.carried_s == pytest.approx(30)
    assert (found.judged, found.within, found.error_s, found.small) == (2, 1, 10, 1)
    assert await history.scopes(NOON - BIN) == ["@100", "main@100"]
    assert (await all_of(history, ["main@100"])).calls == 0
    assert await all_of(history, []) == Tally()


async def test_what_is_old_is_forgotten(database: Database) -> None:
    await some_calls(database)
    history = SqlCapacityHistory(database)
    await history.reckon(NOON - BIN, NOON + 2 * BIN)
    await history.sample(NOON, {"slots.used": 1.0})
    await history.forget(NOON + BIN)
    assert (await all_of(history)).calls == 1
    assert await history.sampled(NOON, NOON + BIN) == {}


async def test_a_minute_is_sampled_once(database: Database) -> None:
    history = SqlCapacityHistory(database)
    await history.sample(NOON + timedelta(seconds=7), {"slots.used": 3.0, "slots.live": 8.0})
    await history.sample(NOON + timedelta(seconds=9), {"slots.used": 4.0})
    found = await history.sampled(NOON, NOON + BIN)
    assert found == {
        "slots.used": [(NOON.timestamp(), 3.0)],
        "slots.live": [(NOON.timestamp(), 8.0)],
    }


async def test_the_chore_catches_up_and_takes_in_what_comes_late(database: Database) -> None:
    history = SqlCapacityHistory(database)
    chore = ReckoningCapacity(history, timedelta(days=90))
    at = NOON + timedelta(minutes=20)
    for _ in range(8):  # fifteen days, two days each time
        await chore.run(at)
    await some_calls(database)
    await chore.run(at + timedelta(minutes=1))
    assert (await all_of(history)).calls == 2
    late = a_record("c", started_at=NOON - timedelta(hours=20))
    await SqlCallRecords(database).write(late)
    await chore.run(at + timedelta(minutes=2))
    first = datetime(2000, 1, 1, tzinfo=UTC)
    assert sum(tally.calls for _, tally in await history.sums(first, at, None)) == 2
    await chore.run(at + timedelta(minutes=63))
    assert sum(tally.calls for _, tally in await history.sums(first, at, None)) == 3
