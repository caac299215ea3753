"""What caches and small models saved: `voicebot savings`."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from voicebot.commands.costs import money
from voicebot.commands.showing import as_json_text, database_of
from voicebot.costs.amounts import kept_characters
from voicebot.costs.prices import Prices
from voicebot.costs.savings import Range, Saving, total
from voicebot.costs.savings import savings as reckoned
from voicebot.prices_file import load_prices
from voicebot.settings import Settings
from voicebot.store.answered_turns import SqlAnsweredTurns
from voicebot.store.call_usage import SqlCallUsage

_DAYS = 30
_DAY = "%Y-%m-%d"


def register(app: typer.Typer) -> None:
    app.command("savings")(savings)


def savings(
    since: Annotated[
        datetime | None, typer.Option("--from", formats=[_DAY], help="The first day, UTC.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=[_DAY], help="The last day, UTC.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Estimate what caches and the small model saved, by the prices of today."""
    settings = Settings.load()
    prices = load_prices(settings.prices_file)
    today = datetime.combine(datetime.now(UTC).date(), time(), UTC)
    last = today if until is None else until.replace(tzinfo=UTC)
    first = last - timedelta(days=_DAYS - 1) if since is None else since.replace(tzinfo=UTC)
    found = asyncio.run(_read(settings, prices, first, last + timedelta(days=1)))
    if as_json:
        kinds = {one.by.value: {"count": one.count, **_told(one.saved)} for one in found}
        typer.echo(as_json_text({"by": kinds, "known_total": _told(total(found))}))
        return
    table = Table(
        "instead of the dear way", "times", f"saved {prices.currency}", "between",
        caption="An estimate: the mean of calls that took the dear way, and its 95 % range.",
    )  # fmt: skip
    for name, count, one in (
        *((one.by.value, str(one.count), one.saved) for one in found),
        ("known total", "", total(found)),
    ):
        between = "-" if one is None else f"{money(one.low)} to {money(one.high)}"
        table.add_row(name, count, "unknown" if one is None else money(one.mean), between)
    Console().print(table)


def _told(one: Range | None) -> dict[str, Any]:
    """Amounts of money as text; none: unknown."""
    if one is None:
        return {"low": None, "mean": None, "high": None}
    return {"low": str(one.low), "mean": str(one.mean), "high": str(one.high)}


async def _read(
    settings: Settings, prices: Prices, since: datetime, until: datetime
) -> Sequence[Saving]:
    async with database_of(settings) as database:
        turns = SqlAnsweredTurns(database)
        used = await SqlCallUsage(database).of(since, until)
        answerers = await turns.answerers(since, until)
        measured = await turns.measured(since, until)
    return reckoned(answerers, kept_characters(used), measured, prices.on(datetime.now(UTC).date()))
