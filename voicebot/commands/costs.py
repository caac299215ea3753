"""What calls cost: `voicebot costs`."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from voicebot.commands.showing import as_json_text, database_of, plain
from voicebot.costs.ledger import Sum
from voicebot.costs.used_calls import By, UsedCalls, summed_by
from voicebot.prices_file import load_prices
from voicebot.settings import Settings
from voicebot.store.call_usage import SqlCallUsage

_DAYS = 30
_DAY = "%Y-%m-%d"


def register(app: typer.Typer) -> None:
    app.command("costs")(costs)


def costs(
    since: Annotated[
        datetime | None, typer.Option("--from", formats=[_DAY], help="The first day, UTC.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=[_DAY], help="The last day, UTC.")
    ] = None,
    by: Annotated[By, typer.Option(help="What is summed up together.")] = By.DAY,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show what calls cost, by the prices of VOICEBOT_PRICES_FILE, and per resolved call."""
    settings = Settings.load()
    prices = load_prices(settings.prices_file)
    today = datetime.combine(datetime.now(UTC).date(), time(), UTC)
    last = today if until is None else until.replace(tzinfo=UTC)
    first = last - timedelta(days=_DAYS - 1) if since is None else since.replace(tzinfo=UTC)
    calls = asyncio.run(_used(settings, first, last + timedelta(days=1)))
    sums = summed_by(by, calls, prices)
    if as_json:
        typer.echo(as_json_text({key: told(one) for key, one in sums.items()}))
        return
    Console().print(_table(sums, prices.currency, by))


def told(one: Sum) -> dict[str, Any]:
    """Amounts of money as text, so that nothing is rounded on the way."""
    cost = one.cost
    return {
        "calls": one.calls,
        "resolved": one.resolved,
        "trunk": str(cost.trunk),
        "recognition": str(cost.recognition),
        "synthesis": str(cost.synthesis),
        "workers": str(cost.workers),
        "model": str(cost.model),
        "total": str(cost.total),
        "per_call": str(one.per_call),
        "per_resolved": None if one.per_resolved is None else str(one.per_resolved),
    }


async def _used(settings: Settings, since: datetime, until: datetime) -> Sequence[UsedCalls]:
    async with database_of(settings) as database:
        return await SqlCallUsage(database).of(since, until)


def _table(sums: Mapping[str, Sum], currency: str, by: By) -> Table:
    table = Table(
        by.value, "calls", "resolved", "trunk", "recognition", "synthesis", "workers", "model",
        f"total {currency}", "per call", "per resolved", caption="Days are in UTC.",
    )  # fmt: skip
    for key in sorted(sums):
        one = sums[key]
        cost = one.cost
        amounts = (cost.trunk, cost.recognition, cost.synthesis, cost.workers, cost.model)
        table.add_row(
            plain(key),
            str(one.calls),
            str(one.resolved),
            *(money(amount) for amount in (*amounts, one.cost.total, one.per_call)),
            "-" if one.per_resolved is None else money(one.per_resolved),
        )
    return table


def money(amount: Decimal) -> str:
    """With a hundredth of a cent: a turn costs little."""
    return f"{amount:.4f}"
