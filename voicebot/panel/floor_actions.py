"""What may be done about a call on the floor, by whoever may."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from voicebot.calls.model import CallId
from voicebot.calls.orders import HangUpCall, OfferCallback, OrderResult, Presence, TransferCall
from voicebot.panel.access import Action
from voicebot.panel.catalogue import text
from voicebot.panel.floor_orders import order_call, serve_caller_next, supervise_call, targets_of
from voicebot.panel.pages import field_of, open_to
from voicebot.panel.services import visitor_of

REFUSED, UNPROCESSABLE = 409, 422


@open_to(Action.STEER_CALLS)
async def targets(request: Request) -> Response:
    """Whom the caller can be handed to."""
    found = await targets_of(request, _id(request))
    if found is None:
        return _answer(request, OrderResult.NOT_HERE)
    return JSONResponse([{"id": one.id, "topic": one.topic} for one in found])


@open_to(Action.STEER_CALLS)
async def hang_up(request: Request) -> Response:
    call_id = _id(request)
    return _answer(request, await order_call(request, call_id, "hang-up-call", HangUpCall(call_id)))


@open_to(Action.STEER_CALLS)
async def transfer(request: Request) -> Response:
    target, call_id = field_of(request, "target"), _id(request)
    order = TransferCall(call_id, target)
    return _answer(request, await order_call(request, call_id, "transfer-call", order, target))


@open_to(Action.STEER_CALLS)
async def offer_callback(request: Request) -> Response:
    """To somebody who waits, now."""
    call_id = _id(request)
    order = OfferCallback(call_id)
    return _answer(request, await order_call(request, call_id, "offer-callback", order))


@open_to(Action.STEER_CALLS)
async def supervise(request: Request) -> Response:
    """By the account's own phone: to listen, to whisper to an operator, or to barge in."""
    try:
        presence = Presence(field_of(request, "presence"))
    except ValueError:
        return JSONResponse({"result": "presence-unknown"}, UNPROCESSABLE)
    result = await supervise_call(request, _id(request), presence)
    return _answer(request, result, "supervise.done")


@open_to(Action.STEER_CALLS)
async def serve_next(request: Request) -> Response:
    return _answer(request, await serve_caller_next(request, _id(request)))


def _answer(request: Request, result: OrderResult, done: str = "order.done") -> Response:
    is_done = result is OrderResult.DONE
    told = text(visitor_of(request).language, done if is_done else f"order.{result.value}")
    return JSONResponse({"result": result.value, "text": told}, 200 if is_done else REFUSED)


def _id(request: Request) -> CallId:
    return CallId(request.path_params["call_id"].replace("\0", ""))
