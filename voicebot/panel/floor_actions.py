"""What may be done about a call on the floor, by whoever may; each on the audit log first."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from voicebot.calls.model import CallId
from voicebot.calls.orders import (
    HangUpCall,
    OfferCallback,
    Order,
    OrderResult,
    Presence,
    Supervise,
    TransferCall,
)
from voicebot.errors import SharedStateError
from voicebot.panel.access import Action, may
from voicebot.panel.catalogue import text
from voicebot.panel.pages import field_of, open_to
from voicebot.panel.running_call import RunningCall
from voicebot.panel.running_call_pages import running, scope_of
from voicebot.panel.services import note, services_of, visitor_of
from voicebot.queueing.model import QueueName, Rank

REFUSED, UNPROCESSABLE = 409, 422


@open_to(Action.STEER_CALLS)
async def targets(request: Request) -> Response:
    """Whom the caller can be handed to."""
    call = await _steerable(request)
    if call is None:
        return _answer(request, OrderResult.NOT_HERE)
    found = await services_of(request).calls.targets(call.seen.did)
    return JSONResponse([{"id": one.id, "topic": one.topic} for one in found])


@open_to(Action.STEER_CALLS)
async def hang_up(request: Request) -> Response:
    return await _order(request, "hang-up-call", HangUpCall(_id(request)))


@open_to(Action.STEER_CALLS)
async def transfer(request: Request) -> Response:
    target = field_of(request, "target")
    return await _order(request, "transfer-call", TransferCall(_id(request), target), target)


@open_to(Action.STEER_CALLS)
async def offer_callback(request: Request) -> Response:
    """To somebody who waits, now."""
    return await _order(request, "offer-callback", OfferCallback(_id(request)))


@open_to(Action.STEER_CALLS)
async def supervise(request: Request) -> Response:
    """By the account's own phone: to listen, to whisper to an operator, or to barge in."""
    kept = visitor_of(request).kept
    assert kept is not None
    try:
        presence = Presence(field_of(request, "presence"))
    except ValueError:
        return JSONResponse({"result": "presence-unknown"}, UNPROCESSABLE)
    action, extension = f"supervise-{presence.value}", kept.extension
    if extension is None:
        await note(request, action, OrderResult.EXTENSION_MISSING.value, _id(request))
        return _answer(request, OrderResult.EXTENSION_MISSING)
    order = Supervise(_id(request), extension, presence)
    return await _order(request, action, order, extension, "supervise.done")


@open_to(Action.STEER_CALLS)
async def serve_next(request: Request) -> Response:
    """Before all who were not cut off; among those by the time of arrival."""
    action, call_id = "serve-caller-next", _id(request)
    call = await _steerable(request)
    queue = "" if call is None else scope_of(request, call)
    await note(request, action, "ordered" if queue else OrderResult.NOT_HERE.value, call_id)
    try:
        place = await services_of(request).lines.rank_as(QueueName(queue), call_id, Rank.DROPPED)
    except SharedStateError:
        await note(request, action, OrderResult.UNCLEAR.value, call_id)
        return _answer(request, OrderResult.UNCLEAR)
    if place is not None:
        return _answer(request, OrderResult.DONE)
    if queue:
        await note(request, action, OrderResult.NOT_WAITING.value, call_id)
    return _answer(request, OrderResult.NOT_WAITING if queue else OrderResult.NOT_HERE)


async def _order(
    request: Request, action: str, order: Order, what: str = "", done: str = "order.done"
) -> Response:
    call, subject = await _steerable(request), f"{_id(request)} {what}".strip()
    if call is None:
        await note(request, action, OrderResult.NOT_HERE.value, subject)
        return _answer(request, OrderResult.NOT_HERE)
    await note(request, action, "ordered", subject)
    account = visitor_of(request).account
    assert account is not None
    result = await services_of(request).calls.order(call.seen.agent, account.name, order)
    if result is not OrderResult.DONE:
        await note(request, action, result.value, subject)
    return _answer(request, result, done)


async def _steerable(request: Request) -> RunningCall | None:
    """Of a call that this reader may not steer, nothing is told either."""
    call, account = await running(request, _id(request)), visitor_of(request).account
    if call is None or account is None:
        return None
    return call if may(account, Action.STEER_CALLS, scope_of(request, call)) else None


def _answer(request: Request, result: OrderResult, done: str = "order.done") -> Response:
    is_done = result is OrderResult.DONE
    told = text(visitor_of(request).language, done if is_done else f"order.{result.value}")
    return JSONResponse({"result": result.value, "text": told}, 200 if is_done else REFUSED)


def _id(request: Request) -> CallId:
    return CallId(request.path_params["call_id"].replace("\0", ""))
