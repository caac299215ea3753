"""How far budgets have come: `voicebot budgets`."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from voicebot.commands.costs import money
from voicebot.commands.showing import as_json_text, database_of, plain
from voicebot.costs.budgets import watched_days
from voicebot.costs.prices import Prices
from voicebot.costs.spending import Spending, spendings
from voicebot.prices_file import load_prices
from voicebot.settings import Settings
from voicebot.store.budget_alerts import ReachedAlert, SqlBudgetAlerts
from voicebot.store.call_usage import SqlCallUsage

_ALERTS = 1_000


def register(app: typer.Typer) -> None:
    app.command("budgets")(budgets)


def budgets(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Show how far the budgets of VOICEBOT_PRICES_FILE have come, and who was told of it."""
    settings = Settings.load()
    prices = load_prices(settings.prices_file)
    spent, alerts = asyncio.run(_read(settings, prices, datetime.now(UTC).date()))
    found = [_told(one, alerts) for one in spent]
    if as_json:
        typer.echo(as_json_text(found))
        return
    table = Table(
        "budget", "of", "from", f"spent {prices.currency}", "amount", "%", "told",
        caption="Days are in UTC.",
    )  # fmt: skip
    for one, shown in zip(spent, found, strict=True):
        told = ", ".join(
            f"{each['percent']} % ({'; '.join(map(': '.join, each['hooks'].items()))})"
            for each in shown["alerts"]
        )
        table.add_row(
            one.budget.name,
            plain(one.budget.queue or "all calls"),
            shown["first_day"],
            money(one.spent),
            money(one.budget.amount),
            str(shown["percent"]),
            told or "-",
        )
    Console().print(table)


def _told(one: Spending, alerts: list[ReachedAlert]) -> dict[str, Any]:
    """Amounts of money as text, so that nothing is rounded on the way."""
    return {
        "budget": one.budget.name,
        "queue": one.budget.queue,
        "per": one.budget.per.value,
        "first_day": one.period.first.isoformat(),
        "last_day": (one.period.end - timedelta(days=1)).isoformat(),
        "spent": str(one.spent),
        "amount": str(one.budget.amount),
        "percent": int(one.share * 100),
        "alerts": [
            {
                "percent": each.alert.key.percent,
                "reached_at": each.reached_at,
                "hooks": {hook.value: state.value for hook, state in each.deliveries},
            }
            for each in alerts
            if (each.alert.key.budget, each.alert.key.first) == (one.budget.name, one.period.first)
        ],
    }


async def _read(
    settings: Settings, prices: Prices, today: date
) -> tuple[list[Spending], list[ReachedAlert]]:
    days = watched_days(prices.budgets, today)
    if not days:
        return [], []
    begins = datetime.combine(days[0], time(), UTC)
    ends = datetime.combine(today + timedelta(days=1), time(), UTC)
    async with database_of(settings) as database:
        found = await SqlCallUsage(database).of(begins, ends)
        alerts = await SqlBudgetAlerts(database).latest(_ALERTS)
    return list(spendings(prices, found, today)), list(alerts)
