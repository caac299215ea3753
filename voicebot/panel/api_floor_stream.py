"""The live floor as server-sent events, for a program."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from voicebot.errors import StoreError
from voicebot.panel.access import Account
from voicebot.panel.api_access import Program, Scope, bearer_of, is_allowed
from voicebot.panel.api_operation import Refused, problem, program_of, refused
from voicebot.panel.floor_pages import streamed
from voicebot.panel.services import services_of, visitor_of

PATH: Final = "/floor/stream"
DESCRIBED: Final[dict[str, Any]] = {
    "operationId": "streamFloor",
    "summary": "The floor as it changes, as server-sent events",
    "description": "An event `start` at the beginning; then messages as JSON with `rows` that "
    "are new or other, `gone` (ids), and at times `totals` and `live`. An event `over` when the "
    "token is over.",
    "security": [{"token": [Scope.READ_FLOOR.value]}],
    "responses": {
        "200": {
            "description": "Until either side ends it",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    },
}


async def stream(request: Request) -> Response:
    try:
        await program_of(request, Scope.READ_FLOOR)
    except Refused as error:
        return refused(error)
    except StoreError:
        return problem(503, "store", "try again later")
    return streamed(request, visitor_of(request), lambda: _still(request))


async def _still(request: Request) -> Account | None:
    """A token that was revoked meanwhile sees nothing more."""
    services, token = services_of(request), bearer_of(request.headers.get("authorization"))
    assert token is not None
    try:
        found = await services.tokens.find(token, services.clock())
    except StoreError:
        return None
    if found is None or not is_allowed(program := Program(*found), Scope.READ_FLOOR):
        return None
    return program.account
