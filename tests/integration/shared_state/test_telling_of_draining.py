"""An agent that drains says so for as long as it does, to a Redis that may have forgotten."""

import asyncio
from contextlib import suppress

from tests.polling import asked_until
from voicebot.agents.order_taker import OrderTaker
from voicebot.calls.model import CallId
from voicebot.calls.orders import Drain, Given, OrderResult
from voicebot.shared_state import keys
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.orders import RedisOrders

AGENT = "voicebot-a-1"


async def test_an_agent_that_drains_says_so_again(connection: RedisConnection) -> None:
    orders = RedisOrders(connection)
    taker = OrderTaker(orders, AGENT, _no_call, _drain, lambda *_: False, _not_here, _not_here)

    async def is_told() -> bool:
        return bool(await connection.client.sismember(keys.AGENTS_DRAINING, AGENT))

    running = asyncio.create_task(taker.run())
    given = Given("o1", "anna", Drain(is_on=True))
    assert await orders.give(AGENT, given) is OrderResult.DONE
    await asked_until(is_told, "told that it drains", limit_s=5.0)
    await connection.client.delete(keys.AGENTS_DRAINING)
    await asked_until(is_told, "told again", limit_s=5.0)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def _no_call(_: CallId) -> None:
    return None


def _not_here(*_: object) -> OrderResult:
    return OrderResult.NOT_HERE


def _drain(*, is_on: bool) -> None:
    assert is_on
