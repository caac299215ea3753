"""`voicebot bench turns`: does the agent cut in on callers who pause in mid-sentence?"""

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
from voicebot.caller.bench_turns import TurnsPlan, paused_sentences, run_turns
from voicebot.caller.machine import describe_machine
from voicebot.caller.plots import caption_of, draw_bars, draw_shares
from voicebot.caller.turn_figures import (
    CUT_INS_PERCENT_MAX,
    HeardSentence,
    TurnFigures,
    as_document,
    turn_figures,
)
from voicebot.commands.bench_asr import human_recordings
from voicebot.settings import Settings

WORDS_MIN = 5


def turns(
    recordings: Annotated[
        list[Path] | None,
        typer.Option(help="Human recordings: .wav files with their texts.", exists=True),
    ] = None,
    at_most: Annotated[int, typer.Option(help="Sentences, spread over all.", min=1)] = 120,
    per_call: Annotated[int, typer.Option(help="Sentences in one call.", min=1)] = 5,
    at_once: Annotated[int, typer.Option(help="Calls at a time.", min=1)] = 2,
    number: Annotated[
        str | None, typer.Option(help="Whom to call; by default the business's first number.")
    ] = None,
) -> None:
    """Human sentences with pauses of 200 to 1,000 ms; by default Asterisk's English prompts."""
    settings = Settings.load()
    console = Console(highlight=False)
    begun_at = datetime.now(UTC)
    directory = settings.state_dir / "bench" / begun_at.strftime("%Y%m%dT%H%M%SZ")
    console.print("finding the words and the gaps between them")
    found = paused_sentences(
        human_recordings(settings, recordings or [], WORDS_MIN), directory / "heard"
    )
    # A part of them has something of every recording.
    step = max(len(found) / at_most, 1.0)
    chosen = [found[int(i * step)] for i in range(min(at_most, len(found)))]
    plan = TurnsPlan(
        number=load_business(settings.business_file).dids[0] if number is None else number,
        sentences=chosen,
        per_call=per_call,
        at_once=at_once,
    )
    results = asyncio.run(run_turns(plan, directory, console.print))
    figures = turn_figures(results.sentences)
    machine = describe_machine(settings)
    document = {
        "begun_at": begun_at.isoformat(),
        "machine": machine,
        "plan": {"number": plan.number, "at_once": at_once, "per_call": per_call},
        "failures": results.failures,
        "unsaid": results.unsaid,
        **as_document(figures, results.sentences),
    }
    path = directory / "turns.json"
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    draw(figures, results.sentences, directory, caption_of(machine, begun_at.isoformat()))
    console.print(turns_table(figures))
    console.print(f"{len(results.failures)} calls failed, {results.unsaid} sentences unsaid")
    console.print(f"{path}, with plots and recordings beside it")


def draw(
    figures: TurnFigures, sentences: Sequence[HeardSentence], directory: Path, caption: str
) -> None:
    """Cut-ins by the pause's length, and the silence before answers."""
    draw_bars(
        {
            name.removesuffix(" ms"): (its.cut_ins, its.pauses)
            for name, its in figures.by_length.items()
        },
        directory / "turns.png",
        title="Pauses of so many ms within a sentence that were taken for its end",
        caption=caption,
        y_label="cut in, %",
        limit_percent=CUT_INS_PERCENT_MAX,
    )
    draw_shares(
        {"all": [one.dead_air_ms for one in sentences if one.dead_air_ms is not None]},
        directory / "dead-air.png",
        title="From the end of the sentence to the first sound of the answer",
        caption=caption,
    )


def turns_table(figures: TurnFigures) -> Table:
    """Cut-ins by the pause's length, and the silence that waiting costs."""
    table = Table("pauses", "n", "cut in", "%", title="Callers who pause in mid-sentence")
    for name, one in figures.by_length.items():
        table.add_row(name, str(one.pauses), str(one.cut_ins), f"{one.percent:g}")
    table.add_section()
    short = figures.short
    verdict = "[green]met[/]" if figures.is_met else "[red]missed[/]"
    table.add_row(
        f"up to 600 ms (at most {CUT_INS_PERCENT_MAX:g} %) {verdict}",
        str(short.pauses),
        str(short.cut_ins),
        f"{short.percent:g}",
    )
    natural = figures.natural
    table.add_row("natural", str(natural.pauses), str(natural.cut_ins), f"{natural.percent:g}")
    if (dead := figures.dead_air_ms) is not None:
        table.add_section()
        table.add_row(
            "voice to voice (ms)", f"n {dead.count}", f"p50 {dead.p50}", f"p95 {dead.p95}"
        )
    return table
