"""Lets whoever may listen in to a call that goes on: one request is one listening.

The answer is what is heard, as it comes: G.711 µ-law, 8,000 bytes a second. It ends with the call,
or when the browser leaves; and that somebody listens is on the audit log before a sound is heard.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from voicebot.calls.model import CallId
from voicebot.calls.orders import Listen, OrderResult
from voicebot.errors import SharedStateError, StoreError
from voicebot.panel.access import Account, Action, may
from voicebot.panel.catalogue import text
from voicebot.panel.floor_actions import REFUSED
from voicebot.panel.floor_pages import CHECK_EVERY_S, still_in
from voicebot.panel.pages import open_to
from voicebot.panel.running_call import RunningCall
from voicebot.panel.running_call_pages import running, scope_of
from voicebot.panel.services import note, services_of, visitor_of
from voicebot.telemetry.logs import log_of

RENEW_EVERY_S: Final = 1.5
# An agent that is gone says nothing of it.
SILENT_FOR_S: Final = 6.0
NOTED_AS: Final = "listen-in"

log = log_of("panel")


@open_to(Action.LISTEN)
async def listen(request: Request) -> Response:
    call_id = CallId(request.path_params["call_id"].replace("\0", ""))
    call, account = await running(request, call_id), visitor_of(request).account
    if call is None or account is None or not _may_hear(request, account, call):
        await note(request, NOTED_AS, OrderResult.NOT_HERE.value, call_id)
        return _refused(request, OrderResult.NOT_HERE)
    await note(request, NOTED_AS, "ordered", call_id)
    services = services_of(request)
    try:
        position = await services.listening.position(call_id)
        await services.listening.renew(call_id)
    except SharedStateError:
        result = OrderResult.NOBODY
    else:
        result = await services.calls.order(call.seen.agent, account.name, Listen(call_id))
    if result is not OrderResult.DONE:
        await note(request, NOTED_AS, result.value, call_id)
        return _refused(request, result)
    return _Listening(
        _heard(request, call, position), lambda: note(request, NOTED_AS, "ended", call_id)
    )


async def _heard(request: Request, call: RunningCall, position: str) -> AsyncGenerator[bytes]:
    listening, call_id = services_of(request).listening, call.seen.call_id
    clock = asyncio.get_running_loop().time
    renewed_at = checked_at = heard_at = clock()
    try:
        async with aclosing(listening.follow(call_id, position)) as chunks:
            async for chunk in chunks:
                now = clock()
                heard_at = now if chunk else heard_at
                if now - heard_at >= SILENT_FOR_S:
                    return
                if now - checked_at >= CHECK_EVERY_S:
                    checked_at = now
                    account = await still_in(request, visitor_of(request))
                    if account is None or not _may_hear(request, account, call):
                        return
                if now - renewed_at >= RENEW_EVERY_S:
                    renewed_at = now
                    await listening.renew(call_id)
                if chunk:
                    yield chunk
    except SharedStateError:
        return


class _Listening(StreamingResponse):
    """Says when it is over, whoever ended it."""

    def __init__(self, heard: AsyncGenerator[bytes], ended: Callable[[], Awaitable[None]]) -> None:
        super().__init__(
            heard, media_type="application/octet-stream", headers={"X-Accel-Buffering": "no"}
        )
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            try:
                await self._ended()
            except StoreError as error:
                log.error("listening_in.end_not_noted", code=error.code)


def _may_hear(request: Request, account: Account, call: RunningCall) -> bool:
    return may(account, Action.LISTEN, scope_of(request, call))


def _refused(request: Request, result: OrderResult) -> Response:
    told = text(visitor_of(request).language, f"order.{result.value}")
    return JSONResponse({"result": result.value, "text": told}, REFUSED)
