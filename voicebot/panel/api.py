"""The HTTP API: what programs may ask, each for an account and within the scopes of its token.

One table says what there is; the description (OpenAPI) and the routes are made of it. Errors are
problems as of RFC 9457, with a stable code.
"""

import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from voicebot.calls.model import CallId
from voicebot.errors import StoreError, VoicebotError
from voicebot.panel.access import Action, may
from voicebot.panel.api_access import Program, Scope, bearer_of, is_allowed
from voicebot.panel.api_content import (
    CallbackList,
    CallbackShown,
    CallShown,
    Moved,
    NewCallback,
    Problem,
)
from voicebot.panel.call_question import dids_of
from voicebot.panel.callback_steering import Asked, NotDone, Wrong
from voicebot.panel.catalogue import language_of
from voicebot.panel.services import Visitor, note, services_of
from voicebot.panel.viewer_zone import zone_of
from voicebot.queueing.callbacks import Callback

ROOT: Final = "/api/v1"
LONGEST_BODY: Final = 16_384
MOST_SHOWN: Final = 500
PROBLEM_TYPE: Final = "application/problem+json"
IDEMPOTENCY_KEY: Final = "Idempotency-Key"
LONGEST_KEY: Final = 200

_STATUS: Final[Mapping[str, int]] = {
    Wrong.NOT_THERE: 404,
    Wrong.NOT_ALLOWED: 403,
    Wrong.FOR_PEOPLE: 409,
}
_TITLES: Final[Mapping[int, str]] = {
    400: "The request is not understood",
    401: "A token is missing, wrong or over",
    403: "The token is not for this",
    404: "There is no such thing",
    409: "That cannot be done",
    413: "The request is too long",
    422: "What was sent is not right",
    429: "Too many requests",
    503: "Not available at the moment",
}
Content = TypeVar("Content", bound=BaseModel)


class _Refused(Exception):
    """Ends a request with a problem."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(code)
        self.problem = Problem(title=_TITLES[status], status=status, code=code, detail=detail)


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to be asked. Its answers are the model's at `status`, or problems."""

    method: str
    path: str
    name: str
    summary: str
    scope: Scope
    carry_out: Callable[[Request, Program], Awaitable[BaseModel | None]]
    status: int = 200
    takes: type[BaseModel] | None = None
    gives: type[BaseModel] | None = None
    problems: Sequence[int] = ()
    is_idempotent_by_key: bool = False


def problem(status: int, code: str, detail: str) -> Response:
    return _shown(Problem(title=_TITLES[status], status=status, code=code, detail=detail))


def routes() -> Sequence[BaseRoute]:
    return [
        Route(f"{ROOT}{one.path}", partial(_answer, one), methods=[one.method], name=one.name)
        for one in OPERATIONS
    ]


async def _answer(operation: Operation, request: Request) -> Response:
    try:
        program = await _program(request, operation.scope)
        given = await operation.carry_out(request, program)
    except _Refused as refused:
        return _shown(refused.problem)
    except StoreError:
        return problem(503, "store", "try again later")
    except VoicebotError as error:
        return problem(503, error.code, "try again later")
    if given is None:
        return Response(status_code=operation.status)
    return JSONResponse(given.model_dump(mode="json"), operation.status)


async def _program(request: Request, scope: Scope) -> Program:
    services = services_of(request)
    address = request.client.host if request.client is not None else ""
    token = bearer_of(request.headers.get("authorization"))
    found = None if token is None else await services.tokens.find(token, services.clock())
    if found is None:
        raise _Refused(401, "unauthorized", "send a token as Authorization: Bearer")
    program = Program(*found)
    request.state.visitor = Visitor(
        address, language_of(None, None), zone_of(None), "", kept=program.kept
    )
    if services.pace.is_too_fast(program.token.name, time.monotonic()):
        raise _Refused(429, "too-many-requests", "wait a minute")
    if not is_allowed(program, scope):
        await note(request, f"{request.method} {request.url.path}", "refused", program.token.name)
        raise _Refused(403, "forbidden", f"use a token with the scope {scope.value}")
    return program


