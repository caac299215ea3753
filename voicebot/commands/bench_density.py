"""`voicebot bench density`: how many callers at once, at a person's pace?"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from voicebot.business_file import load_business
from voicebot.caller.audio_files import read_wav
from voicebot.caller.bench_density import DensityPlan, DensityResult, run_density
from voicebot.caller.bench_figures import Distribution, Figures, Target, figures_of
from voicebot.caller.machine import describe_machine
from voicebot.caller.plots import caption_of, draw_lines
from voicebot.caller.speech import spoken
from voicebot.commands.bench_tables import targets_table
from voicebot.errors import CallerError
from voicebot.settings import Settings

FOUR_CALLERS_P95_LIMIT_MS = 1_500
CALLERS = "callers"  # as a part of what uses the cores; they are no part of the stack
UTTERANCES = (
    "What are your opening hours?",
    "How much does it cost to rent a bike for a day?",
    "Where can I park my car?",
    "Do you repair flat tires?",
    "What does a tune up cost?",
    "I had a lovely day at the lake yesterday.",
    "My daughter learned to ride a bicycle.",
    "I am a bit tired today.",
)


def density(
    callers: Annotated[str, typer.Option(help="How many at once, one after the other.")] = "1,2,4",
    rounds: Annotated[int, typer.Option(help="Calls of each caller.", min=1)] = 2,
    per_call: Annotated[int, typer.Option(help="Utterances of a call.", min=1)] = 4,
    recordings: Annotated[
        Path | None,
        typer.Option(help="Say the .wav files of this directory instead.", exists=True),
    ] = None,
    number: Annotated[
        str | None, typer.Option(help="Whom to call; by default the business's first number.")
    ] = None,
) -> None:
    """Callers who think before they speak; every figure from their recordings."""
    settings, console = Settings.load(), Console(highlight=False)
    machine, begun_at = describe_machine(settings), datetime.now(UTC)
    directory = settings.state_dir / "bench" / begun_at.strftime("%Y%m%dT%H%M%SZ")
    if recordings is None:
        utterances = tuple(
            (f"synthetic-{index}", spoken(text, settings.cache_dir))
            for index, text in enumerate(UTTERANCES)
        )
    else:
        utterances = tuple((path.stem, read_wav(path)) for path in sorted(recordings.glob("*.wav")))
    if len(utterances) < per_call:
        raise CallerError(f"{per_call} utterances a call are wanted, {len(utterances)} are there")
    plan = DensityPlan(
        number=load_business(settings.business_file).dids[0] if number is None else number,
        callers=tuple(int(count) for count in callers.split(",")),
        rounds=rounds,
        utterances=utterances,
        per_call=per_call,
    )
    results = asyncio.run(run_density(plan, settings, directory, console.print))
    figures = {count: figures_of(result.calls) for count, result in results.items()}
    targets = _targets(figures)
    document = {
        "begun_at": begun_at.isoformat(),
        "machine": machine,
        "plan": {
            "callers": plan.callers,
            "rounds": rounds,
            "utterances": UTTERANCES if recordings is None else [name for name, _ in utterances],
            "voices": "synthetic" if recordings is None else "recorded",
        },
        "targets": [{**asdict(target), "is_met": target.is_met} for target in targets],
        "figures": {count: asdict(its) for count, its in figures.items()},
        "cores": {count: dict(result.cores) for count, result in results.items()},
        "calls": {count: [asdict(c) for c in result.calls] for count, result in results.items()},
    }
    path = directory / "density.json"
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    caption = caption_of(machine, begun_at.isoformat())
    _draw(figures, directory / "density.png", caption)
    _draw_cores(results, directory / "cores.png", caption)
    console.print(density_table(figures, results))
    console.print(cores_table(results))
    console.print(targets_table(targets))
    console.print(f"{path}, with the plot and the recordings beside it")


def _targets(figures: Mapping[int, Figures]) -> tuple[Target, ...]:
    four = figures[4].voice_to_voice_ms if 4 in figures else None
    return (
        Target(
            "voice-to-voice of four callers, p95 ms",
            FOUR_CALLERS_P95_LIMIT_MS,
            None if four is None else four.p95,
        ),
        Target("calls lost", 0, sum(its.lost for its in figures.values())),
    )


def density_table(figures: Mapping[int, Figures], results: Mapping[int, DensityResult]) -> Table:
    """A line for each number of callers, and below it one for each kind of answer."""
    table = Table(title="Voice to voice (ms), and cores in use")
    table.add_column("callers")
    for heading in ("turns", "p50", "p95", "p99", "unanswered", "calls lost", "cores"):
        table.add_column(heading, justify="right")
    for count, its in figures.items():
        table.add_section()
        calls = results[count].calls
        unanswered = sum(call.voice_to_voice_ms.count(None) for call in calls)
        table.add_row(
            str(count),
            *_spread(its.voice_to_voice_ms),
            *(str(unanswered), str(its.lost), f"{_cores_of_stack(results[count]):.2f}"),
        )
        parts = {**its.by_tier_ms, "our own share": its.own_share_ms}
        for name, one in parts.items():
            if one is not None:
                table.add_row(f"  {name}", *_spread(one))
    return table


def cores_table(results: Mapping[int, DensityResult]) -> Table:
    """Which part of the stack used how much of a core, by number of callers."""
    table = Table("part", title="Cores in use, mean")
    for count in results:
        table.add_column(str(count), justify="right")
    for part in _parts(results):
        table.add_row(part, *(f"{result.cores.get(part, 0.0):.2f}" for result in results.values()))
    return table


def _spread(one: Distribution | None) -> tuple[str, str, str, str]:
    if one is None:
        return ("-", "-", "-", "-")
    return (str(one.count), str(one.p50), str(one.p95), str(one.p99))


def _cores_of_stack(result: DensityResult) -> float:
    return sum(use for part, use in result.cores.items() if part != CALLERS)


def _parts(results: Mapping[int, DensityResult]) -> list[str]:
    return sorted({part for result in results.values() for part in result.cores})


def _draw(figures: Mapping[int, Figures], path: Path, caption: str) -> None:
    heard = [its.voice_to_voice_ms for its in figures.values()]
    turns = "turns: " + ", ".join(
        f"{0 if one is None else one.count} of {count} callers"
        for count, one in zip(figures, heard, strict=True)
    )
    draw_lines(
        list(figures),
        {
            name: [None if one is None else getattr(one, name) for one in heard]
            for name in ("p50", "p95", "p99")
        },
        path,
        title="From the caller's last sound to the first sound of the answer",
        caption=f"{turns} · {caption}",
        x_label="callers at once",
        y_label="ms",
        limits={"four callers, p95": FOUR_CALLERS_P95_LIMIT_MS},
    )


def _draw_cores(results: Mapping[int, DensityResult], path: Path, caption: str) -> None:
    draw_lines(
        list(results),
        {part: [result.cores.get(part) for result in results.values()] for part in _parts(results)},
        path,
        title="Cores in use, by part",
        caption=caption,
        x_label="callers at once",
        y_label="cores, mean",
    )
