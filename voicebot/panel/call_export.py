"""The calls that a search finds, as a file: CSV for spreadsheets, JSON for programs.

Sent as it is read, so that a million calls need no more memory than one. Noted before it begins.
"""

import json
from collections.abc import AsyncIterator, Mapping

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from voicebot.panel.access import Account, Action, may
from voicebot.panel.call_pages import reader_of
from voicebot.panel.call_question import asked
from voicebot.panel.masking import masked
from voicebot.panel.pages import open_to
from voicebot.panel.services import note, services_of, visitor_of
from voicebot.panel.table_cells import csv_line
from voicebot.store.call_search import FoundCall

_COLUMNS = (
    "call_id",
    "started_at",
    "ended_at",
    "length_s",
    "direction",
    "caller",
    "did",
    "outcome",
    "handled_by",
    "turns",
    "slowest_ms",
)


@open_to(Action.SEE_FLOOR)
async def as_csv(request: Request) -> Response:
    found = await _found(request, "export-csv")
    return _file(_lines(found), "text/csv; charset=utf-8", "calls.csv")


@open_to(Action.SEE_FLOOR)
async def as_json(request: Request) -> Response:
    found = await _found(request, "export-json")
    return _file(_array(found), "application/json", "calls.json")


def _file(parts: AsyncIterator[str], media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(parts, media_type=media_type, headers=headers)


async def _found(request: Request, action: str) -> AsyncIterator[Mapping[str, object]]:
    reader = reader_of(request)
    question = asked(reader, request.query_params, visitor_of(request).zone)
    # What was asked for may be a number: only which kinds of questions were.
    await note(request, action, "done", " ".join(question.fields))
    found = services_of(request).archive.search.all(question.question)
    return (_row(reader, call) async for call in found)


def _row(reader: Account, call: FoundCall) -> Mapping[str, object]:
    values: dict[str, object] = {name: getattr(call, name) for name in _COLUMNS}
    if not may(reader, Action.SEE_PRIVATE, f"@{call.did}"):
        values["caller"] = masked(call.caller)
    values["started_at"] = call.started_at.isoformat()
    values["ended_at"] = call.ended_at.isoformat()
    return values


async def _lines(found: AsyncIterator[Mapping[str, object]]) -> AsyncIterator[str]:
    yield csv_line(_COLUMNS)
    async for row in found:
        yield csv_line([row[name] for name in _COLUMNS])


async def _array(found: AsyncIterator[Mapping[str, object]]) -> AsyncIterator[str]:
    yield "["
    before = "\n"
    async for row in found:
        yield before + json.dumps(row, ensure_ascii=False)
        before = ",\n"
    yield "\n]\n"
