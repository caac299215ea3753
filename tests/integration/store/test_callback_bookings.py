"""Bookings on both databases: one per number and business, whoever asks how often and how."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

import pytest

from tests.fakes.sample_messages import a_request
from tests.unit.queueing.owed import DID, NOON, NUMBER, owed, shop, wish
from voicebot.calls.model import CallbackReason, CallbackRequest, CallId, ChannelId
from voicebot.calls.outbound_rules import Refusal, Refused
from voicebot.queueing.callback_booking import Wish, book
from voicebot.queueing.callbacks import (
    Callback,
    CallbackState,
    CameDue,
    DialBegan,
    SlotReserved,
    Why,
)
from voicebot.store.callback_bookings import (
    SqlCallbackBookings,
    caller_came_back,
    goes_first,
)
from voicebot.store.callback_claims import SqlCallbackClaims
from voicebot.store.callbacks import CallbackStatus, SqlCallbackRequests
from voicebot.store.do_not_call import SqlDoNotCall
from voicebot.store.engine import Database
from voicebot.store.owed_callbacks import SqlOwedCallbacks

SHOP, LEASE = shop(), timedelta(seconds=30)


@pytest.fixture
def bookings(database: Database) -> SqlCallbackBookings:
    return SqlCallbackBookings(database)


@pytest.fixture
def requests(database: Database) -> SqlCallbackRequests:
    return SqlCallbackRequests(database)


def decided(
    asked: Wish,
    already: Callback | None,
    is_barred: bool,
) -> Callback | Refused:
    return book(asked, SHOP, [DID], is_barred=is_barred, already=already)


def adopted(
    request: CallbackRequest,
    already: Callback | None,
    is_barred: bool,
) -> Callback | Refused | None:
    if request.business != SHOP.name:
        return None
    asked = Wish(request.call_id, DID, request.number, request.reason, request.requested_at)
    return decided(asked, already, is_barred)


def asks(
    call_id: str,
    number: str = NUMBER,
    business: str = "Shop",
    reason: CallbackReason = CallbackReason.REQUESTED,
    requested_at: datetime = NOON,
) -> CallbackRequest:
    return a_request(
        call_id, number=number, business=business, reason=reason, requested_at=requested_at
    )


async def test_whoever_books_at_once_from_several_calls_has_one(
    bookings: SqlCallbackBookings,
) -> None:
    wishes = [wish(callback_id=CallId(f"node-1.{n}")) for n in range(6)]
    made = await asyncio.gather(
        *(bookings.book("Shop", NUMBER, partial(decided, one)) for one in wishes)
    )
    assert len({one.callback_id for one in made if isinstance(one, Callback)}) == 1
    assert len(await bookings.latest(10)) == 1


async def test_a_booking_whose_caller_hangs_up_meanwhile_is_whole_or_not_at_all(
    bookings: SqlCallbackBookings,
) -> None:
    for number in range(12):
        asked = wish(callback_id=CallId(f"node-1.{number}"))
        booking = asyncio.create_task(bookings.book("Shop", NUMBER, partial(decided, asked)))
        for _ in range(number):
            await asyncio.sleep(0)
        booking.cancel()
        await asyncio.wait([booking])
        for made in await bookings.latest(10):
            assert (made.number, made.state) == (NUMBER, CallbackState.BOOKED)
    assert len(await bookings.latest(10)) <= 1
    booked = await bookings.book("Shop", NUMBER, partial(decided, wish()))
    assert isinstance(booked, Callback), "nothing of it is in the way of the next"


async def test_the_caller_is_known_by_any_spelling_of_the_number_while_it_is_open(
    bookings: SqlCallbackBookings, database: Database
) -> None:
    callers = SqlOwedCallbacks(database)
    booked = await bookings.book("Shop", NUMBER, partial(decided, wish()))
    assert isinstance(booked, Callback)
    assert await callers.owed_to("Shop", "001 212 555 0123") == booked
    assert await callers.owed_to("Shop", "") is None
    assert await callers.owed_to("Another", NUMBER) is None
    assert await bookings.withdraw(booked.callback_id, NOON)
    assert await callers.owed_to("Shop", NUMBER) is None


async def test_a_barred_number_is_not_booked(
    bookings: SqlCallbackBookings, database: Database
) -> None:
    await SqlDoNotCall(database).add("001 212 555 0123", "asked for it", NOON)
    refused = await bookings.book("Shop", NUMBER, partial(decided, wish()))
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.DO_NOT_CALL
    assert await bookings.latest(10) == []


async def test_what_agents_and_records_asked_for_is_booked_in_e164(
    bookings: SqlCallbackBookings, requests: SqlCallbackRequests
) -> None:
    await requests.request(asks("c-1", number="(212) 555-0123", reason=CallbackReason.MISSED))
    assert await bookings.adopt(adopted, NOON) == 1
    assert await bookings.adopt(adopted, NOON) == 0
    made = await bookings.find(CallId("c-1"))
    assert made is not None
    assert (made.number, made.state, made.reason) == (
        NUMBER,
        CallbackState.BOOKED,
        CallbackReason.MISSED,
    )
    # Whoever looks at the list still finds it there.
    assert len(await requests.waiting(10)) == 1


async def test_one_number_in_two_spellings_is_one_callback(
    bookings: SqlCallbackBookings, requests: SqlCallbackRequests
) -> None:
    await requests.request(asks("c-1"))
    await requests.request(asks("c-2", number="2125550123"))
    assert await bookings.adopt(adopted, NOON) == 2
    assert [kept.request.call_id for kept in await requests.waiting(10)] == ["c-1"]
    first = await bookings.find(CallId("c-1"))
    assert first is not None
    assert first.why is Why.BOOKED_AGAIN


async def test_what_may_not_be_rung_by_us_is_left_to_people_or_closed(
    bookings: SqlCallbackBookings, requests: SqlCallbackRequests, database: Database
) -> None:
    await requests.request(asks("phone", number="1001"))
    await requests.request(asks("costly", number="+19005550123"))
    await requests.request(asks("other", business="Lakeside Bikes"))
    assert await bookings.adopt(adopted, NOON) == 2
    left = {kept.request.call_id: kept for kept in await requests.latest(10)}
    assert (left[CallId("phone")].status, left[CallId("phone")].why) == (
        CallbackStatus.WAITING,
        "no-number",
    )
    assert (left[CallId("costly")].status, left[CallId("costly")].why) == (
        CallbackStatus.CANCELLED,
        "premium-rate",
    )
    assert (left[CallId("other")].status, left[CallId("other")].state) == (
        CallbackStatus.WAITING,
        None,
    )
    assert await SqlCallbackClaims(database).claim("a", "n", NOON, LEASE) is None


async def test_a_call_that_asks_again_for_another_number_has_the_newer_wish(
    bookings: SqlCallbackBookings,
) -> None:
    await bookings.book("Shop", NUMBER, partial(decided, wish()))
    other = "+12125550199"
    made = await bookings.book("Shop", other, partial(decided, wish(number=other)))
    assert isinstance(made, Callback)
    assert [one.number for one in await bookings.latest(10)] == [other]


async def test_a_request_that_nobody_has_looked_at_gives_way_to_a_booking(
    bookings: SqlCallbackBookings, requests: SqlCallbackRequests
) -> None:
    await requests.request(asks("c-1"))
    made = await bookings.book("Shop", NUMBER, partial(decided, wish(callback_id=CallId("c-2"))))
    assert isinstance(made, Callback)
    assert [kept.request.call_id for kept in await requests.waiting(10)] == ["c-2"]


async def test_a_caller_who_came_back_is_not_rung_unless_it_rings_already(
    bookings: SqlCallbackBookings, database: Database
) -> None:
    claims = SqlCallbackClaims(database)
    await bookings.book("Shop", NUMBER, partial(decided, wish()))
    claim = await claims.claim("a", "node-1", NOON, LEASE)
    assert claim is not None
    async with database.writing("test") as connection:
        # Not by what is asked for on that very call, nor for another business or number.
        for business, number, since in (
            ("Shop", NUMBER, NOON - LEASE),
            ("Else", NUMBER, NOON),
            ("Shop", "+12125550199", NOON),
            ("Shop", "", NOON),
        ):
            assert not await caller_came_back(connection, business, number, since, NOON)
        assert await caller_came_back(connection, "Shop", "+1 212 555 0123", NOON, NOON)
    ringing = claim.callback
    for event in (CameDue(), SlotReserved(), DialBegan(ChannelId("node-1-back-1"))):
        ringing = ringing.receive(event)
    assert not await claims.keep(claim, ringing, NOON)
    left = await bookings.find(claim.callback.callback_id)
    assert left is not None
    assert (left.state, left.why) == (CallbackState.CANCELLED, Why.CAME_BACK)


async def test_a_caller_who_is_cut_off_goes_first_with_the_callback_that_is_open(
    bookings: SqlCallbackBookings, database: Database
) -> None:
    await bookings.book("Shop", NUMBER, partial(decided, wish()))
    later = NOON + timedelta(hours=1)
    broken = asks("c-9", reason=CallbackReason.BROKEN, requested_at=later)
    async with database.writing("test") as connection:
        assert await goes_first(connection, broken)
        assert not await goes_first(connection, broken)
    left = await bookings.find(CallId("node-1.1"))
    assert left is not None
    assert (left.is_dropped, left.due_at, left.why) == (True, later, Why.DROPPED)


async def test_what_people_close_is_closed_for_the_service(
    bookings: SqlCallbackBookings, requests: SqlCallbackRequests
) -> None:
    await bookings.book("Shop", NUMBER, partial(decided, wish()))
    assert await requests.close(CallId("node-1.1"), CallbackStatus.DONE, NOON)
    left = await bookings.find(CallId("node-1.1"))
    assert left is not None
    assert left.state is CallbackState.DONE


async def test_a_booking_survives_as_it_was_made(bookings: SqlCallbackBookings) -> None:
    made = owed()

    def decide(_already: Callback | None, _is_barred: bool) -> Callback:
        return made

    await bookings.book("Shop", NUMBER, decide)
    assert await bookings.find(made.callback_id) == made


async def test_the_newest_of_some_numbers_are_not_hidden_by_newer_ones_of_others(
    bookings: SqlCallbackBookings,
) -> None:
    both = shop(dids=[DID, "+12125550188"])

    def made(asked: Wish, already: Callback | None, is_barred: bool) -> Callback | Refused:
        return book(asked, both, both.dids, is_barred=is_barred, already=already)

    for minutes, did in enumerate((DID, "+12125550188", "+12125550188")):
        number = f"+1212555010{minutes}"
        asked = wish(
            callback_id=CallId(f"node-1.{minutes}"),
            did=did,
            number=number,
            asked_at=NOON + timedelta(minutes=minutes),
        )
        booked = await bookings.book("Shop", number, partial(made, asked))
        assert isinstance(booked, Callback)
    assert [one.did for one in await bookings.latest(1)] == ["+12125550188"]
    assert [one.did for one in await bookings.latest(1, {DID})] == [DID]
    assert await bookings.latest(5, frozenset()) == []
