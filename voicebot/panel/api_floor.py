"""The HTTP API of what is going on: the floor, its queues, and orders about them."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from pydantic import BaseModel
from starlette.requests import Request

from voicebot.calls.model import CallId
from voicebot.calls.orders import HangUpCall, OfferCallback, OrderResult, TransferCall
from voicebot.panel.api_access import Program, Scope
from voicebot.panel.api_floor_content import (
    FloorShown,
    OrderDone,
    PresenceWanted,
    QueueList,
    StepWanted,
    TargetList,
    TargetShown,
    TransferWanted,
    queues_shown,
)
from voicebot.panel.api_operation import Operation, Refused, content_of, id_of
from voicebot.panel.floor_orders import (
    Unknown,
    drain_agent,
    force_step,
    order_call,
    pause_queue,
    serve_caller_next,
    supervise_call,
    targets_of,
)
from voicebot.panel.services import services_of

Order = Callable[[Request, CallId], Awaitable[OrderResult]]


async def _floor(request: Request, program: Program) -> BaseModel:
    watch = services_of(request).watch
    feed = watch.feed
    return FloorShown.of(watch.floor.calls, feed.totals, program.account, is_live=feed.is_live)


async def _queues(request: Request, program: Program) -> BaseModel:
    watch = services_of(request).watch
    return queues_shown(watch.floor.calls, watch.feed.totals, program.account)


async def _targets(request: Request, _program: Program) -> BaseModel:
    found = await targets_of(request, id_of(request))
    if found is None:
        raise _not_here()
    return TargetList(targets=[TargetShown(id=one.id, topic=one.topic) for one in found])


async def _ordered(order: Order, request: Request, _program: Program) -> BaseModel:
    return _done(await order(request, id_of(request)))


async def _hang_up(request: Request, call_id: CallId) -> OrderResult:
    return await order_call(request, call_id, "hang-up-call", HangUpCall(call_id))


async def _offer_callback(request: Request, call_id: CallId) -> OrderResult:
    return await order_call(request, call_id, "offer-callback", OfferCallback(call_id))


async def _transfer(request: Request, call_id: CallId) -> OrderResult:
    target = (await content_of(request, TransferWanted)).target.replace("\0", "")
    order = TransferCall(call_id, target)
    return await order_call(request, call_id, "transfer-call", order, target)


async def _supervise(request: Request, call_id: CallId) -> OrderResult:
    wanted = await content_of(request, PresenceWanted)
    return await supervise_call(request, call_id, wanted.presence)


async def _pause(request: Request, queue: CallId) -> OrderResult:
    return _known(await pause_queue(request, queue, is_paused=True))


async def _resume(request: Request, queue: CallId) -> OrderResult:
    return _known(await pause_queue(request, queue, is_paused=False))


async def _drain(request: Request, agent: CallId) -> OrderResult:
    return await drain_agent(request, _there(request, agent), is_draining=True)


async def _undrain(request: Request, agent: CallId) -> OrderResult:
    return await drain_agent(request, _there(request, agent), is_draining=False)


def _there(request: Request, agent: str) -> str:
    """Nobody is waited for who has not been seen."""
    health = services_of(request).watch.feed.totals.health
    if health is None or agent not in [one.agent for one in health.agents]:
        raise Refused(404, "not-there", "name an agent of GET /floor")
    return agent


async def _force(request: Request, _program: Program) -> BaseModel:
    wanted = await content_of(request, StepWanted)
    return _done(_known(await force_step(request, wanted.step)))


def _known(result: OrderResult | Unknown) -> OrderResult:
    if result is Unknown.QUEUE:
        raise Refused(404, result, "name a queue of GET /queues by its id")
    if result is Unknown.STEP:
        raise Refused(422, result, "name a step of service, or auto")
    assert isinstance(result, OrderResult)
    return result


def _done(result: OrderResult) -> BaseModel:
    match result:
        case OrderResult.DONE:
            return OrderDone(result=result.value)
        case OrderResult.NOT_HERE:
            raise _not_here()
        case OrderResult.UNCLEAR:
            raise Refused(503, result.value, "look how it stands before it is ordered again")
    raise Refused(409, result.value, "this call, or the agent that has it, is not in such a state")


def _not_here() -> Refused:
    return Refused(404, OrderResult.NOT_HERE.value, "name a call of GET /floor by its id")


_TAKEN: Final[Mapping[Order, type[BaseModel]]] = {
    _transfer: TransferWanted,
    _supervise: PresenceWanted,
}


def _call_order(name: str, path: str, summary: str, order: Order) -> Operation:
    takes = _TAKEN.get(order)
    return Operation(
        *("POST", f"/floor/calls/{{id}}/{path}", name, summary),
        Scope.STEER_CALLS,
        partial(_ordered, order),
        takes=takes,
        gives=OrderDone,
        problems=(404, 409, *((413, 422) if takes else ())),
    )


def _order(scope: Scope, path: str, name: str, summary: str, order: Order) -> Operation:
    return Operation(
        *("POST", path, name, summary),
        scope,
        partial(_ordered, order),
        gives=OrderDone,
        problems=(404, 409),
    )


OPERATIONS: Final = (
    Operation(
        *("GET", "/floor", "getFloor", "The calls that are going on, slots and agents"),
        Scope.READ_FLOOR,
        _floor,
        gives=FloorShown,
    ),
    Operation(
        *("GET", "/floor/calls/{id}/targets", "listTargets", "Whom a caller can be handed to"),
        Scope.STEER_CALLS,
        _targets,
        gives=TargetList,
        problems=(404,),
    ),
    _call_order("hangUp", "hang-up", "End a call", _hang_up),
    _call_order("transfer", "transfer", "Hand a caller to people", _transfer),
    _call_order("offerCallback", "offer-callback", "Offer who waits a callback", _offer_callback),
    _call_order("supervise", "supervise", "Ring the account's phone, onto a call", _supervise),
    _call_order("serveNext", "serve-next", "Serve who waits next", serve_caller_next),
    Operation(
        *("GET", "/queues", "listQueues", "Who waits, by queue"),
        Scope.READ_QUEUES,
        _queues,
        gives=QueueList,
    ),
    _order(Scope.STEER_QUEUES, "/queues/{id}/pause", "pauseQueue", "Let nobody in", _pause),
    _order(Scope.STEER_QUEUES, "/queues/{id}/resume", "resumeQueue", "Let callers in", _resume),
    _order(Scope.STEER_SERVICE, "/agents/{id}/drain", "drainAgent", "No new calls", _drain),
    _order(Scope.STEER_SERVICE, "/agents/{id}/undrain", "undrainAgent", "Calls again", _undrain),
    Operation(
        *("POST", "/service/step", "forceStep", "Force a step of service, or none"),
        Scope.STEER_SERVICE,
        _force,
        takes=StepWanted,
        gives=OrderDone,
        problems=(413, 422),
    ),
)
