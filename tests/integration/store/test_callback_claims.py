"""Who acts on a callback, on both databases: one at a time, whoever dies."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.queueing.owed import NOON, owed
from voicebot.calls.model import CallId, ChannelId
from voicebot.calls.outbound_rules import Refused
from voicebot.queueing.callback_windows import window_of
from voicebot.queueing.callbacks import (
    Callback,
    CallbackState,
    CameDue,
    DialBegan,
    GaveUp,
    SlotReserved,
    Why,
)
from voicebot.queueing.model import Place, Rank
from voicebot.store.callback_bookings import SqlCallbackBookings
from voicebot.store.callback_claims import Claim, SqlCallbackClaims
from voicebot.store.engine import Database

NODE, LEASE = "node-1", timedelta(seconds=30)
RINGING = ChannelId("node-1-back-1")


@pytest.fixture
def bookings(database: Database) -> SqlCallbackBookings:
    return SqlCallbackBookings(database)


@pytest.fixture
def claims(database: Database) -> SqlCallbackClaims:
    return SqlCallbackClaims(database)


async def booked(bookings: SqlCallbackBookings, *callbacks: Callback) -> None:
    for one in callbacks:

        def decide(_already: Callback | None, _is_barred: bool, one: Callback = one) -> Callback:
            return one

        assert await bookings.book(one.business, one.number, decide) == one


def nth(number: int, rank: Rank = Rank.REGULAR) -> Callback:
    return owed(
        callback_id=CallId(f"node-1.{number}"),
        number=f"+1212555{number:04}",
        place=Place(rank, NOON.timestamp() + number, number),
    )


async def taken(
    claims: SqlCallbackClaims, holder: str, after_s: float = 0, node: str = NODE
) -> Claim:
    claim = await claims.claim(holder, node, NOON + timedelta(seconds=after_s), LEASE)
    assert claim is not None
    return claim


def dialled(callback: Callback) -> Callback:
    for event in (CameDue(), SlotReserved(), DialBegan(RINGING)):
        callback = callback.receive(event)
    return callback


async def test_what_was_booked_is_claimed_as_it_was(
    bookings: SqlCallbackBookings, claims: SqlCallbackClaims
) -> None:
    one = owed(window=window_of("2026-11-24 09:00-18:00 America/New_York"))
    await booked(bookings, one)
    claim = await taken(claims, "a")
    assert (claim.callback, claim.epoch, claim.was_begun) == (one, 1, False)


async def test_those_who_claim_at_once_get_each_callback_once_the_first_in_line_first(
    bookings: SqlCallbackBookings, claims: SqlCallbackClaims
) -> None:
    await booked(bookings, *(nth(number) for number in range(5)), nth(9, Rank.DROPPED))
    found = await asyncio.gather(*(claims.claim(f"d{n}", NODE, NOON, LEASE) for n in range(8)))
    ids = [claim.callback.callback_id for claim in found if claim is not None]
    assert sorted(ids) == [*(f"node-1.{number}" for number in range(5)), "node-1.9"]
    later = NOON + LEASE
    order = [await claims.claim("e", NODE, later, LEASE) for _ in range(6)]
    assert [claim.callback.callback_id for claim in order if claim is not None] == [
        "node-1.9",
        *(f"node-1.{number}" for number in range(5)),
    ]


async def test_what_is_not_due_or_is_held_is_nobodys_to_take(
    bookings: SqlCallbackBookings, claims: SqlCallbackClaims
) -> None:
    await booked(bookings, owed(due_at=NOON + timedelta(seconds=10)))
    assert await claims.claim("a", NODE, NOON + timedelta(seconds=9), LEASE) is None
    await taken(claims, "a", 10)
    assert await claims.claim("b", NODE, NOON + timedelta(seconds=39), LEASE) is None
    assert (await taken(claims, "b", 40)).epoch == 2


async def test_whoever_lost_the_lease_writes_nothing_any_more(
    bookings: SqlCallbackBookings, claims: SqlCallbackClaims
) -> None:
    await booked(bookings, owed())
    first = await taken(claims, "a")
    second = await taken(claims, "a", 30)  # even under the same name
    assert not await claims.renew(first, NOON + timedelta(hours=1))
    assert not await claims.keep(first, dialled(first.callback), NOON)
    assert await bookings.find(CallId("node-1.1")) == owed()
    assert await claims.renew(second, NOON + timedelta(seconds=90))
    assert await claims.claim("c", NODE, NOON + timedelta(seconds=89), LEASE) is None


async def test_what_rings_is_found_ringing_by_the_next_of_the_same_node_alone(
    bookings: SqlCallbackBookings, claims: SqlCallbackClaims
) -> None:
    await booked(bookings, owed())
    first = await taken(claims, "a")
    assert await claims.keep(first, dialled(first.callback), NOON)
    assert await claims.claim("x", "node-2", NOON + LEASE, LEASE) is None
    second = await taken(claims, "b", 30)
    assert second.was_begun
    assert (second.callback.state, second.callback.channel_id) == (
        CallbackState.DIALLING,
        RINGING,
    )
    # When a node is gone for so long, its calls are, too.
    assert await claims.claim("x", "node-2", NOON + timedelta(hours=2), LEASE) is not None


async def test_what_is_booked_for_later_or_closed_is_let_go(
    bookings: SqlCallbackBookings, claims: SqlCallbackClaims
) -> None:
    await booked(bookings, owed())
    first = await taken(claims, "a")
    assert await claims.keep(first, owed(due_at=NOON + timedelta(seconds=5)), NOON)
    assert not await claims.keep(first, owed(), NOON)
    second = await taken(claims, "b", 5)
    done = second.callback.receive(GaveUp(Why.TOO_LATE))
    assert await claims.keep(second, done, NOON)
    assert await claims.claim("c", NODE, NOON + timedelta(days=1), LEASE) is None
    assert await bookings.find(CallId("node-1.1")) == done


async def test_what_is_withdrawn_while_somebody_acts_on_it_is_lost_to_them(
    bookings: SqlCallbackBookings, claims: SqlCallbackClaims
) -> None:
    await booked(bookings, owed())
    claim = await taken(claims, "a")
    assert await bookings.withdraw(CallId("node-1.1"), NOON)
    assert not await bookings.withdraw(CallId("node-1.1"), NOON)
    assert not await claims.keep(claim, dialled(claim.callback), NOON)
    left = await bookings.find(CallId("node-1.1"))
    assert left is not None
    assert (left.state, left.why) == (CallbackState.CANCELLED, Why.WITHDRAWN)


async def test_whoever_books_again_before_it_rings_takes_it_from_whoever_is_about_to_dial(
    bookings: SqlCallbackBookings, claims: SqlCallbackClaims
) -> None:
    await booked(bookings, owed())
    claim = await taken(claims, "a")

    def decide(already: Callback | None, _is_barred: bool) -> Callback | Refused:
        assert already is not None
        return replace(already, due_at=NOON + timedelta(days=1))

    await bookings.book("Shop", owed().number, decide)
    assert not await claims.keep(claim, dialled(claim.callback), NOON)
    assert await claims.claim("b", NODE, NOON + timedelta(hours=1), LEASE) is None
