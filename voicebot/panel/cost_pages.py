"""The page of costs: by day, drawn and in figures, and by what else calls can be told apart."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from voicebot.costs.amounts import amounts, kept_characters
from voicebot.costs.ledger import Sum
from voicebot.costs.prices import PriceList
from voicebot.costs.savings import Saving, savings, total
from voicebot.costs.used_calls import By, UsedCalls, summed_by
from voicebot.errors import ConfigurationError
from voicebot.panel.access import Action
from voicebot.panel.budget_lines import budget_lines, latest_alerts
from voicebot.panel.pages import failure, open_to, page
from voicebot.panel.services import services_of
from voicebot.store.answered_turns import SqlAnsweredTurns
from voicebot.store.used_days import begins

_DAYS: Final = 30
_MOST_DAYS: Final = 366
_WIDTH: Final = 1000  # of the drawing, all days together
_HEIGHT: Final = 180
# The parts of a bar, from its foot up.
PARTS: Final = ("trunk", "workers", "recognition", "synthesis", "model")


@open_to(Action.SEE_COSTS)
async def show(request: Request) -> Response:
    services, query = services_of(request), request.query_params
    at = services.clock()
    today = at.astimezone(UTC).date()
    first, last = days_of(query.get("from", ""), query.get("to", ""), today)
    by = By(query["by"]) if query.get("by") in set(By) else By.BUSINESS
    try:
        prices = await asyncio.to_thread(services.prices)
    except ConfigurationError:
        return failure(request, 503, "costs.no_prices")
    found = await services.used_days.between(first, last, at)
    by_day = summed_by(By.DAY, found, prices)
    spared = await _spared(services.turns, first, last, found, prices.on(today))
    whole = sum(by_day.values(), Sum())
    days = [first + timedelta(days=one) for one in range((last - first).days + 1)]
    return page(
        request,
        "costs.html",
        first=first.isoformat(),
        last=last.isoformat(),
        by=by,
        ways=[one for one in By if one is not By.DAY],
        whole=whole,
        sums=dict(sorted(summed_by(by, found, prices).items())),
        bars=_bars(days, by_day),
        parts=PARTS,
        size=(_WIDTH, _HEIGHT),
        amounts=amounts(found),
        savings=spared,
        saved=total(spared),
        budgets=await budget_lines(services.used_days, prices, at),
        alerts=await latest_alerts(services.alerts),
        currency=prices.currency,
        money=money,
        has_prices=whole.cost.total > 0 or not whole.calls,
    )


def money(amount: Decimal | None) -> str:
    """Small amounts with a hundredth of a cent: a turn costs little."""
    if amount is None:
        return "-"
    return f"{amount:,.2f}" if amount >= 100 else f"{amount:.4f}"


async def _spared(
    turns: SqlAnsweredTurns,
    first: date,
    last: date,
    found: Sequence[UsedCalls],
    prices: PriceList | None,
) -> Sequence[Saving]:
    """At today's prices. Raises StoreError."""
    since, until = begins(first), begins(last + timedelta(days=1))
    answerers, measured = await asyncio.gather(
        turns.answerers(since, until), turns.measured(since, until)
    )
    return savings(answerers, kept_characters(found), measured, prices)


def _bars(
    days: list[date], by_day: Mapping[str, Sum]
) -> list[tuple[str, Sum, float, float, list[tuple[str, float, float]]]]:
    """Of each day its sum, where its bar stands, how wide it is, and its parts as (y, height)."""
    step = _WIDTH / len(days)
    most = max((one.cost.total for one in by_day.values()), default=Decimal(0))
    bars = []
    for number, day in enumerate(days):
        one = by_day.get(day.isoformat(), Sum())
        parts, foot = [], float(_HEIGHT)
        for name in PARTS:
            amount = getattr(one.cost, name)
            height = float(amount / most) * _HEIGHT if most else 0.0
            foot -= height
            parts.append((name, round(foot, 1), round(height, 1)))
        bars.append((day.isoformat(), one, round(number * step, 1), round(step * 0.72, 1), parts))
    return bars


def days_of(first: str, last: str, today: date) -> tuple[date, date]:
    """What cannot be understood is left out; a year at most."""
    until = day_of(last) or today
    since = day_of(first) or until - timedelta(days=_DAYS - 1)
    if since > until:
        since = until
    return max(since, until - timedelta(days=_MOST_DAYS - 1)), until


def day_of(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None
