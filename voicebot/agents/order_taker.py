"""Takes what people order of this agent and of its calls, and answers each.

Beside the calls: nothing on a call's way waits for it, and without Redis there are no orders.
"""

import asyncio
from collections.abc import Callable
from typing import NoReturn, Protocol

from voicebot.agents.desk import Desk
from voicebot.calls import events as on
from voicebot.calls.model import CallId
from voicebot.calls.orders import (
    Drain,
    HangUpCall,
    Listen,
    Order,
    OrderResult,
    Presence,
    Supervise,
    TransferCall,
    refusal,
)
from voicebot.calls.transitions import CallState
from voicebot.errors import SharedStateError
from voicebot.ports import Orders
from voicebot.queueing.waiting_session import CallbackOffered, SentOn, WaitingEvent
from voicebot.telemetry.logs import log_of

AGAIN_AFTER_S = 1.0

log = log_of(__name__)


class Ordered(Protocol):
    """A call, as far as orders touch it."""

    @property
    def state(self) -> CallState: ...

    @property
    def desk(self) -> Desk: ...

    def post(self, event: on.CallEvent) -> None: ...


class Drains(Protocol):
    """Takes no new calls, or some again."""

    def __call__(self, *, is_on: bool) -> None: ...


class OrderTaker:
    """`run` until cancelled."""

    def __init__(
        self,
        orders: Orders,
        agent: str,
        call: Callable[[CallId], Ordered | None],
        drain: Drains,
        tell_waiting: Callable[[CallId, WaitingEvent], bool],
        listen: Callable[[CallId], OrderResult],
        supervise: Callable[[CallId, str, Presence], OrderResult],
    ) -> None:
        """`tell_waiting`: says whether the caller waits here. `listen`, `supervise`: begin to."""
        self._orders = orders
        self._agent = agent
        self._call = call
        self._drain = drain
        self._tell_waiting = tell_waiting
        self._listen = listen
        self._supervise = supervise
        self._is_draining = False
        self._is_told: bool | None = None  # of draining; None: nothing, by this process

    async def run(self) -> NoReturn:
        while True:
            try:
                # Told again and again while it drains: an agent whose lease had ended for a moment
                # is no longer known to, nor is any that Redis has lost.
                if self._is_draining or self._is_told is not self._is_draining:
                    await self._orders.tell_draining(self._agent, is_on=self._is_draining)
                    self._is_told = self._is_draining
                given = await self._orders.next(self._agent)
                if given is None:
                    continue
                result = self.carry_out(given.order)
                log.warning(
                    "order.taken",
                    order_id=given.order_id,
                    kind=given.order.kind,
                    call_id=getattr(given.order, "call_id", ""),
                    result=result.value,
                )
                await self._orders.answer(given.order_id, result)
            except SharedStateError as error:
                # Whoever gave one learns that nobody answered.
                log.warning("orders.away", code=error.code)
                await asyncio.sleep(AGAIN_AFTER_S)

    def carry_out(self, order: Order) -> OrderResult:
        if isinstance(order, Drain):
            self._is_draining = order.is_on
            self._drain(is_on=order.is_on)
            return OrderResult.DONE
        call = self._call(order.call_id)
        if call is None:
            return OrderResult.NOT_HERE
        targets = {one.id for one in call.desk.business.transfers}
        is_target = isinstance(order, TransferCall) and order.target in targets
        refused = refusal(order, call.state, is_target)
        if refused is not None:
            return refused
        match order:
            case Listen(call_id):
                return self._listen(call_id)
            case Supervise(call_id, extension, presence):
                return self._supervise(call_id, extension, presence)
            case HangUpCall():
                call.post(on.HangUpOrdered())
            case TransferCall(_, target) if call.state is not CallState.WAITING:
                call.post(on.TransferOrdered(target))
            case TransferCall(_, target):
                return _done(is_told=self._tell_waiting(order.call_id, SentOn(target)))
            case _:
                return _done(is_told=self._tell_waiting(order.call_id, CallbackOffered()))
        return OrderResult.DONE


def _done(*, is_told: bool) -> OrderResult:
    """Whose turn has just come, or who has just hung up, waits no more."""
    return OrderResult.DONE if is_told else OrderResult.NOT_WAITING
