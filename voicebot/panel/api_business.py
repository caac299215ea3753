"""The HTTP API of what an administrator keeps: business files, costs, the audit log."""

import asyncio
from datetime import UTC
from typing import Final

from pydantic import BaseModel
from starlette.requests import Request

from voicebot.costs.ledger import Sum
from voicebot.costs.used_calls import By, summed_by
from voicebot.errors import BusinessFileInvalid, ConfigurationError
from voicebot.panel.api_access import Program, Scope
from voicebot.panel.api_business_content import (
    AuditList,
    AuditShown,
    BusinessList,
    BusinessShown,
    BusinessWanted,
    CostList,
    CostShown,
    SavedShown,
    VersionList,
    VersionShown,
)
from voicebot.panel.api_operation import Operation, Refused, content_of, whole_of
from voicebot.panel.business_editing import Conflict, Saved
from voicebot.panel.cost_pages import day_of, days_of
from voicebot.panel.services import note, services_of
from voicebot.store.business_versions import BusinessVersion

MOST_SHOWN: Final = 200
LONGEST_TEXT: Final = 1_000_000
_VERSIONS_SHOWN: Final = 100
_LIMIT: Final = {"type": "integer", "minimum": 1, "maximum": MOST_SHOWN}
_DAY: Final = {"type": "string", "format": "date"}


async def _businesses(request: Request, _program: Program) -> BaseModel:
    try:
        return BusinessList(files=await services_of(request).editing.names())
    except BusinessFileInvalid:
        return BusinessList(files=[])


async def _business(request: Request, _program: Program) -> BaseModel:
    latest = await _latest(request)
    return BusinessShown.of(_file(request), latest)


async def _versions(request: Request, _program: Program) -> BaseModel:
    await _latest(request)
    found = await services_of(request).editing.history(_file(request), _VERSIONS_SHOWN)
    return VersionList(versions=[VersionShown.of(one) for one in found])


async def _version(request: Request, _program: Program) -> BaseModel:
    await _latest(request)
    number = request.path_params["version"]
    found = None
    if number.isascii() and number.isdigit() and len(number) < 10:
        found = await services_of(request).editing.find(_file(request), int(number))
    if found is None:
        raise Refused(404, "not-there", "name a version by its number")
    return BusinessShown.of(_file(request), found)


async def _save(request: Request, program: Program) -> BaseModel:
    wanted = await content_of(request, BusinessWanted, LONGEST_TEXT)
    editing, file = services_of(request).editing, _file(request)
    await _latest(request)
    await note(request, "save-business", "asked", f"{file} {wanted.made_from}")
    why = (wanted.note or "").replace("\0", "")
    result = await editing.save(file, wanted.made_from, wanted.text, program.kept.name, why)
    await note(
        request, "save-business", type(result).__name__.lower(), f"{file} {wanted.made_from}"
    )
    if isinstance(result, Saved):
        return SavedShown(version=result.version, outcome=result.outcome)
    if isinstance(result, Conflict):
        raise Refused(409, "conflict", f"made_from: the latest version is {result.latest.version}")
    raise Refused(422, "business-file-invalid", "; ".join(result.problems))


async def _costs(request: Request, _program: Program) -> BaseModel:
    services, query = services_of(request), request.query_params
    by = query.get("by", By.DAY.value)
    if by not in set(By):
        raise Refused(422, "not-valid", f"by: one of {', '.join(By)}")
    at = services.clock()
    today = at.astimezone(UTC).date()
    for name in ("from", "to"):
        if query.get(name, "") and day_of(query[name]) is None:
            raise Refused(422, "not-valid", f"{name}: a day, as 2026-11-24")
    first, last = days_of(query.get("from", ""), query.get("to", ""), today)
    try:
        prices = await asyncio.to_thread(services.prices)
    except ConfigurationError as error:
        raise Refused(503, error.code, "the file of prices cannot be read") from error
    found = summed_by(By(by), await services.used_days.between(first, last, at), prices)
    return CostList(
        first=first,
        last=last,
        by=by,
        currency=prices.currency,
        whole=CostShown.of("", sum(found.values(), Sum())),
        costs=[CostShown.of(name, one) for name, one in sorted(found.items())],
    )


async def _audit(request: Request, _program: Program) -> BaseModel:
    limit = whole_of(request, "limit", 100, MOST_SHOWN)
    before = None
    if "before" in request.query_params:
        before = whole_of(request, "before", 1, 10**9 - 1)
    lines = await services_of(request).audit.latest(limit, before=before)
    return AuditList(lines=[AuditShown.of(number, line) for number, line in lines])


async def _latest(request: Request) -> BusinessVersion:
    try:
        return await services_of(request).editing.latest(_file(request))
    except BusinessFileInvalid as error:
        raise Refused(404, "not-there", "name a file of GET /businesses") from error


def _file(request: Request) -> str:
    file: str = request.path_params["file"]
    return file


OPERATIONS: Final = (
    Operation(
        *("GET", "/businesses", "listBusinesses", "The business files"),
        Scope.READ_BUSINESS,
        _businesses,
        gives=BusinessList,
    ),
    Operation(
        *("GET", "/businesses/{file}", "getBusiness", "A business file as it is in force"),
        Scope.READ_BUSINESS,
        _business,
        gives=BusinessShown,
        problems=(404,),
    ),
    Operation(
        *("PUT", "/businesses/{file}", "saveBusiness", "Change a business file"),
        Scope.WRITE_BUSINESS,
        _save,
        takes=BusinessWanted,
        gives=SavedShown,
        problems=(404, 409, 413, 422),
        longest_body=LONGEST_TEXT,
    ),
    Operation(
        *("GET", "/businesses/{file}/versions", "listVersions", "Who changed it, newest first"),
        Scope.READ_BUSINESS,
        _versions,
        gives=VersionList,
        problems=(404,),
    ),
    Operation(
        *("GET", "/businesses/{file}/versions/{version}", "getVersion", "What it said then"),
        Scope.READ_BUSINESS,
        _version,
        gives=BusinessShown,
        problems=(404,),
    ),
    Operation(
        *("GET", "/costs", "listCosts", "What calls cost, by what they can be told apart"),
        Scope.READ_COSTS,
        _costs,
        gives=CostList,
        problems=(422,),
        query={
            "from": _DAY,
            "to": _DAY,
            "by": {"type": "string", "enum": [one.value for one in By]},
        },
    ),
    Operation(
        *("GET", "/audit", "listAudit", "What was done, refused and tried, newest first"),
        Scope.READ_AUDIT,
        _audit,
        gives=AuditList,
        problems=(422,),
        query={"limit": _LIMIT, "before": {"type": "integer", "minimum": 1}},
    ),
)
