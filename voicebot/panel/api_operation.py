"""What is one operation of the HTTP API, and how is it answered?

Errors are problems as of RFC 9457, with a stable code.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from voicebot.calls.model import CallId
from voicebot.errors import StoreError, VoicebotError
from voicebot.panel.api_access import Program, Scope, bearer_of, is_allowed
from voicebot.panel.api_content import Problem
from voicebot.panel.catalogue import language_of
from voicebot.panel.services import Visitor, note, services_of
from voicebot.panel.session_rules import TRIES_PER_ADDRESS
from voicebot.panel.viewer_zone import zone_of

ROOT: Final = "/api/v1"
LONGEST_BODY: Final = 16_384
PROBLEM_TYPE: Final = "application/problem+json"

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


class Refused(Exception):
    """Ends a request with a problem."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(code)
        self.problem = Problem(title=_TITLES[status], status=status, code=code, detail=detail)


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to be asked. Its answers are the model's at `status`, or problems.

    `query` has a JSON schema for each parameter of the query.
    """

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
    query: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    longest_body: int = LONGEST_BODY


def problem(status: int, code: str, detail: str) -> Response:
    return _shown(Problem(title=_TITLES[status], status=status, code=code, detail=detail))


def refused(error: Refused) -> Response:
    return _shown(error.problem)


async def answer(operation: Operation, request: Request) -> Response:
    try:
        program = await program_of(request, operation.scope)
        given = await operation.carry_out(request, program)
    except Refused as error:
        return refused(error)
    except StoreError:
        return problem(503, "store", "try again later")
    except VoicebotError as error:
        return problem(503, error.code, "try again later")
    if given is None:
        return Response(status_code=operation.status)
    return JSONResponse(given.model_dump(mode="json"), operation.status)


async def program_of(request: Request, scope: Scope) -> Program:
    services = services_of(request)
    stranger = Visitor(
        request.client.host if request.client is not None else "",
        language_of(None, None),
        zone_of(None),
        "",
    )
    request.state.visitor = stranger
    token = bearer_of(request.headers.get("authorization"))
    if token is None:
        raise Refused(401, "unauthorized", "send a token as Authorization: Bearer")
    found = await services.tokens.find(token, services.clock())
    if found is None:
        await _count_wrong(request, stranger.address)
        raise Refused(401, "unauthorized", "this token is wrong, over or revoked")
    program = Program(*found)
    request.state.visitor = replace(stranger, kept=program.kept, token_name=program.token.name)
    if services.pace.is_too_fast(program.token.name, time.monotonic()):
        raise Refused(429, "too-many-requests", "wait a minute")
    if not is_allowed(program, scope):
        await note(request, f"{request.method} {request.url.path}", "refused")
        raise Refused(403, "forbidden", f"use a token with the scope {scope.value}")
    return program


async def _count_wrong(request: Request, address: str) -> None:
    """As tries to sign in are, apart from those: a program gone wild shuts no people out."""
    services = services_of(request)
    of_one = await services.entrance.count_wrong_token(address)
    if of_one > TRIES_PER_ADDRESS:
        raise Refused(429, "too-many-requests", "wait a quarter of an hour")
    await note(request, "wrong-token", "refused")


async def content_of(request: Request, kind: type[Content], longest: int = LONGEST_BODY) -> Content:
    """What was sent, as it should be. Raises Refused."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            raise Refused(413, "too-long", f"send at most {longest} bytes")
    try:
        return kind.model_validate_json(body or b"{}")
    except ValidationError as error:
        # What was sent stays out of the answer: it may be private.
        faults = "; ".join(
            f"{'.'.join(str(part) for part in one['loc']) or 'body'}: {one['msg']}"
            for one in error.errors(include_input=False, include_url=False, include_context=False)
        )
        raise Refused(422, "not-valid", faults) from error


def whole_of(request: Request, name: str, default: int, most: int) -> int:
    """A number of the query, from 1 on. Raises Refused."""
    asked = request.query_params.get(name, str(default))
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10 and 1 <= int(asked) <= most):
        raise Refused(422, "not-valid", f"{name}: a number from 1 to {most}")
    return int(asked)


def id_of(request: Request) -> CallId:
    """Of the path; a database takes no zero byte."""
    return CallId(request.path_params["id"].replace("\0", ""))


def _shown(shown: Problem) -> Response:
    headers = {"WWW-Authenticate": "Bearer"} if shown.status == 401 else None
    return JSONResponse(
        shown.model_dump(mode="json"), shown.status, headers, media_type=PROBLEM_TYPE
    )
