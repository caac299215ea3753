"""How the waiting lines stand: `voicebot queues`."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from voicebot.business_file import load_businesses
from voicebot.commands.showing import as_json_text, database_of, plain
from voicebot.queueing.queue_names import queue_names
from voicebot.queueing.wait_range import COVERAGE
from voicebot.settings import Settings
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.queue_standings import QueueStanding, QueueStandings
from voicebot.store.callback_times import SqlCallbackTimes


def queues(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Shows who waits, for how long whoever rings now would, and how true such estimates were."""
    settings = Settings.load()
    standings = asyncio.run(_read(settings))
    if as_json:
        typer.echo(as_json_text([_values(standing) for standing in standings]))
    elif standings:
        Console().print(_table(standings))
    else:
        typer.echo("The business has no queues.")


def register(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    app.command("queues")(queues)


async def _read(settings: Settings) -> Sequence[QueueStanding]:
    names = queue_names(load_businesses(settings.business_file))
    connection = RedisConnection(settings.redis_url)
    try:
        async with database_of(settings) as database:
            read = QueueStandings(connection, SqlCallbackTimes(database))
            return await read.read(names, datetime.now(UTC))
    finally:
        await connection.close()


def _values(standing: QueueStanding) -> dict[str, Any]:
    estimate = standing.estimate
    told = None
    if estimate is not None:
        told = {
            "point_s": estimate.point_s,
            "low_s": estimate.low_s,
            "high_s": estimate.high_s,
            "stated_coverage": COVERAGE,
        }
    return {
        "queue": standing.queue,
        "waiting": standing.waiting,
        "slots_held": standing.occupancy.held,
        "slots": standing.occupancy.capacity,
        "estimate": told,
        "accuracy": asdict(standing.accuracy),
    }


def _table(standings: Sequence[QueueStanding]) -> Table:
    table = Table(
        "queue",
        "waiting",
        "slots",
        "who rings now waits",
        f"waits in range ({COVERAGE:.0%} stated)",
        "error",
        "Asterisk's average",
        "bias",
        "interval score",
        "of",
    )
    for standing in standings:
        accuracy, occupancy = standing.accuracy, standing.occupancy
        table.add_row(
            plain(standing.queue),
            str(standing.waiting),
            f"{occupancy.held} of {occupancy.capacity}",
            _expected(standing),
            "-" if accuracy.coverage is None else f"{accuracy.coverage:.0%}",
            _seconds(accuracy.rmse_s),
            _seconds(accuracy.average_rmse_s),
            "-" if accuracy.bias_s is None else f"{accuracy.bias_s:+.0f} s",
            _seconds(accuracy.interval_score_s),
            f"{accuracy.waits} waits",
        )
    return table


def _expected(standing: QueueStanding) -> str:
    estimate = standing.estimate
    if estimate is None:
        return "not known"
    if estimate.high_s == 0:
        return "not at all"
    return f"{estimate.point_s:.0f} s ({estimate.low_s:.0f} to {estimate.high_s:.0f})"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} s"
