"""The pages of calls that are over: the search, one call, and its recordings."""

import asyncio
from collections.abc import Sequence
from datetime import UTC
from functools import partial
from statistics import median

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from voicebot.calls.model import CallId, CallRecord, Direction, Outcome
from voicebot.costs.ledger import Cost, cost_of
from voicebot.costs.usage import CallUsage
from voicebot.errors import ConfigurationError
from voicebot.panel import running_call_pages
from voicebot.panel.access import Account, Action, may
from voicebot.panel.call_archive import SIDES, CallArchive
from voicebot.panel.call_question import asked, dids_of
from voicebot.panel.catalogue import named
from voicebot.panel.cost_pages import money
from voicebot.panel.masking import masked
from voicebot.panel.pages import failure, open_to, page
from voicebot.panel.services import note, services_of, visitor_of
from voicebot.panel.waterfall import longest_of, waterfall

_ROWS_ON_A_PAGE = 50
_MEDIA_TYPES = {".wav": "audio/wav", ".ogg": "audio/ogg", ".mp3": "audio/mpeg"}


def reader_of(request: Request) -> Account:
    account = visitor_of(request).account
    assert account is not None
    return account


@open_to(Action.SEE_FLOOR)
async def search(request: Request) -> Response:
    reader = reader_of(request)
    question = asked(reader, request.query_params, visitor_of(request).zone)
    archive = services_of(request).archive
    found = await archive.search.find(question.question, _ROWS_ON_A_PAGE + 1, question.after)
    shown = found[:_ROWS_ON_A_PAGE]
    return page(
        request,
        "calls.html",
        found=shown,
        fields=question.fields,
        query=question.query(),
        older=question.query(shown[-1].place) if len(found) > len(shown) else None,
        is_newest=question.after is None,
        outcomes=list(Outcome),
        sees_private=may(reader, Action.SEE_PRIVATE),
        masked=masked,
    )


@open_to(Action.SEE_FLOOR)
async def one(request: Request) -> Response:
    """A call that goes on has its own page; what is on record of it already is not all of it."""
    going_on = await running_call_pages.running(request, CallId(request.path_params["call_id"]))
    if going_on is not None:
        return running_call_pages.show(request, going_on)
    call = await _call(request)
    if call is None:
        return failure(request, 404, "error.missing")
    archive, reader, scope = services_of(request).archive, reader_of(request), _scope(call)
    call_id = call.facts.call_id
    sees_private = may(reader, Action.SEE_PRIVATE, scope)
    may_listen = may(reader, Action.LISTEN, scope)
    timings = [turn.timings for turn in call.turns]
    longest = longest_of(timings)
    totals = [one.total_ms for one in timings if one.total_ms is not None]
    return page(
        request,
        "call.html",
        call=call,
        caller=call.facts.caller_number if sees_private else masked(call.facts.caller_number),
        length_s=max(0, round((call.ended_at - call.started_at).total_seconds())),
        median_ms=round(median(totals)) if totals else None,
        turns=[(turn, waterfall(turn.timings, longest)) for turn in call.turns],
        transcript=await archive.transcripts.of_call(call_id) if sees_private else None,
        admissions=await archive.admissions.of_call(call_id),
        callbacks=await archive.callbacks.of_call(call_id),
        named=partial(named, visitor_of(request).language),
        sides=await asyncio.to_thread(_sides, archive, call) if may_listen else [],
        sees_private=sees_private,
        was_recorded=call.recording_caller is not None,
        cost=await _cost(request, call),
        money=money,
    )


async def _cost(request: Request, call: CallRecord) -> tuple[Cost, str] | None:
    """With its currency; None: not for this reader, or nobody knows prices."""
    services = services_of(request)
    if not may(reader_of(request), Action.SEE_COSTS):
        return None
    try:
        prices = await asyncio.to_thread(services.prices)
    except ConfigurationError:
        return None
    facts, answered_at = call.facts, call.answered_at or call.ended_at
    usage = CallUsage(
        max(0.0, (call.ended_at - answered_at).total_seconds()),
        facts.direction is Direction.OUTBOUND,
        await services.usage.of_call(facts.call_id),
    )
    return cost_of(usage, prices.on(call.started_at.astimezone(UTC).date())), prices.currency


@open_to(Action.LISTEN)
async def recording(request: Request) -> Response:
    """Whole or in ranges; every request is noted before a byte of it is sent."""
    call = await _call(request)
    if call is None:
        return failure(request, 404, "error.missing")
    name = f"{call.facts.call_id}/{request.path_params['side']}"
    if not may(reader_of(request), Action.LISTEN, _scope(call)):
        await note(request, "listen-to-recording", "refused", name)
        return failure(request, 403, "error.forbidden")
    archive, side = services_of(request).archive, request.path_params["side"]
    path = await asyncio.to_thread(archive.recording, call, side)
    if path is None:
        return failure(request, 404, "error.missing")
    await note(request, "listen-to-recording", "done", name)
    return FileResponse(path, media_type=_MEDIA_TYPES.get(path.suffix, "application/octet-stream"))


def _sides(archive: CallArchive, call: CallRecord) -> Sequence[str]:
    """Whose recordings are there."""
    return [side for side in SIDES if archive.recording(call, side) is not None]


async def _call(request: Request) -> CallRecord | None:
    """None: there is none, or none that this reader may know of."""
    call_id = CallId(request.path_params["call_id"])
    if "\0" in call_id:  # PostgreSQL knows no such text
        return None
    call = await services_of(request).archive.records.find(call_id)
    if call is None:
        return None
    dids = dids_of(reader_of(request))
    return call if dids is None or call.facts.called_number in dids else None


def _scope(call: CallRecord) -> str:
    return f"@{call.facts.called_number}"
