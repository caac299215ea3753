"""What people order of agents, and the answers, on their way.

An order lives for as long as it may be carried out; whoever takes it out of Redis has it alone, be
it the agent, or who gave it up. So what was not taken in time will not be done.
"""

from pydantic import ValidationError

from voicebot.calls.orders import Given, OrderResult, dump_order, load_order
from voicebot.errors import SharedStateError
from voicebot.shared_state import keys
from voicebot.shared_state.connection import WATCH_MS, RedisConnection

DEADLINE_S = 3.0
_FOUND_FOR_MS = 2_000
# An answer that nobody came for.
_ANSWER_LIFE_MS = 10_000


class RedisOrders:
    """Fulfils `Orders`. Raises SharedStateError."""

    def __init__(self, connection: RedisConnection, *, deadline_s: float = DEADLINE_S) -> None:
        self._connection = connection
        self._deadline_ms = round(deadline_s * 1000)

    async def give(self, agent: str, given: Given) -> OrderResult:
        """Waits for the answer, until the deadline at the latest."""
        order, line = keys.order(given.order_id), keys.orders(agent)
        async with self._connection.client.pipeline(transaction=True) as pipeline:
            # A little longer than it is waited for: who gives it up shall find it.
            pipeline.set(order, dump_order(given), px=self._deadline_ms + _FOUND_FOR_MS)
            pipeline.rpush(line, given.order_id)
            pipeline.pexpire(line, self._deadline_ms + _FOUND_FOR_MS)
            await self._connection.answer("give order", pipeline.execute())
        waiting = self._connection.client.blpop(
            [keys.order_answer(given.order_id)], timeout=self._deadline_ms / 1000
        )
        found = await self._connection.answer(
            "await order's answer", waiting, deadline_ms=self._deadline_ms + WATCH_MS
        )
        if found is not None:
            return _result(found[1])
        async with self._connection.client.pipeline(transaction=True) as pipeline:
            pipeline.getdel(order)
            pipeline.lrem(line, 1, given.order_id)
            pipeline.lpop(keys.order_answer(given.order_id))
            back = await self._connection.answer("take order back", pipeline.execute())
        taken_back, _, late = back
        if taken_back is not None:
            return OrderResult.NOBODY
        return OrderResult.UNCLEAR if late is None else _result(late)

    async def next(self, agent: str) -> Given | None:
        """None: nothing was ordered for a while, or what was is given up."""
        waiting = self._connection.client.blpop([keys.orders(agent)], timeout=WATCH_MS / 1000)
        found = await self._connection.answer("await orders", waiting, deadline_ms=3 * WATCH_MS)
        if found is None:
            return None
        taking = self._connection.client.getdel(keys.order(found[1]))
        text = await self._connection.answer("take order", taking)
        if text is None:
            return None
        try:
            return load_order(text)
        except ValidationError as error:
            raise SharedStateError("an order is not understood") from error

    async def tell_draining(self, agent: str, *, is_on: bool) -> None:
        client, key = self._connection.client, keys.AGENTS_DRAINING
        telling = client.sadd(key, agent) if is_on else client.srem(key, agent)
        await self._connection.answer("tell of draining", telling)

    async def answer(self, order_id: str, result: OrderResult) -> None:
        answer = keys.order_answer(order_id)
        async with self._connection.client.pipeline(transaction=True) as pipeline:
            pipeline.rpush(answer, result.value)
            pipeline.pexpire(answer, _ANSWER_LIFE_MS)
            await self._connection.answer("answer order", pipeline.execute())


def _result(text: str) -> OrderResult:
    try:
        return OrderResult(text)
    except ValueError as error:
        raise SharedStateError("an order's answer is not understood") from error
