"""The live floor: its page, and the stream that keeps it up to date."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from voicebot.errors import StoreError
from voicebot.panel.access import Account, Action, Role, may
from voicebot.panel.floor_view import message
from voicebot.panel.pages import open_to, page
from voicebot.panel.services import Visitor, services_of, visitor_of

# A browser is told no oftener; what comes in between is merged.
PACE_S: Final = 0.25
# Whoever signs out, or is removed, sees nothing more after this.
CHECK_EVERY_S: Final = 5.0


@open_to(Action.SEE_FLOOR)
async def floor(request: Request) -> Response:
    return page(request, "floor.html", extension=extension_of(request))


def extension_of(request: Request) -> str | None:
    """The reader's own phone."""
    kept = visitor_of(request).kept
    return None if kept is None else kept.extension


@open_to(Action.SEE_FLOOR)
async def stream(request: Request) -> Response:
    visitor = visitor_of(request)
    return streamed(request, visitor, lambda: still_in(request, visitor))


def streamed(
    request: Request, visitor: Visitor, still: Callable[[], Awaitable[Account | None]]
) -> Response:
    """`still`: who it is now; None: nobody who may look any more."""
    return StreamingResponse(
        _told(request, visitor, still),
        media_type="text/event-stream",
        # A proxy that collects answers would hold the floor back.
        headers={"X-Accel-Buffering": "no"},
    )


async def _told(
    request: Request, visitor: Visitor, still: Callable[[], Awaitable[Account | None]]
) -> AsyncIterator[str]:
    services = services_of(request)
    feed, floor_now = services.watch.feed, services.watch.floor
    account = visitor.account
    watcher = feed.join(floor_now.told)
    clock = asyncio.get_running_loop().time
    checked_at = clock()
    try:
        # A page that comes back after a break begins anew.
        yield "event: start\ndata: {}\n\n"
        while account is not None and may(account, Action.SEE_FLOOR):
            changes = watcher.take()
            totals = None if watcher.is_told_totals else feed.totals
            watcher.is_told_totals = True
            if changes or totals is not None:
                told = message(account, visitor.language, changes, totals, is_live=feed.is_live)
                yield f"data: {told}\n\n"
            else:
                yield ":\n\n"
            await asyncio.sleep(PACE_S)
            with suppress(TimeoutError):  # then a sign of life
                await asyncio.wait_for(watcher.news.wait(), CHECK_EVERY_S)
            if clock() - checked_at >= CHECK_EVERY_S:
                account = await still()
                checked_at = clock()
        yield "event: over\ndata: {}\n\n"
    finally:
        feed.leave(watcher)


async def still_in(request: Request, visitor: Visitor) -> Account | None:
    """With the role of now; without the database nobody is."""
    try:
        kept = await services_of(request).entrance.is_in(visitor.secret)
    except StoreError:
        return None
    return None if kept is None else Account(kept.name, Role(kept.role), kept.queues)