async def _content(request: Request, kind: type[Content]) -> Content:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise _Refused(413, "too-long", f"send at most {LONGEST_BODY} bytes")
    try:
        return kind.model_validate_json(body or b"{}")
    except ValidationError as error:
        # What was sent stays out of the answer: it may be private.
        faults = "; ".join(
            f"{'.'.join(str(part) for part in one['loc']) or 'body'}: {one['msg']}"
            for one in error.errors(include_input=False, include_url=False, include_context=False)
        )
        raise _Refused(422, "not-valid", faults) from error


def _done(steered: Callback | NotDone, program: Program) -> CallbackShown:
    if isinstance(steered, NotDone):
        raise _Refused(_STATUS.get(steered.code, 422), str(steered.code), steered.remedy)
    return _callback_shown(steered, program)


def _callback_shown(callback: Callback, program: Program) -> CallbackShown:
    sees_private = may(program.account, Action.SEE_PRIVATE, f"@{callback.did}")
    return CallbackShown.of(callback, sees_private=sees_private)


async def _book(request: Request, program: Program) -> BaseModel:
    services, wanted = services_of(request), await _content(request, NewCallback)
    key = request.headers.get(IDEMPOTENCY_KEY, "")
    if len(key) > LONGEST_KEY:
        raise _Refused(422, "not-valid", f"{IDEMPOTENCY_KEY}: at most {LONGEST_KEY} characters")
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
    asked = request.query_params.get("limit", "100")
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked) <= MOST_SHOWN):
        raise _Refused(422, "not-valid", f"limit: a number from 1 to {MOST_SHOWN}")
    found = await services_of(request).steering.latest(program.account, int(asked))
    return CallbackList(callbacks=[_callback_shown(one, program) for one in found])


async def _one(request: Request, program: Program) -> BaseModel:
    found = await services_of(request).steering.find(program.account, _callback_id(request))
    if found is None:
        raise _Refused(404, Wrong.NOT_THERE, "name a callback by its id")
    return _callback_shown(found, program)


async def _move(request: Request, program: Program) -> BaseModel:
    services, wanted = services_of(request), await _content(request, Moved)
    moved = await services.steering.move(
        program.account, _callback_id(request), wanted.window or "", services.clock()
    )
    await _note_done(request, "move-callback", moved, _callback_id(request))
    return _done(moved, program)


async def _call_now(request: Request, program: Program) -> BaseModel:
    services = services_of(request)
    moved = await services.steering.call_now(
        program.account, _callback_id(request), services.clock()
    )
    await _note_done(request, "call-callback-now", moved, _callback_id(request))
    return _done(moved, program)


async def _cancel(request: Request, program: Program) -> None:
    services = services_of(request)
    fault = await services.steering.cancel(program.account, _callback_id(request), services.clock())
    await _note_done(request, "cancel-callback", fault, _callback_id(request))
    if fault is not None:
        _done(fault, program)


async def _call(request: Request, program: Program) -> BaseModel:
    call_id = CallId(request.path_params["id"])
    found = None
    if "\0" not in call_id:
        found = await services_of(request).archive.records.find(call_id)
    dids = dids_of(program.account)
    if found is None or (dids is not None and found.facts.called_number not in dids):
        raise _Refused(404, Wrong.NOT_THERE, "name a call that is over, by its id")
    sees_private = may(program.account, Action.SEE_PRIVATE, f"@{found.facts.called_number}")
    return CallShown.of(found, sees_private=sees_private)


def _callback_id(request: Request) -> CallId:
    return CallId(request.path_params["id"])


async def _note_done(
    request: Request, action: str, result: Callback | NotDone | None, subject: str
) -> None:
    done = str(result.code) if isinstance(result, NotDone) else "done"
    name = result.callback_id if isinstance(result, Callback) else subject
    await note(request, action, done, name.replace("\0", ""))


def _shown(shown: Problem) -> Response:
    headers = {"WWW-Authenticate": "Bearer"} if shown.status == 401 else None
    return JSONResponse(
        shown.model_dump(mode="json"), shown.status, headers, media_type=PROBLEM_TYPE
    )


OPERATIONS: Final = (
    Operation(
        *("GET", "/callbacks", "listCallbacks", "Callbacks, the newest first"),
        Scope.READ_CALLBACKS,
        _list,
        gives=CallbackList,
        problems=(422,),
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
    Operation(
        *("GET", "/calls/{id}", "getCall", "A call that is over"),
        Scope.READ_CALLS,
        _call,
        gives=CallShown,
        problems=(404,),
    ),
)
