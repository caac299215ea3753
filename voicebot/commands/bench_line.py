"""`voicebot bench line`: how long do the steps of a long waiting line take in Redis?"""

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from voicebot.caller.bench_line import P99_MAX_MS, LineFigures, measure_line
from voicebot.caller.machine import cpu_and_cores
from voicebot.queueing.model import QueueName
from voicebot.settings import Settings
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.waiting_line import RedisWaitingLines

# While the bench lasts, nobody lapses.
_LEASE_S = 3_600.0


def line(
    callers: Annotated[int, typer.Option(help="How many wait.", min=1)] = 100_000,
    questions: Annotated[int, typer.Option(help="Of each kind.", min=100)] = 10_000,
    seed: Annotated[int, typer.Option(help="Of who asks.")] = 1,
) -> None:
    """Join, leave and position in a line of the stack's Redis; needs nothing else of it."""
    settings = Settings.load()
    console = Console(highlight=False)
    begun_at = datetime.now(UTC)
    stamp = begun_at.strftime("%Y%m%dT%H%M%SZ")
    figures, server = asyncio.run(_measured(settings, f"bench-{stamp}", callers, questions, seed))
    document = {
        "begun_at": begun_at.isoformat(),
        "machine": {**cpu_and_cores(), "redis": server},
        "plan": {"callers": callers, "questions": questions, "seed": seed},
        "targets": {"p99_ms": {"limit": P99_MAX_MS, "is_met": figures.is_met}},
        "figures": asdict(figures),
    }
    directory = settings.state_dir / "bench" / stamp
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "line.json"
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    console.print(line_table(figures))
    console.print(str(path))


def line_table(figures: LineFigures) -> Table:
    table = Table("ms", "n", "p50", "p95", "p99", "largest", title=f"{figures.waiting:,} waiting")
    for name in ("join", "leave", "position"):
        step = getattr(figures, name)
        columns = (step.questions, step.p50_ms, step.p95_ms, step.p99_ms, step.longest_ms)
        table.add_row(name, *(f"{value:g}" for value in columns))
    table.add_section()
    table.add_row("p99", "", "", "", f"{P99_MAX_MS:g}", "kept" if figures.is_met else "missed")
    return table


async def _measured(
    settings: Settings, queue: str, callers: int, questions: int, seed: int
) -> tuple[LineFigures, str]:
    connection = RedisConnection(settings.redis_url)
    try:
        asked = connection.client.info("server")
        server: dict[str, Any] = await connection.answer("version of Redis", asked)
        lines = RedisWaitingLines(connection, ticket_lease_s=_LEASE_S)
        figures = await measure_line(
            lines, QueueName(queue), callers=callers, questions=questions, seed=seed
        )
    finally:
        await connection.close()
    return figures, str(server["redis_version"])
