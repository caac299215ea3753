"""Orders on their way from people to agents, through a real Redis."""

import asyncio

from voicebot.calls.model import CallId
from voicebot.calls.orders import Drain, Given, HangUpCall, OrderResult
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.orders import RedisOrders

HANG_UP = Given("o1", "anna", HangUpCall(CallId("node1-1.1")))


async def test_the_agent_gets_an_order_once_and_its_answer_arrives(
    connection: RedisConnection,
) -> None:
    orders = RedisOrders(connection)
    giving = asyncio.create_task(orders.give("voicebot-a-1", HANG_UP))
    assert await orders.next("voicebot-a-2") is None
    assert await orders.next("voicebot-a-1") == HANG_UP
    await orders.answer("o1", OrderResult.ENDING)
    assert await giving is OrderResult.ENDING
    assert await connection.client.keys("order*") == []


async def test_what_nobody_took_in_time_is_never_done(connection: RedisConnection) -> None:
    orders = RedisOrders(connection, deadline_s=0.1)
    assert await orders.give("voicebot-a-1", HANG_UP) is OrderResult.NOBODY
    assert await orders.next("voicebot-a-1") is None
    assert await connection.client.keys("order*") == []


async def test_an_agent_that_takes_it_and_dies_leaves_it_unclear(
    connection: RedisConnection,
) -> None:
    orders = RedisOrders(connection, deadline_s=0.3)
    giving = asyncio.create_task(orders.give("voicebot-a-1", Given("o2", "anna", Drain(True))))
    assert await orders.next("voicebot-a-1") is not None
    assert await giving is OrderResult.UNCLEAR
