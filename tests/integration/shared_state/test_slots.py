"""Slots in a real Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.integration.shared_state.redis_server import RedisServer
from tests.polling import asked_until
from voicebot.calls.model import CallId
from voicebot.capacity.slots import Occupancy
from voicebot.shared_state import keys
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.slots import RedisSlots

LEASE_S = 0.4
LONG_S = 60.0
FOR_EVER_S = 600.0
A, B, C = CallId("node1-1.1"), CallId("node1-2.2"), CallId("node1-3.3")


async def given_by(connection: RedisConnection, capacity: int, lease_s: float) -> RedisSlots:
    """Slots whose first grace is over."""
    slots = RedisSlots(connection, lease_s=lease_s)
    await slots.set_capacity(capacity, believed_for_s=FOR_EVER_S)
    await slots.renew()
    await connection.client.delete(keys.slots()[2])
    return slots


@pytest.fixture
async def others(shared_server: RedisServer) -> AsyncIterator[list[RedisSlots]]:
    """As twenty agents see them."""
    async with AsyncExitStack() as stack:
        connections = [RedisConnection(shared_server.url) for _ in range(20)]
        for each in connections:
            stack.push_async_callback(each.close)
        yield [RedisSlots(each, lease_s=LONG_S) for each in connections]


async def test_many_at_once_never_get_more_than_there_are(
    connection: RedisConnection, others: list[RedisSlots]
) -> None:
    await given_by(connection, 37, LONG_S)
    for played in range(5):
        asked = [CallId(f"{played}-{number}") for number in range(200)]
        got = await asyncio.gather(
            *(others[number % 20].acquire(call_id) for number, call_id in enumerate(asked))
        )
        assert sum(got) == 37
        await asyncio.gather(
            *(others[number % 20].release(call_id) for number, call_id in enumerate(asked))
        )
    assert await others[0].renew() == 0


async def test_a_call_that_has_a_slot_keeps_it(connection: RedisConnection) -> None:
    slots = await given_by(connection, 1, LONG_S)
    assert await slots.acquire(A)
    assert await slots.acquire(A)
    assert not await slots.acquire(B)


async def test_a_dead_holders_slots_come_back_and_a_living_ones_do_not(
    connection: RedisConnection,
) -> None:
    living = await given_by(connection, 2, LEASE_S)
    dead = RedisSlots(connection, lease_s=LEASE_S)
    keeping = asyncio.create_task(living.keep())
    try:
        assert await dead.acquire(A)
        assert await living.acquire(B)
        assert not await living.acquire(C)
        await asked_until(lambda: living.acquire(C), "the dead one's slot came back")
        assert not await living.acquire(A)
    finally:
        keeping.cancel()


async def test_what_was_held_before_the_clock_went_back_comes_back_as_soon_as_ever(
    connection: RedisConnection,
) -> None:
    """As when Redis' machine is set back by an hour: its leases are an hour longer."""
    living = await given_by(connection, 1, LEASE_S)
    dead = RedisSlots(connection, lease_s=LEASE_S)
    assert await dead.acquire(A)
    await connection.client.zincrby(keys.slots()[0], 3_600_000, A)
    assert not await living.acquire(B)
    await asked_until(lambda: living.acquire(B), "the dead one's slot came back")


async def test_none_is_given_until_fewer_are_held_than_there_are(
    connection: RedisConnection,
) -> None:
    slots = await given_by(connection, 2, LONG_S)
    assert await slots.acquire(A)
    assert await slots.acquire(B)
    await slots.set_capacity(1, believed_for_s=FOR_EVER_S)
    await slots.release(A)
    assert not await slots.acquire(C)
    await slots.release(B)
    assert await slots.acquire(C)


async def test_a_slot_goes_to_a_successor(connection: RedisConnection) -> None:
    slots = await given_by(connection, 1, LONG_S)
    await slots.acquire(A)
    assert await slots.hand_over(A, B)
    assert not await slots.hand_over(A, C)
    assert not await slots.acquire(A)
    await slots.release(B)
    assert await slots.acquire(A)


async def test_whoever_waits_is_told_of_a_free_slot(connection: RedisConnection) -> None:
    slots = await given_by(connection, 1, LONG_S)
    stream = connection.client
    told = await stream.xlen(keys.LINE_CHANGES)
    await slots.acquire(A)
    assert await stream.xlen(keys.LINE_CHANGES) == told
    await slots.release(A)
    assert await stream.xlen(keys.LINE_CHANGES) == told + 1
    await slots.set_capacity(2, believed_for_s=FOR_EVER_S)
    assert await stream.xlen(keys.LINE_CHANGES) == told + 2


async def test_capacity_that_nobody_tells_any_more_is_none(connection: RedisConnection) -> None:
    slots = await given_by(connection, 1, LONG_S)
    await connection.client.delete(keys.slots()[3])
    assert not await slots.acquire(A)


async def test_after_a_restart_holders_show_theirs_before_others_get_any(
    server: RedisServer,
) -> None:
    connection = RedisConnection(server.url)
    slots, newcomer = (
        await given_by(connection, 1, LEASE_S),
        RedisSlots(connection, lease_s=LEASE_S),
    )
    assert await slots.acquire(A)
    server.stop()
    server.start()
    await newcomer.set_capacity(1, believed_for_s=FOR_EVER_S)
    assert not await newcomer.acquire(B)
    keeping = asyncio.create_task(slots.keep())
    try:
        grace = keys.slots()[2]

        async def is_over() -> bool:
            return not await connection.client.exists(grace)

        await asked_until(is_over, "the grace is over")
        assert not await newcomer.acquire(B)
        await slots.release(A)
        assert await newcomer.acquire(B)
    finally:
        keeping.cancel()
        await connection.close()


async def test_who_talks_in_any_case_counts_as_one_too_many(connection: RedisConnection) -> None:
    slots = await given_by(connection, 1, LONG_S)
    assert await slots.acquire(A)
    slots.hold(B)
    await slots.renew()
    assert await slots.occupancy() == Occupancy(held=2, capacity=1)
    await slots.release(A)
    assert not await slots.acquire(C)
    await slots.release(B)
    assert await slots.acquire(C)
    assert (await slots.occupancy()).share == 1.0
