"""The page of a call that goes on, and the stream that keeps it up to date until it is over."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from voicebot.calls.model import CallId
from voicebot.errors import SharedStateError, StoreError
from voicebot.panel.access import Action, may
from voicebot.panel.floor_pages import CHECK_EVERY_S, extension_of, still_in
from voicebot.panel.pages import open_to, page
from voicebot.panel.running_call import RunningCall, running_call
from voicebot.panel.running_call_view import shown_number, told
from voicebot.panel.services import Visitor, services_of, visitor_of

PACE_S: Final = 0.4
# A record is written when all is known of its call, and by another process if the agent died.
RECORD_WITHIN_S: Final = 15.0


async def running(request: Request, call_id: CallId) -> RunningCall | None:
    """None: it is not going on, or this reader may not know of it. Without Redis, nothing is."""
    try:
        found = running_call(call_id, await services_of(request).contexts.load(call_id))
    except SharedStateError:
        return None
    account = visitor_of(request).account
    if found is None or found.is_over or account is None:
        return None
    return found if may(account, Action.SEE_FLOOR, scope_of(request, found)) else None


def show(request: Request, call: RunningCall) -> Response:
    account, language = visitor_of(request).account, visitor_of(request).language
    sees_private = account is not None and may(account, Action.SEE_PRIVATE, scope_of(request, call))
    return page(
        request,
        "running_call.html",
        call=call,
        caller=shown_number(call.seen.caller, language, sees_private=sees_private),
        sees_private=sees_private,
        may_be_on_it=all(
            account is not None and may(account, action, scope_of(request, call))
            for action in (Action.LISTEN, Action.STEER_CALLS)
        ),
        extension=extension_of(request),
    )


@open_to(Action.SEE_FLOOR)
async def stream(request: Request) -> Response:
    call = await running(request, CallId(request.path_params["call_id"]))
    if call is None:
        return PlainTextResponse("This call does not go on.", 404)
    return StreamingResponse(
        _told(request, visitor_of(request), call),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _told(request: Request, visitor: Visitor, call: RunningCall) -> AsyncIterator[str]:
    """What is new, at a pace that a reader can follow; looked up, so nothing can be missed."""
    scope, call_id = scope_of(request, call), call.seen.call_id
    clock = asyncio.get_running_loop().time
    account, checked_at, last = visitor.account, clock(), ""
    seen: RunningCall | None = call
    while seen is not None and not seen.is_over:
        if account is None or not may(account, Action.SEE_FLOOR, scope):
            yield "event: out\ndata: {}\n\n"
            return
        sees_private = may(account, Action.SEE_PRIVATE, scope)
        message = told(seen, visitor.language, sees_private=sees_private)
        if message != last:
            yield f"data: {message}\n\n"
            last = message
        if clock() - checked_at >= CHECK_EVERY_S:
            account, checked_at = await still_in(request, visitor), clock()
            yield ":\n\n"  # a sign of life
        await asyncio.sleep(PACE_S)
        try:
            seen = running_call(call_id, await services_of(request).contexts.load(call_id))
        except SharedStateError:
            yield "event: stale\ndata: {}\n\n"
            await asyncio.sleep(CHECK_EVERY_S)
    yield f"event: over\ndata: {'true' if await _is_on_record(request, call_id) else 'false'}\n\n"


async def _is_on_record(request: Request, call_id: CallId) -> bool:
    records, clock = services_of(request).archive.records, asyncio.get_running_loop().time
    give_up_at = clock() + RECORD_WITHIN_S
    while clock() < give_up_at:
        try:
            if await records.find(call_id) is not None:
                return True
        except StoreError:
            return False
        await asyncio.sleep(PACE_S)
    return False


def scope_of(request: Request, call: RunningCall) -> str:
    """The queue that it waits in, as the floor sees it; else its DID."""
    on_floor = services_of(request).watch.floor.calls
    found = next((one for one in on_floor if one.call_id == call.seen.call_id), call.seen)
    return found.scope
