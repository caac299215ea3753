"""`voicebot trunks | security`: what a node's trunks and doors have seen."""

import asyncio
import time
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from voicebot.ami import actions
from voicebot.ami.connection import AmiSettings, connected
from voicebot.calls.failed_authentications import FailureKey
from voicebot.calls.trunk_health import Health, HealthChange, HealthReport, Part
from voicebot.errors import AsteriskError
from voicebot.settings import Settings
from voicebot.store.engine import Database
from voicebot.store.failed_authentications import SqlFailedAuthentications
from voicebot.store.trunk_health import SqlHealthChanges

_REFRESH_S = 2.0
_STYLES = {Health.UP: "green", Health.DOWN: "red", Health.UNKNOWN: "yellow", Health.GONE: "dim"}

_Limit = Annotated[int, typer.Option(min=1, help="How many, the newest first.")]


def register(app: typer.Typer) -> None:
    """Puts these commands on the command line."""
    app.command("trunks")(trunks)
    app.command("security")(security)


def trunks(
    limit: _Limit = 20,
    watch: Annotated[bool, typer.Option("--watch", help="Until it is interrupted.")] = False,
) -> None:
    """Shows every trunk, phone and registration now, and the latest changes; fails if one is down.

    A phone that is switched off is not a fault: only trunks and registrations count.
    """
    settings, console = Settings.load(), Console()
    if not watch:
        shown, is_well = asyncio.run(_trunks(settings, limit))
        console.print(shown)
        raise typer.Exit(0 if is_well else 1)
    with Live(console=console, auto_refresh=False) as live:
        while True:
            live.update(asyncio.run(_trunks(settings, limit))[0], refresh=True)
            time.sleep(_REFRESH_S)


def security(limit: _Limit = 20) -> None:
    """Shows who was not let in, by hour and address."""
    Console().print(asyncio.run(_security(Settings.load(), limit)))


async def _trunks(settings: Settings, limit: int) -> tuple[RenderableType, bool]:
    reports = await _look(settings)
    database = Database.open(settings.resolved_database_url)
    try:
        history = SqlHealthChanges(database, settings.node_name)
        since, latest = await history.last_known(), await history.latest(limit)
    finally:
        await database.close()
    is_well = not any(_is_fault(report) for report in reports)
    return Group(_now(reports, since), Text(), _history(latest)), is_well


async def _look(settings: Settings) -> Sequence[HealthReport]:
    """The node and all of it, or the node alone when it does not answer."""
    name = settings.node_name
    try:
        async with connected(AmiSettings.of(settings, wants_events=False)) as ami:
            reports = await actions.health_reports(ami)
    except AsteriskError as error:
        return [HealthReport(Part.NODE, name, Health.DOWN, error.code)]
    return [HealthReport(Part.NODE, name, Health.UP, "answers"), *reports]


def _is_fault(report: HealthReport) -> bool:
    is_phone = report.part is Part.ENDPOINT and report.detail == "not registered"
    return report.health is Health.DOWN and not is_phone


async def _security(settings: Settings, limit: int) -> Table:
    database = Database.open(settings.resolved_database_url)
    try:
        counts = await SqlFailedAuthentications(database, settings.node_name).latest(limit)
    finally:
        await database.close()
    return _refusals(counts)


def _now(reports: Sequence[HealthReport], known: Sequence[HealthChange]) -> Table:
    last = {(change.part, change.name): change for change in known}
    table = Table("", "name", "health", "", "since", "answers in", box=None, header_style="bold")
    for report in reports:
        change = last.get((report.part, report.name))
        is_same = change is not None and change.health is report.health
        table.add_row(
            report.part.value,
            escape(report.name),
            _health(report.health),
            escape(report.detail),
            f"{change.at.astimezone():%Y-%m-%d %H:%M:%S}" if change and is_same else "",
            _milliseconds(change) if change and is_same else "",
        )
    return table


def _history(changes: Sequence[HealthChange]) -> Table:
    table = Table("latest changes", "", "name", "health", "", box=None, header_style="bold")
    for change in changes:
        table.add_row(
            f"{change.at.astimezone():%Y-%m-%d %H:%M:%S}",
            change.part.value,
            escape(change.name),
            _health(change.health),
            escape(change.detail),
        )
    return table


def _refusals(counts: Sequence[tuple[FailureKey, int]]) -> Table:
    table = Table("hour", "address", "service", "reason", "times", box=None, header_style="bold")
    for key, count in counts:
        hour = f"{key.hour.astimezone():%Y-%m-%d %H:00}"
        table.add_row(hour, key.source, key.service, key.reason, str(count))
    return table


def _health(health: Health) -> Text:
    return Text(health.value, style=_STYLES[health])


def _milliseconds(change: HealthChange) -> str:
    return "" if change.round_trip_ms is None else f"{change.round_trip_ms:.1f} ms"
