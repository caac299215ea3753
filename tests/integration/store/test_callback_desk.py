"""Whoever asks for a callback, and however: the same rules, on both databases."""

import asyncio
from dataclasses import replace

import pytest

from tests.unit.queueing.owed import DID, NOON, NUMBER, shop, wish
from voicebot.calls.model import CallId
from voicebot.calls.outbound_rules import Refusal, Refused
from voicebot.queueing.callback_windows import window_of
from voicebot.queueing.callbacks import Callback
from voicebot.queueing.model import Place, Rank
from voicebot.store.callback_bookings import SqlCallbackBookings
from voicebot.store.callback_desk import CallbackDesk
from voicebot.store.callbacks import SqlCallbackRequests
from voicebot.store.do_not_call import SqlDoNotCall
from voicebot.store.engine import Database

SHOP = shop()
PEOPLES = SHOP.model_copy(update={"name": "Cafe", "dids": ("+12025550199",), "callbacks": None})


@pytest.fixture
def desk(database: Database) -> CallbackDesk:
    return CallbackDesk(database, lambda: (SHOP, PEOPLES))


async def booked(database: Database) -> list[Callback]:
    return list(await SqlCallbackBookings(database).latest(10))


async def test_whoever_waited_in_the_line_keeps_the_place(
    desk: CallbackDesk, database: Database
) -> None:
    place = Place(Rank.VIP, NOON.timestamp() - 300, 7)
    made = await desk.book(wish(place=place, number="(212) 555-0123"), "Shop")
    assert isinstance(made, Callback)
    assert (made.number, made.place) == (NUMBER, place)
    assert await booked(database) == [made]


async def test_who_books_twice_on_two_calls_at_once_has_one_with_the_better_place(
    desk: CallbackDesk, database: Database
) -> None:
    place = Place(Rank.REGULAR, NOON.timestamp() - 300, 7)
    await asyncio.gather(
        *(
            desk.book(wish(callback_id=CallId(f"node-1.{n}"), place=waits), "Shop")
            for n, waits in enumerate((place, replace(place, arrived_at_s=NOON.timestamp())))
        )
    )
    [one] = await booked(database)
    assert one.place == place


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("12", Refusal.NO_NUMBER),
        ("+1 900 555 0123", Refusal.PREMIUM_RATE),
        (DID, Refusal.OWN_NUMBER),
        (PEOPLES.dids[0], Refusal.OWN_NUMBER),
        ("911", Refusal.EMERGENCY),
    ],
)
async def test_what_may_never_be_rung_is_not_promised(
    desk: CallbackDesk, database: Database, number: str, reason: Refusal
) -> None:
    refused = await desk.book(wish(number=number), "Shop")
    assert isinstance(refused, Refused)
    assert refused.reason is reason
    assert await SqlCallbackRequests(database).waiting(10) == []


async def test_nobody_is_promised_a_call_against_the_do_not_call_list_or_at_a_time_that_is_over(
    desk: CallbackDesk, database: Database
) -> None:
    over = window_of("2026-11-23 09:00-10:00 America/New_York")
    late = await desk.book(wish(window=over), "Shop")
    await SqlDoNotCall(database).add(NUMBER, "asked for it", NOON)
    barred = await desk.book(wish(), "Shop")
    assert isinstance(late, Refused)
    assert isinstance(barred, Refused)
    assert (late.reason, barred.reason) == (Refusal.WINDOW, Refusal.DO_NOT_CALL)
    assert await booked(database) == []


@pytest.mark.parametrize(("number", "business"), [("+44 20 7946 0123", "Shop"), (NUMBER, "Cafe")])
async def test_what_the_service_may_not_ring_is_left_to_people(
    desk: CallbackDesk, database: Database, number: str, business: str
) -> None:
    assert await desk.book(wish(number=number), business) is None
    [kept] = await SqlCallbackRequests(database).waiting(10)
    assert (kept.request.number, kept.request.business) == (number, business)
