"""`voicebot bench panel`: how soon does the floor show what happens, and what does that cost?"""

import asyncio
import json
import os
import signal
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from voicebot.caller.bench_line import StepFigures
from voicebot.caller.machine import cpu_and_cores
from voicebot.caller.processor_time import process_seconds
from voicebot.commands.bench_panel_service import BenchPanel, LiveCalls, bench_panel, call_id_of
from voicebot.commands.bench_panel_watching import Shown, browser_on, streams_of
from voicebot.settings import Settings
from voicebot.shared_state.connection import RedisConnection
from voicebot.store import schema

SHOWN_P95_MAX_MS: Final = 1_000.0
OPENED_P95_MAX_MS: Final = 500.0
CORE_SHARE_MAX: Final = 0.15
_OPENED_TIMES: Final = 20
# A page's first answer compiles its template, a browser's first compiles scripts.
_WARM_UP: Final = 2
_SETTLED_S: Final = 3.0
_MET_WITHIN_S: Final = 60.0
# Behind the last change; what is not shown by then counts as lost.
_WAITED_FOR_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does."""

    calls: int
    streams: int
    changing: int
    per_second: float  # changes of each of these calls
    seconds: float
    seed: int


@dataclass(frozen=True, slots=True)
class Changed:
    """One change as its agent made it. `at_s`: epoch seconds; `told_s`: until Redis had it."""

    call_id: str
    mark: int
    at_s: float
    told_s: float


@dataclass(frozen=True, slots=True)
class PanelFigures:
    """Of one run; a share is of one core."""

    in_stream: StepFigures
    in_browser: StepFigures | None
    never_shown: int
    opened: Mapping[str, StepFigures]
    core_share: float
    messages_per_s: float
    kbytes_per_s: float
    told: StepFigures  # how long agents wait for Redis while the panel reads
    told_while_panel_stands: StepFigures

    @property
    def targets(self) -> Mapping[str, tuple[float, float, bool]]:
        """Name → figure, limit, whether it is kept."""
        shown = max(one.p95_ms for one in (self.in_stream, self.in_browser) if one is not None)
        found = {
            "shown, p95 ms": (shown, SHOWN_P95_MAX_MS),
            "share of a core": (self.core_share, CORE_SHARE_MAX),
        }
        if self.opened:
            slowest = max(one.p95_ms for one in self.opened.values())
            found["page usable, p95 ms"] = (slowest, OPENED_P95_MAX_MS)
        return {name: (got, limit, got <= limit) for name, (got, limit) in found.items()}


def panel(
    database_url: Annotated[
        str, typer.Option(help="A scratch database, as of `bench search`; empty: a new SQLite.")
    ] = "",
    calls: Annotated[int, typer.Option(help="How many are up.", min=1)] = 1_000,
    streams: Annotated[int, typer.Option(help="Open at once.", min=1)] = 50,
    changing: Annotated[int, typer.Option(help="Calls that change.", min=1)] = 40,
    per_second: Annotated[float, typer.Option(help="Changes of each.", min=0.1)] = 10.0,
    seconds: Annotated[float, typer.Option(help="How long.", min=1)] = 30.0,
    seed: Annotated[int, typer.Option(help="Of what changes.")] = 1,
    browser: Annotated[bool, typer.Option(help="Look with Chromium, too.")] = True,
) -> None:
    """A panel of its own with invented live calls; needs nothing of a running stack."""
    plan = Plan(calls, streams, min(changing, calls), per_second, seconds, seed)
    begun_at = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        url = database_url or f"sqlite+aiosqlite:///{folder}/voicebot.db"
        schema.upgrade(url)
        figures = asyncio.run(_measured(Path(folder), url, plan, with_browser=browser))
    document = {
        "begun_at": begun_at.isoformat(),
        "machine": cpu_and_cores(),
        "plan": asdict(plan) | {"database": url.partition(":")[0]},
        "targets": {
            name: {"figure": got, "limit": limit, "is_met": is_met}
            for name, (got, limit, is_met) in figures.targets.items()
        },
        "figures": asdict(figures),
    }
    directory = Settings.load().state_dir / "bench" / begun_at.strftime("%Y%m%dT%H%M%SZ")
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "panel.json").write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    console = Console(highlight=False)
    console.print(panel_table(figures, plan))
    console.print(str(directory / "panel.json"))


def panel_table(figures: PanelFigures, plan: Plan) -> Table:
    title = f"{plan.calls:,} calls, {plan.streams} streams, {plan.changing * plan.per_second:g}/s"
    table = Table("ms", "n", "p50", "p95", "largest", title=title)
    rows = {"shown in a stream": figures.in_stream, "shown in Chromium": figures.in_browser}
    rows |= {f"{name} usable": one for name, one in figures.opened.items()}
    rows |= {
        "agents wait for Redis": figures.told,
        "while the panel stands still": figures.told_while_panel_stands,
    }
    for name, one in rows.items():
        if one is not None:
            columns = (one.questions, one.p50_ms, one.p95_ms, one.longest_ms)
            table.add_row(name, *(f"{value:g}" for value in columns))
    table.add_section()
    table.add_row("never shown", f"{figures.never_shown}")
    table.add_row("kB a second", f"{figures.kbytes_per_s:g}")
    for name, (got, limit, is_met) in figures.targets.items():
        table.add_row(name, "", f"{got:g}", f"{limit:g}", "kept" if is_met else "missed")
    return table


def delays(changes: Sequence[Changed], shown: Sequence[Shown]) -> tuple[Sequence[float], int]:
    """How long each change took to be seen (s), itself or one behind it; and how many never were.

    A reader is told how a call stands now, not all that it went through.
    """
    seen: dict[str, list[Shown]] = {}
    for one in shown:
        seen.setdefault(one.call_id, []).append(one)
    found, missing = [], 0
    for change in changes:
        times = [one.at_s for one in seen.get(change.call_id, ()) if one.mark >= change.mark]
        if times:
            found.append(min(times) - change.at_s)
        else:
            missing += 1
    return found, missing


async def _measured(
    folder: Path, database_url: str, plan: Plan, *, with_browser: bool
) -> PanelFigures:
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(bench_panel(folder, database_url))
        redis = RedisConnection(service.redis_url)
        stack.push_async_callback(redis.close)
        live = LiveCalls(redis, plan.calls, plan.seed)
        await live.begin()
        opened: dict[str, StepFigures] = {}
        page = await stack.enter_async_context(browser_on(service)) if with_browser else None
        if page is not None:
            await _all_there(service, plan)
            floor, search = [], []
            for _ in range(_WARM_UP + _OPENED_TIMES):
                search.append(await page.page_opened_ms("/calls", ".found, .none") / 1_000)
                floor.append(await page.opened_ms(plan.calls) / 1_000)
            opened = {
                "floor": StepFigures.of(floor[_WARM_UP:]),
                "calls": StepFigures.of(search[_WARM_UP:]),
            }
        async with streams_of(service, plan.streams) as streams:
            await asyncio.sleep(_SETTLED_S)
            streams.messages = streams.octets = 0
            cpu_s, begun = process_seconds(service.pid), time.monotonic()
            changes = await _change(live, plan, first_mark=1)
            lasted_s = time.monotonic() - begun
            core_share = (process_seconds(service.pid) - cpu_s) / lasted_s
            messages, octets = streams.messages, streams.octets
            await asyncio.sleep(_WAITED_FOR_S)
            in_stream, missing = delays(changes, streams.shown)
            in_browser = None
            if page is not None:
                seen, unseen = delays(changes, await page.shown())
                in_browser, missing = StepFigures.of(seen), missing + unseen
        os.kill(service.pid, signal.SIGSTOP)
        try:
            alone = await _change(live, plan, first_mark=len(changes) + 1)
        finally:
            os.kill(service.pid, signal.SIGCONT)
    return PanelFigures(
        StepFigures.of(in_stream),
        in_browser,
        missing,
        opened,
        round(core_share, 3),
        round(messages / lasted_s, 1),
        round(octets / lasted_s / 1_000, 1),
        StepFigures.of([one.told_s for one in changes]),
        StepFigures.of([one.told_s for one in alone]),
    )


async def _all_there(service: BenchPanel, plan: Plan) -> None:
    """Until the panel's reader has met every call."""
    async with asyncio.timeout(_MET_WITHIN_S), streams_of(service, 1) as streams:
        await streams.until_met(plan.calls)


async def _change(live: LiveCalls, plan: Plan, *, first_mark: int) -> Sequence[Changed]:
    """At an even pace, one call after the other; falls behind rather than bunching up."""
    changes: list[Changed] = []
    pause_s = 1 / (plan.changing * plan.per_second)
    begun = time.monotonic()
    for number in range(round(plan.seconds / pause_s)):
        await asyncio.sleep(max(0.0, begun + number * pause_s - time.monotonic()))
        call, mark = number % plan.changing, first_mark + number
        at_s, told_s = await live.change(call, mark)
        changes.append(Changed(call_id_of(call), mark, at_s, told_s))
    return changes
