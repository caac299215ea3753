"""The HTTP API of calls that are over: searched, shown, and forgotten."""

from typing import Any, Final

from pydantic import BaseModel
from starlette.requests import Request

from voicebot.calls.model import Outcome
from voicebot.panel.access import Action, may
from voicebot.panel.api_access import Program, Scope
from voicebot.panel.api_calls_content import CallerErased, CallerForgotten, CallList, FoundShown
from voicebot.panel.api_content import CallShown
from voicebot.panel.api_operation import Operation, Refused, content_of, id_of, whole_of
from voicebot.panel.call_question import FIELDS, asked, dids_of, written
from voicebot.panel.callback_steering import Wrong
from voicebot.panel.services import services_of, visitor_of

MOST_SHOWN: Final = 200
_DAY: Final = {"type": "string", "format": "date"}
_QUESTION: Final[dict[str, dict[str, Any]]] = {
    "number": {"type": "string", "maxLength": 200, "description": "Digits of either number."},
    "words": {"type": "string", "maxLength": 200, "description": "Said by either side."},
    "outcome": {"type": "string", "enum": [one.value for one in Outcome]},
    "from": _DAY | {"description": "The first day, in UTC."},
    "to": _DAY | {"description": "The last day, in UTC."},
    "slower": {"type": "integer", "minimum": 0, "description": "An answer took so long (ms)."},
    "after": {"type": "string", "description": "`next` of the answer before."},
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST_SHOWN},
}


async def _search(request: Request, program: Program) -> BaseModel:
    """What cannot be understood is refused: left out, it would find more than was asked for."""
    limit, query = whole_of(request, "limit", 50, MOST_SHOWN), request.query_params
    question = asked(program.account, query, visitor_of(request).zone)
    for name in FIELDS:
        if query.get(name, "") and name not in question.fields:
            raise Refused(422, "not-valid", f"{name}: is not understood, or not for this account")
    if query.get("after", "") and question.after is None:
        raise Refused(422, "not-valid", "after: take it from the answer before")
    found = await services_of(request).archive.search.find(
        question.question, limit + 1, question.after
    )
    shown = found[:limit]
    return CallList(
        calls=[
            FoundShown.of(one, sees_private=may(program.account, Action.SEE_PRIVATE, f"@{one.did}"))
            for one in shown
        ],
        next=written(shown[-1].place) if len(found) > limit else None,
    )


async def _one(request: Request, program: Program) -> BaseModel:
    found = await services_of(request).archive.records.find(id_of(request))
    dids = dids_of(program.account)
    if found is None or (dids is not None and found.facts.called_number not in dids):
        raise Refused(404, Wrong.NOT_THERE, "name a call that is over, by its id")
    sees_private = may(program.account, Action.SEE_PRIVATE, f"@{found.facts.called_number}")
    return CallShown.of(found, sees_private=sees_private)


async def _erase(request: Request, program: Program) -> BaseModel:
    services, wanted = services_of(request), await content_of(request, CallerErased)
    try:
        erased, lines = await services.erasure.forget(
            wanted.number,
            f"{program.kept.name} ({program.token.name})",
            visitor_of(request).address,
            services.clock(),
        )
    except ValueError as error:
        raise Refused(422, "no-number", "number: with its country code") from error
    return CallerForgotten(
        calls=erased.calls,
        messages=erased.messages,
        callbacks=erased.callbacks,
        files=erased.files,
        failures=erased.failures,
        lines=lines,
    )


OPERATIONS: Final = (
    Operation(
        *("GET", "/calls", "searchCalls", "Calls that are over, the newest first"),
        Scope.READ_CALLS,
        _search,
        gives=CallList,
        problems=(422,),
        query=_QUESTION,
    ),
    Operation(
        *("GET", "/calls/{id}", "getCall", "A call that is over"),
        Scope.READ_CALLS,
        _one,
        gives=CallShown,
        problems=(404,),
    ),
    Operation(
        *("POST", "/callers/erase", "eraseCaller", "Forget what a number has said, for good"),
        Scope.ERASE_CALLERS,
        _erase,
        takes=CallerErased,
        gives=CallerForgotten,
        problems=(413, 422),
    ),
)
