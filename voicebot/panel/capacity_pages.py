"""The page of capacity: how busy was it, how well was it served, and how was that a week ago?"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from voicebot.capacity.offered_load import Tally
from voicebot.capacity.over_time import Range, Stretches, folded, stretches
from voicebot.panel.access import Account, Action, may
from voicebot.panel.capacity_view import Samples, figures, plots_of_calls, plots_of_samples
from voicebot.panel.pages import open_to, page
from voicebot.panel.plots import HEIGHT, WIDTH, text
from voicebot.panel.services import services_of, visitor_of
from voicebot.store.capacity_history import SqlCapacityHistory

_TICKS: Final[Mapping[Range, tuple[int, str]]] = {
    Range.HOUR: (3, "%H:%M"),
    Range.DAY: (12, "%H:%M"),
    Range.WEEK: (12, "%a %d."),
}
_WHEN: Final[Mapping[Range, str]] = {
    Range.HOUR: "%H:%M",
    Range.DAY: "%a %H:%M",
    Range.WEEK: "%Y-%m-%d %H:%M",
}


@open_to(Action.SEE_FLOOR)
async def show(request: Request) -> Response:
    services, visitor = services_of(request), visitor_of(request)
    assert visitor.account is not None
    asked = request.query_params.get("range", "")
    chosen = next((one for one in Range if one == asked), Range.DAY)
    shown = stretches(chosen, services.clock().timestamp())
    history = services.capacity
    there = await _scopes(history, visitor.account, shown)
    scope = request.query_params.get("queue", "")
    # None: all that there are, for whoever may see all of them.
    scopes: Sequence[str] | None = None if visitor.account.queues is None else there
    if scope in there:
        scopes = [scope]
    now, before = await asyncio.gather(
        _sums(history, shown, scopes), _sums(history, shown.a_week_before, scopes)
    )
    plots = list(plots_of_calls(now, before, shown.width_s))
    sees_all = visitor.account.queues is None
    if sees_all:
        sampled, sampled_before = await asyncio.gather(
            _samples(history, shown), _samples(history, shown.a_week_before)
        )
        plots += plots_of_samples(sampled, sampled_before, shown)
    every, look = _TICKS[chosen]
    begins = [datetime.fromtimestamp(at_s, visitor.zone) for at_s in shown.begins_s]
    return page(
        request,
        "capacity.html",
        ranges=list(Range),
        chosen=chosen,
        queues=there,
        scope=scope if scope in there else "",
        figures=figures(now, before, shown.end_s - shown.first_s),
        plots=plots,
        sees_all=sees_all,
        times=[one.strftime(_WHEN[chosen]) for one in begins],
        ticks=[one.strftime(look) for one in begins[::every]],
        until=datetime.fromtimestamp(shown.end_s, visitor.zone),
        text=text,
        size=f"0 0 {WIDTH} {HEIGHT}",
    )


async def _scopes(history: SqlCapacityHistory, account: Account, shown: Stretches) -> Sequence[str]:
    found = await history.scopes(_at(shown.a_week_before.first_s))
    return [one for one in found if may(account, Action.SEE_FLOOR, one)]


async def _sums(
    history: SqlCapacityHistory, shown: Stretches, scopes: Sequence[str] | None
) -> Sequence[Tally]:
    return folded(await history.sums(_at(shown.first_s), _at(shown.end_s), scopes), shown)


async def _samples(history: SqlCapacityHistory, shown: Stretches) -> Samples:
    return await history.sampled(_at(shown.first_s), _at(shown.end_s))


def _at(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
