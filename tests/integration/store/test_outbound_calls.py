"""Placed calls in a real database: counted, limited and settled, however many ask at once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.fakes.sample_calls import NOON
from voicebot.calls.dialled import DialStatus
from voicebot.calls.model import CallId
from voicebot.calls.outbound_rules import History, Refusal, Refused, refusal_by_history
from voicebot.dialogue.outbound import Outbound
from voicebot.store.do_not_call import SqlDoNotCall
from voicebot.store.engine import Database
from voicebot.store.erasure import Erasure
from voicebot.store.outbound_calls import KeptCall, OutboundCall, SqlOutboundCalls

RULES = Outbound.model_validate(
    {"greeting": "The machine calls.", "max_per_number_per_day": 2, "max_per_minute": 4}
)
CALL = OutboundCall(
    call_id=CallId("node1-out-1"),
    business="Shop",
    did="+12025550100",
    agent="",
    trunk="carrier",
    number="+12025550123",
    requested_at=NOON,
)
decide = partial(refusal_by_history, RULES)


@pytest.fixture
def calls(database: Database) -> SqlOutboundCalls:
    return SqlOutboundCalls(database)


def a_call(which: int, /, **changes: object) -> OutboundCall:
    values = {"call_id": CallId(f"node1-out-{which}"), **changes}
    return replace(CALL, **values)  # type: ignore[arg-type]


async def settled(calls: SqlOutboundCalls, call: OutboundCall) -> None:
    assert await calls.begin(call, decide) is None
    assert await calls.settle(call.call_id, DialStatus.BUSY, 17, call.requested_at)


async def test_a_call_is_kept_until_its_end_is_told_once(calls: SqlOutboundCalls) -> None:
    assert await calls.begin(CALL, decide) is None
    assert await calls.unsettled(10) == [KeptCall(CALL, None, None, None)]
    ended_at = NOON + timedelta(seconds=7)
    assert await calls.settle(CALL.call_id, DialStatus.BUSY, 17, ended_at)
    assert not await calls.settle(CALL.call_id, DialStatus.LOST, None, ended_at)
    assert await calls.find(CALL.call_id) == KeptCall(CALL, DialStatus.BUSY, 17, ended_at)
    assert await calls.unsettled(10) == []


async def test_what_is_refused_leaves_nothing(calls: SqlOutboundCalls) -> None:
    refused = Refused(Refusal.RATE, "later")
    assert await calls.begin(CALL, lambda _history: refused) == refused
    assert await calls.latest(10) == []


async def test_of_those_who_ask_at_once_for_a_number_one_rings(calls: SqlOutboundCalls) -> None:
    found = await asyncio.gather(*(calls.begin(a_call(n), decide) for n in range(8)))
    assert [one for one in found if one is None] == [None]
    reasons = {one.reason for one in found if isinstance(one, Refused)}
    assert reasons == {Refusal.IN_PROGRESS}
    assert len(await calls.latest(10)) == 1


async def test_of_those_who_ask_at_once_no_more_ring_than_a_minute_allows(
    calls: SqlOutboundCalls,
) -> None:
    asked = [a_call(n, number=f"+1202555{n:04}") for n in range(12)]
    found = await asyncio.gather(*(calls.begin(call, decide) for call in asked))
    assert found.count(None) == RULES.max_per_minute
    assert len(await calls.latest(50)) == RULES.max_per_minute
    # Another business has a limit of its own.
    other = a_call(99, number="+12025559999", business="Clinic")
    assert await calls.begin(other, decide) is None


async def test_neighbouring_numbers_count_together_for_a_day(calls: SqlOutboundCalls) -> None:
    limits = RULES.model_copy(update={"max_per_range_per_day": 2, "max_per_minute": 100})
    few = partial(refusal_by_history, limits)
    for n in range(2):
        assert await calls.begin(a_call(n, number=f"+120255501{n:02}"), few) is None
    verdict = await calls.begin(a_call(3, number="+12025550999"), few)
    assert isinstance(verdict, Refused)
    assert verdict.reason is Refusal.RANGE_CAP
    later = NOON + timedelta(days=1, seconds=1)
    for free in (
        a_call(4, number="+12025551000"),
        a_call(5, number="+12025550998", business="Clinic"),
        a_call(6, number="+12025550997", requested_at=later),
    ):
        assert await calls.begin(free, few) is None


async def test_a_number_counts_for_a_day_however_it_is_written(calls: SqlOutboundCalls) -> None:
    await settled(calls, a_call(1))
    await settled(calls, a_call(2, number="001 202 555 0123"))
    verdict = await calls.begin(a_call(3), decide)
    assert isinstance(verdict, Refused)
    assert verdict.reason is Refusal.NUMBER_CAP
    tomorrow = a_call(4, requested_at=NOON + timedelta(days=1, seconds=1))
    assert await calls.begin(tomorrow, decide) is None


async def test_the_rules_learn_of_the_do_not_call_list(
    calls: SqlOutboundCalls, database: Database
) -> None:
    seen: list[History] = []

    def note(history: History) -> Refused | None:
        seen.append(history)
        return Refused(Refusal.RATE, "only looked")

    await calls.begin(CALL, note)
    await SqlDoNotCall(database).add("001 202 555 0123", "on request", NOON)
    await calls.begin(CALL, note)
    assert [history.is_barred for history in seen] == [False, True]


async def test_under_one_key_a_call_is_placed_once(calls: SqlOutboundCalls) -> None:
    keyed = a_call(1, request_key="appointment-7")
    again = [a_call(n, request_key="appointment-7") for n in range(2, 6)]
    found = await asyncio.gather(*(calls.begin(call, decide) for call in (keyed, *again)))
    assert found.count(None) == 1
    first = (await calls.latest(10))[0].call
    assert all(one.call == first for one in found if isinstance(one, KeptCall))
    assert sum(isinstance(one, KeptCall) for one in found) == 4


async def test_numbers_are_forgotten_with_the_retention(
    calls: SqlOutboundCalls, database: Database, tmp_path: Path
) -> None:
    await settled(calls, a_call(1))
    await settled(calls, a_call(2, requested_at=NOON + timedelta(days=40), number="+12025550124"))
    await Erasure(database, tmp_path).run(NOON + timedelta(days=45), 30)
    assert [kept.call.number for kept in await calls.latest(10)] == ["+12025550124", ""]
