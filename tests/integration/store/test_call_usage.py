from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.fakes.sample_calls import NOON, a_record, a_turn
from voicebot.after_call.keeping_usage import AT_ONCE, LOOKS_BACK, SETTLED_AFTER, KeepingUsage
from voicebot.calls.model import AnswerSource, CallId, Outcome, Route, Tier
from voicebot.commands.costs import told
from voicebot.costs.prices import PriceList, Prices
from voicebot.costs.usage import WorkUsage
from voicebot.costs.used_calls import By, summed_by
from voicebot.queueing.admission_records import AdmissionRecord
from voicebot.queueing.model import QueueName, Rank
from voicebot.store.admissions import SqlAdmissions
from voicebot.store.call_usage import SqlCallUsage
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database

DAY = NOON.replace(hour=0, minute=0)
MODEL = WorkUsage(2, 3_600, 0, 0, 300, 20)
PRICES = Prices(
    currency="EUR",
    lists=(
        PriceList(
            valid_from=DAY.date(),
            trunk_minute_inbound=Decimal("0.6"),
            worker_hour={"llm": Decimal(1)},
        ),
    ),
)


class Counters:
    """As Redis has them."""

    def __init__(self) -> None:
        self.works: dict[CallId, dict[str, WorkUsage]] = {}
        self.asked: list[CallId] = []

    async def of(self, call_ids: object) -> dict[CallId, dict[str, WorkUsage]]:
        assert isinstance(call_ids, list)
        self.asked += call_ids
        return {one: self.works[one] for one in call_ids if one in self.works}


async def ends(database: Database, call_id: str, after: timedelta = timedelta(0)) -> CallId:
    record = a_record(call_id, started_at=NOON + after, outcome=Outcome.RESOLVED)
    await SqlCallRecords(database).write(record)
    return record.facts.call_id


async def test_usage_is_kept_once_however_often_it_is_looked_at(database: Database) -> None:
    usages, counters = SqlCallUsage(database), Counters()
    mine = await ends(database, "node1-1.1")
    await ends(database, "node2-1.1")
    counters.works[mine] = {"llm.large": MODEL, "stt": WorkUsage(3, 500, 4_000)}
    record = await SqlCallRecords(database).find(mine)
    assert record is not None
    keeper = KeepingUsage(usages, counters.of, "node1")
    await keeper.run(record.ended_at)
    assert counters.asked == []
    for _ in range(2):  # the process, too, may begin anew
        for later_s in (30, 40, 50):
            await keeper.run(record.ended_at + timedelta(seconds=later_s))
        assert await usages.of_call(mine) == counters.works[mine]
        counters.works[mine]["llm.large"] = MODEL + MODEL
        keeper = KeepingUsage(usages, counters.of, "node1")
    assert set(counters.asked) == {mine}
    await keeper.run(record.ended_at + LOOKS_BACK + SETTLED_AFTER + timedelta(hours=1))
    assert (await usages.of_call(mine))["llm.large"] == MODEL + MODEL
    assert await usages.of_call(CallId("node1-9.9")) == {}


async def test_no_call_is_passed_over_where_many_end(database: Database) -> None:
    usages, counters = SqlCallUsage(database), Counters()
    made = [
        await ends(database, f"node1-1.{number}", timedelta(milliseconds=10 * number))
        for number in range(AT_ONCE + 20)
    ]
    keeper = KeepingUsage(usages, counters.of, "node1")
    await keeper.run(NOON + timedelta(hours=1))
    assert set(counters.asked) == set(made)


async def test_calls_are_summed_up_by_what_is_wanted(database: Database) -> None:
    usages = SqlCallUsage(database)
    one, other = await ends(database, "node1-1.1"), await ends(database, "node1-1.2")
    record = await SqlCallRecords(database).find(other)
    assert record is not None
    await SqlCallRecords(database).write(replace(record, outcome=Outcome.FAILED))
    await usages.keep({one: {"llm.large": MODEL}, other: {}})
    # Judged twice, as whoever waited for an agent that died.
    for later_s in (0, 9):
        judged_at = record.started_at + timedelta(seconds=later_s)
        admission = AdmissionRecord(
            one, judged_at, QueueName("main@1000"), Rank.REGULAR, "TalkNow", "slot-free"
        )
        await SqlAdmissions(database).keep([admission])
    found = await usages.of(DAY, DAY + timedelta(days=1))
    by_queue = summed_by(By.QUEUE, found, PRICES)
    assert {queue: each.calls for queue, each in by_queue.items()} == {"main@1000": 1, "": 1}
    assert by_queue["main@1000"].cost.workers == Decimal("0.001")
    assert [alike.calls for alike in found] == [1, 1]
    sums = summed_by(By.OUTCOME, found, PRICES)
    assert set(sums) == {"resolved", "failed"}
    assert sums["resolved"].cost.workers == Decimal("0.001")
    by_day = summed_by(By.DAY, found, PRICES)[DAY.date().isoformat()]
    assert record.answered_at is not None
    talked_s = 2 * (record.ended_at - record.answered_at).total_seconds()
    assert (by_day.calls, by_day.resolved) == (2, 1)
    assert abs(by_day.cost.trunk - Decimal("0.01") * Decimal(str(talked_s))) < Decimal("0.0001")
    assert by_day.per_resolved == by_day.cost.total
    assert told(by_day)["total"] == str(by_day.cost.total)
    assert await usages.of(DAY - timedelta(days=1), DAY) == []


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], "short"),
        ([(Tier.SCRIPT, AnswerSource.SCRIPT)], "short"),
        ([(Tier.FACT, AnswerSource.FACT), (Tier.SCRIPT, AnswerSource.SCRIPT)], "facts"),
        ([(Tier.RETRIEVED, AnswerSource.RETRIEVED), (None, AnswerSource.FACT)], "kept_answers"),
        ([(Tier.LARGE, AnswerSource.MODEL), (Tier.FACT, AnswerSource.FACT)], "model"),
        ([(None, AnswerSource.MODEL), (Tier.RETRIEVED, AnswerSource.RETRIEVED)], "model"),
        ([(None, AnswerSource.FACT)], "facts"),
    ],
)
async def test_a_call_is_of_the_type_of_the_dearest_that_answered(
    database: Database, answers: list[tuple[Tier | None, AnswerSource]], expected: str
) -> None:
    turns = [replace(a_turn(0), source=AnswerSource.MODEL, route=Route(Tier.LARGE, "greeting"))]
    for number, (tier, source) in enumerate(answers, start=1):
        route = None if tier is None else Route(tier, "sure")
        turns.append(replace(a_turn(number), source=source, route=route))
    record = replace(a_record("node1-1.1", outcome=Outcome.RESOLVED), turns=tuple(turns))
    await SqlCallRecords(database).write(record)
    usages = SqlCallUsage(database)
    await usages.keep({record.facts.call_id: {"llm.large": MODEL}})
    found = await usages.of(DAY, DAY + timedelta(days=1))
    sums = summed_by(By.TYPE, found, PRICES)
    assert {name: (one.calls, one.cost.workers) for name, one in sums.items()} == {
        expected: (1, Decimal("0.001"))
    }
