import asyncio
from datetime import timedelta

import pytest

from tests.fakes.sample_calls import NOON
from tests.fakes.sample_messages import a_request
from voicebot.calls.model import CallbackReason, CallId
from voicebot.store.callbacks import CallbackStatus, SqlCallbackRequests
from voicebot.store.do_not_call import Barred, SqlDoNotCall
from voicebot.store.engine import Database

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def callbacks(database: Database) -> SqlCallbackRequests:
    return SqlCallbackRequests(database)


@pytest.fixture
def do_not_call(database: Database) -> SqlDoNotCall:
    return SqlDoNotCall(database)


async def test_calls_that_ask_at_once_leave_one_request(callbacks: SqlCallbackRequests) -> None:
    await asyncio.gather(*(callbacks.request(a_request(f"call-{n}")) for n in range(8)))
    assert len(await callbacks.waiting(10)) == 1


async def test_those_who_wait_longest_come_first(callbacks: SqlCallbackRequests) -> None:
    for minute in (2, 0, 1):
        at = NOON + timedelta(minutes=minute)
        await callbacks.request(
            a_request(f"c-{minute}", number=f"+1555010{minute}", requested_at=at)
        )
    assert [kept.request.call_id for kept in await callbacks.waiting(2)] == ["c-0", "c-1"]
    assert [kept.request.call_id for kept in await callbacks.latest(2)] == ["c-2", "c-1"]


async def test_whoever_was_rung_back_may_ask_again(callbacks: SqlCallbackRequests) -> None:
    first, second = a_request("c-1"), a_request("c-2", reason=CallbackReason.MISSED)
    await callbacks.request(first)
    assert await callbacks.close(CallId("c-1"), CallbackStatus.DONE, LATER)
    assert not await callbacks.close(CallId("c-1"), CallbackStatus.CANCELLED, LATER)
    await callbacks.request(first)  # the same call asks no second time
    assert await callbacks.waiting(10) == []
    await callbacks.request(second)
    assert [kept.request for kept in await callbacks.waiting(10)] == [second]
    closed = (await callbacks.latest(10))[1]
    assert (closed.status, closed.closed_at) == (CallbackStatus.DONE, LATER)


async def test_a_barred_number_is_found_however_it_is_written(do_not_call: SqlDoNotCall) -> None:
    assert await do_not_call.add("+1 555 0100 123", "asked for it", NOON)
    assert not await do_not_call.add("0015550100123", "again", LATER)
    assert await do_not_call.contains("+1 (555) 010-0123")
    assert not await do_not_call.contains("+15550100124")
    assert not await do_not_call.contains("")
    assert await do_not_call.all() == [Barred("+1 555 0100 123", "asked for it", NOON)]


async def test_a_number_taken_off_the_list_may_be_rung_again(do_not_call: SqlDoNotCall) -> None:
    await do_not_call.add("+15550100", "asked for it", NOON)
    assert await do_not_call.remove("+1 555 0100")
    assert not await do_not_call.remove("+1 555 0100")
    assert not await do_not_call.contains("+15550100")
