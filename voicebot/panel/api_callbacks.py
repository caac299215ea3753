"""The HTTP API of callbacks."""

import hashlib
from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel
from starlette.requests import Request

from voicebot.panel.access import Action, may
from voicebot.panel.api_access import Program, Scope
from voicebot.panel.api_content import CallbackList, CallbackShown, Moved, NewCallback
from voicebot.panel.api_operation import Operation, Refused, content_of, id_of, whole_of
from voicebot.panel.callback_steering import Asked, NotDone, Wrong
from voicebot.panel.services import note, services_of
from voicebot.queueing.callbacks import Callback

MOST_SHOWN: Final = 500
IDEMPOTENCY_KEY: Final = "Idempotency-Key"
LONGEST_KEY: Final = 200

_STATUS: Final[Mapping[str, int]] = {
    Wrong.NOT_THERE: 404,
    Wrong.NOT_ALLOWED: 403,
    Wrong.FOR_PEOPLE: 409,
}


def _done(steered: Callback | NotDone, program: Program) -> CallbackShown:
    if isinstance(steered, NotDone):
        raise Refused(_STATUS.get(steered.code, 422), str(steered.code), steered.remedy)
    return _callback_shown(steered, program)


def _callback_shown(callback: Callback, program: Program) -> CallbackShown:
    sees_private = may(program.account, Action.SEE_PRIVATE, f"@{callback.did}")
    return CallbackShown.of(callback, sees_private=sees_private)


async def _book(request: Request, program: Program) -> BaseModel:
    services, wanted = services_of(request), await content_of(request, NewCallback)
    key = request.headers.get(IDEMPOTENCY_KEY, "")
    if len(key) > LONGEST_KEY:
        raise Refused(422, "not-valid", f"{IDEMPOTENCY_KEY}: at most {LONGEST_KEY} characters")
    callback_id = None
    if key:
        # Of the account and of what is wished for: another's key, or another wish, is another.
        wish = (program.kept.name, key, wanted.number, wanted.business, wanted.window)
        digest = hashlib.sha256(repr(wish).encode()).hexdigest()[:24]
        callback_id = services.steering.new_id(digest)
    asked = Asked(wanted.number, wanted.business, wanted.window or "", callback_id)
    booked = await services.steering.book(program.account, asked, services.clock())
    await _note_done(request, "book-callback", booked, callback_id or "")
    return _done(booked, program)


async def _list(request: Request, program: Program) -> BaseModel:
    limit = whole_of(request, "limit", 100, MOST_SHOWN)
    found = await services_of(request).steering.latest(program.account, limit)
    return CallbackList(callbacks=[_callback_shown(one, program) for one in found])


async def _one(request: Request, program: Program) -> BaseModel:
    found = await services_of(request).steering.find(program.account, id_of(request))
    if found is None:
        raise Refused(404, Wrong.NOT_THERE, "name a callback by its id")
    return _callback_shown(found, program)


async def _move(request: Request, program: Program) -> BaseModel:
    services, wanted = services_of(request), await content_of(request, Moved)
    moved = await services.steering.move(
        program.account, id_of(request), wanted.window or "", services.clock()
    )
    await _note_done(request, "move-callback", moved, id_of(request))
    return _done(moved, program)


async def _call_now(request: Request, program: Program) -> BaseModel:
    services = services_of(request)
    moved = await services.steering.call_now(program.account, id_of(request), services.clock())
    await _note_done(request, "call-callback-now", moved, id_of(request))
    return _done(moved, program)


async def _cancel(request: Request, program: Program) -> None:
    services = services_of(request)
    fault = await services.steering.cancel(program.account, id_of(request), services.clock())
    await _note_done(request, "cancel-callback", fault, id_of(request))
    if fault is not None:
        _done(fault, program)


async def _note_done(
    request: Request, action: str, result: Callback | NotDone | None, subject: str
) -> None:
    done = str(result.code) if isinstance(result, NotDone) else "done"
    name = result.callback_id if isinstance(result, Callback) else subject
    await note(request, action, done, name.replace("\0", ""))


OPERATIONS: Final = (
    Operation(
        *("GET", "/callbacks", "listCallbacks", "Callbacks, the newest first"),
        Scope.READ_CALLBACKS,
        _list,
        gives=CallbackList,
        problems=(422,),
        query={"limit": {"type": "integer", "minimum": 1, "maximum": MOST_SHOWN}},
    ),
    Operation(
        *("POST", "/callbacks", "bookCallback", "Have a number rung, at its turn or at a time"),
        Scope.WRITE_CALLBACKS,
        _book,
        status=201,
        takes=NewCallback,
        gives=CallbackShown,
        problems=(409, 413, 422),
        is_idempotent_by_key=True,
    ),
    Operation(
        *("GET", "/callbacks/{id}", "getCallback", "One callback"),
        Scope.READ_CALLBACKS,
        _one,
        gives=CallbackShown,
        problems=(404,),
    ),
    Operation(
        *("DELETE", "/callbacks/{id}", "cancelCallback", "Ring no more"),
        Scope.WRITE_CALLBACKS,
        _cancel,
        status=204,
        problems=(404,),
    ),
    Operation(
        *("POST", "/callbacks/{id}/move", "moveCallback", "Ring at another time"),
        Scope.WRITE_CALLBACKS,
        _move,
        takes=Moved,
        gives=CallbackShown,
        problems=(404, 409, 413, 422),
    ),
    Operation(
        *("POST", "/callbacks/{id}/call-now", "callNow", "Ring before all who were not cut off"),
        Scope.WRITE_CALLBACKS,
        _call_now,
        gives=CallbackShown,
        problems=(404, 409, 422),
    ),
)
