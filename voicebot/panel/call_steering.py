"""Orders of people about calls and agents, to the agents that carry them out.

Never to Asterisk itself: see `voicebot.calls.orders`.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence

from voicebot.calls.orders import Given, Order, OrderResult
from voicebot.dialogue.business import Business
from voicebot.dialogue.operators import Transfer
from voicebot.errors import SharedStateError
from voicebot.shared_state.orders import RedisOrders


class CallSteering:
    """Raises BusinessFileInvalid."""

    def __init__(self, orders: RedisOrders, businesses: Callable[[], Sequence[Business]]) -> None:
        self._orders = orders
        self._businesses = businesses

    async def targets(self, did: str) -> Sequence[Transfer]:
        """The people that callers of this number can be handed to."""
        for business in await asyncio.to_thread(self._businesses):
            if did.removeprefix("+") in [one.removeprefix("+") for one in business.dids]:
                return business.transfers
        return ()

    async def extensions(self) -> Sequence[str]:
        """The phones of all operators, which may be rung, in order."""
        businesses = await asyncio.to_thread(self._businesses)
        return sorted({one.id for business in businesses for one in business.operators})

    async def order(self, agent: str, account: str, order: Order) -> OrderResult:
        """Until it is answered; without Redis nobody answers, and what became of it is unclear."""
        given = Given(secrets.token_hex(12), account, order)
        try:
            return await self._orders.give(agent, given)
        except SharedStateError:
            return OrderResult.UNCLEAR
