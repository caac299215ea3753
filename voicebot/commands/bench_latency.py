"""`voicebot bench latency`: how fast is the running stack, at its callers' ears?"""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from voicebot.business_file import load_business
from voicebot.caller.bench_figures import (
    KEPT_P50_LIMIT_MS,
    MODEL_P50_LIMIT_MS,
    BenchCall,
    Distribution,
    Figures,
    as_document,
    figures_of,
    paired_turns,
    targets_of,
)
from voicebot.caller.bench_latency import BenchPlan, run_bench
from voicebot.caller.machine import describe_machine
from voicebot.caller.own_share import waterfall
from voicebot.caller.plots import caption_of, draw_shares, draw_waterfalls
from voicebot.caller.speech import spoken
from voicebot.calls.model import Tier
from voicebot.commands.bench_tables import targets_table
from voicebot.settings import Settings
from voicebot.turns.turn_taker import TurnRules

UTTERANCES = (
    "What are your opening hours?",
    "How much does it cost to rent a bike for a day?",
    # No fact answers these: recognition, language model and synthesis, one after the other.
    "I had a lovely day at the lake yesterday.",
    "My daughter learned to ride a bicycle.",
)


def latency(
    calls: Annotated[int, typer.Option(help="Calls one after the other.", min=1)] = 20,
    say: Annotated[
        list[str] | None, typer.Option(help="What is said in each call, instead of our own.")
    ] = None,
    wav: Annotated[
        list[Path] | None,
        typer.Option(help="Human recordings to say instead of synthetic speech.", exists=True),
    ] = None,
    number: Annotated[
        str | None, typer.Option(help="Whom to call; by default the business's first number.")
    ] = None,
    rate: Annotated[float, typer.Option(help="Calls a second in the second phase.", min=0.1)] = 5.0,
    rate_calls: Annotated[int, typer.Option(help="Calls in the second phase.", min=1)] = 20,
    at_once: Annotated[int, typer.Option(help="Calls at once in the third phase.", min=1)] = 10,
) -> None:
    """Real calls in sequence, at a rate and at once; every figure from the callers' recordings."""
    settings = Settings.load()
    console = Console(highlight=False)
    machine = describe_machine(settings)
    begun_at = datetime.now(UTC)
    bench_dir = settings.state_dir / "bench" / begun_at.strftime("%Y%m%dT%H%M%SZ")
    texts = tuple(say or (() if wav else UTTERANCES))
    for text in texts:
        spoken(text, settings.cache_dir)
    steps = [("--say", text) for text in texts] + [("--wav", str(file)) for file in wav or ()]
    plan = BenchPlan(
        number=load_business(settings.business_file).dids[0] if number is None else number,
        sequence_calls=calls,
        rate_calls=rate_calls,
        calls_per_second=rate,
        burst_calls=at_once,
        script=tuple(part for step in steps for part in step),
        burst_script=steps[0],
    )
    phases = asyncio.run(run_bench(plan, settings, bench_dir, console.print))
    figures = {name: figures_of(those) for name, those in phases.items()}
    targets = targets_of(phases)
    document = {
        "begun_at": begun_at.isoformat(),
        "machine": machine,
        "plan": {
            "number": plan.number,
            "calls_per_second": plan.calls_per_second,
            "utterances": [*texts, *(file.name for file in wav or ())],
            "agent_processes": settings.agent_processes,
            "llm": settings.llm_model or "embedded",
        },
        **as_document(phases, targets),
    }
    bench_dir.mkdir(parents=True, exist_ok=True)
    path = bench_dir / "latency.json"
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    draw(phases["sequence"], bench_dir, caption_of(machine, begun_at.isoformat()))
    console.print(figures_table(figures))
    console.print(targets_table(targets))
    console.print(f"{path}, with plots and recordings beside it")


def figures_table(figures: dict[str, Figures]) -> Table:
    """Every distribution of every phase, a line each."""
    table = Table(title="At the callers' ears, and inside (ms)")
    table.add_column("figure")
    for heading in ("n", "p50", "p95", "p99", "largest"):
        table.add_column(heading, justify="right")
    for phase, its in figures.items():
        table.add_section()
        table.add_row(f"[bold]{phase}[/]: {its.calls} calls, {its.lost} lost")
        rows: dict[str, Distribution | None] = {
            "INVITE to 200 OK": its.answered_ms,
            "INVITE to greeting": its.greeting_ms,
            "voice to voice": its.voice_to_voice_ms,
            **{f"  answered by {name}": one for name, one in its.by_tier_ms.items()},
            "  our own share": its.own_share_ms,
            "StasisStart to media": its.media_up_ms,
            **{f"  {name.removesuffix('_ms')}": one for name, one in its.stages_ms.items()},
        }
        for name, one in rows.items():
            if one is not None:
                values = (one.count, one.p50, one.p95, one.p99, one.largest)
                table.add_row(name, *(str(value) for value in values))
        if its.helped_percent is not None:
            table.add_row("turns helped by a preparation, %", str(its.helped_percent))
    return table


def draw(calls: Sequence[BenchCall], directory: Path, caption: str) -> None:
    """Voice to voice by what answered, and the stages that it consists of."""
    turns = list(paired_turns(calls))
    by_tier = {
        tier.value: [turn for turn in turns if turn.tier is tier]
        for tier in Tier
        if any(turn.tier is tier for turn in turns)
    }
    draw_shares(
        {name: [turn.voice_to_voice_ms for turn in those] for name, those in by_tier.items()},
        directory / "latency.png",
        title="From the caller's last sound to the first sound of the answer",
        caption=caption,
        limits={"kept, p50": KEPT_P50_LIMIT_MS, "model, p50": MODEL_P50_LIMIT_MS},
    )
    draw_waterfalls(
        {
            f"{name} (n = {len(those)})": waterfall(turn.stages for turn in those)
            for name, those in by_tier.items()
        },
        {
            f"{name} (n = {len(those)})": sum(t.voice_to_voice_ms for t in those) / len(those)
            for name, those in by_tier.items()
        },
        directory / "waterfall.png",
        title="Where the time goes: means of the stages, by what answered",
        caption=caption,
        prepared_from_ms=TurnRules().pause_silence_ms,
    )
