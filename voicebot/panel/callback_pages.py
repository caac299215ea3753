"""The page of callbacks: who is owed a call, and what may be done about it."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from voicebot.calls.model import CallId
from voicebot.panel.access import Account, Action, may
from voicebot.panel.callback_steering import Asked, NotDone
from voicebot.panel.masking import masked
from voicebot.panel.pages import field_of, open_to, page, see
from voicebot.panel.services import note, services_of, visitor_of
from voicebot.queueing.callbacks import Callback
from voicebot.queueing.time_spans import Span

SHOWN = 200


@open_to(Action.SEE_FLOOR)
async def show(request: Request) -> Response:
    return await _page(request)


@open_to(Action.STEER_CALLBACKS)
async def book(request: Request) -> Response:
    """Or only when the number may be rung, before anything is kept."""
    services, reader = services_of(request), reader_of(request)
    asked = Asked(
        field_of(request, "number"), field_of(request, "business"), window_of_form(request)
    )
    if field_of(request, "do") == "check":
        found = await services.steering.hours(reader, asked, services.clock())
        if isinstance(found, NotDone):
            return await _page(request, 422, fault=found)
        destination, spans = found
        return await _page(request, spans=spans, zones=destination.time_zones)
    booked = await services.steering.book(reader, asked, services.clock())
    return await _after(request, "book-callback", booked, "")


@open_to(Action.STEER_CALLBACKS)
async def move(request: Request) -> Response:
    services, callback_id = services_of(request), _id(request)
    moved = await services.steering.move(
        reader_of(request), callback_id, window_of_form(request), services.clock()
    )
    return await _after(request, "move-callback", moved, callback_id)


@open_to(Action.STEER_CALLBACKS)
async def call_now(request: Request) -> Response:
    services, callback_id = services_of(request), _id(request)
    moved = await services.steering.call_now(reader_of(request), callback_id, services.clock())
    return await _after(request, "call-callback-now", moved, callback_id)


@open_to(Action.STEER_CALLBACKS)
async def cancel(request: Request) -> Response:
    services, callback_id = services_of(request), _id(request)
    fault = await services.steering.cancel(reader_of(request), callback_id, services.clock())
    return await _after(request, "cancel-callback", fault, callback_id)


async def _after(
    request: Request, action: str, result: Callback | NotDone | None, subject: str
) -> Response:
    name = (result.callback_id if isinstance(result, Callback) else subject).replace("\0", "")
    if isinstance(result, NotDone):
        await note(request, action, str(result.code), name)
        return await _page(request, 422, fault=result)
    await note(request, action, "done", name)
    return see(request, "/callbacks")


async def _page(
    request: Request,
    status: int = 200,
    fault: NotDone | None = None,
    spans: Sequence[Span] | None = None,
    zones: Sequence[str] = (),
) -> Response:
    services, reader = services_of(request), reader_of(request)
    found = await services.steering.latest(reader, SHOWN)
    given: dict[str, Any] = dict.fromkeys(("number", "business", "day", "opens", "closes"), "")
    if request.method == "POST":
        given = {name: field_of(request, name) for name in given}
    return page(
        request,
        "callbacks.html",
        status,
        waiting=sorted((one for one in found if one.is_open), key=lambda one: one.due_at),
        over=[one for one in found if not one.is_open],
        businesses=await services.steering.names(reader),
        may_steer=(lambda one: may(reader, Action.STEER_CALLBACKS, f"@{one.did}")),
        number_of=(lambda one: number_shown(reader, one)),
        given=given,
        fault=fault,
        spans=spans,
        zones=zones,
        today=services.clock().astimezone(visitor_of(request).zone).date().isoformat(),
    )


def number_shown(reader: Account, callback: Callback) -> str:
    sees = may(reader, Action.SEE_PRIVATE, f"@{callback.did}")
    return callback.number if sees else masked(callback.number)


def window_of_form(request: Request) -> str:
    """In the reader's zone; "" where no day is named."""
    day, opens, closes = (field_of(request, name) for name in ("day", "opens", "closes"))
    if not (day or opens or closes):
        return ""
    return f"{day} {opens or '00:00'}-{closes or '24:00'} {visitor_of(request).zone.key}"


def reader_of(request: Request) -> Account:
    account = visitor_of(request).account
    assert account is not None
    return account


def _id(request: Request) -> CallId:
    return CallId(request.path_params["id"])
