"""`voicebot bench asr`: is recognition on the live path as good as it could be, and how fast?"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from voicebot.caller.bench_asr import (
    POINTS_MAX,
    TIME_SHARE_MAX,
    AsrFigures,
    asr_figures,
    hear_both_ways,
)
from voicebot.caller.comparing import FULL, LIVE
from voicebot.caller.machine import cpu_and_cores
from voicebot.caller.plots import caption_of, draw_shares
from voicebot.caller.recordings import HumanRecording, asterisk_prompts, recordings_in
from voicebot.settings import Settings
from voicebot.stack.paths import asterisk_root


def asr(
    recordings: Annotated[
        list[Path] | None,
        typer.Option(help="Human recordings: .wav files with their texts.", exists=True),
    ] = None,
    words: Annotated[int, typer.Option(help="Only texts with so many.", min=1)] = 3,
) -> None:
    """Live path against full window, in one run; by default on Asterisk's English prompts.

    Needs no stack, only the recognizer.
    """
    settings = Settings.load()
    console = Console(highlight=False)
    begun_at = datetime.now(UTC)
    directory = settings.state_dir / "bench" / begun_at.strftime("%Y%m%dT%H%M%SZ")
    found = human_recordings(settings, recordings or [], words)
    heard = hear_both_ways(found, directory / "heard")
    figures = asr_figures(heard)
    machine = cpu_and_cores()
    document = {
        "begun_at": begun_at.isoformat(),
        "machine": machine,
        "targets": {
            "points": {"limit": POINTS_MAX, "measured": figures.points},
            "time_share": {"limit": TIME_SHARE_MAX, "measured": figures.time_share},
        },
        "figures": asdict(figures),
        "recordings": [
            {
                "name": one.recording.name,
                "text": one.recording.text,
                **{
                    way: {**asdict(one.heard.ways[way]), "wrong": one.errors(way).wrong}
                    for way in (LIVE, FULL)
                },
            }
            for one in heard
        ],
    }
    path = directory / "asr.json"
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    draw_shares(
        {
            name: [round(one.heard.ways[way].time_ms) for one in heard]
            for name, way in (("live path", LIVE), ("full window", FULL))
        },
        directory / "asr.png",
        title="Time to recognise one recording",
        caption=caption_of(machine, begun_at.isoformat()),
    )
    console.print(asr_table(figures))
    console.print(f"{path}, with plot and recordings beside it")


def human_recordings(
    settings: Settings, directories: list[Path], words_min: int
) -> tuple[HumanRecording, ...]:
    """Of enough words; Asterisk's prompts where no directory is given. Raises CallerError."""
    found = (
        tuple(one for directory in directories for one in recordings_in(directory))
        if directories
        else asterisk_prompts(asterisk_root(settings.cache_dir))
    )
    return tuple(one for one in found if len(one.text.split()) >= words_min)


def asr_table(figures: AsrFigures) -> Table:
    """Both ways, a line each, and the two promises."""
    table = Table("way", "words wrong", "mean ms", "p50", "p95", title="Human telephone recordings")
    for name, way in (("live path", figures.live), ("full window", figures.full)):
        table.add_row(
            name,
            f"{100 * way.errors.rate:.2f} % of {way.errors.words}",
            f"{way.mean_ms:g}",
            str(way.time_ms.p50),
            str(way.time_ms.p95),
        )
    table.add_section()
    table.add_row("live - full", f"{figures.points:g} points (at most {POINTS_MAX:g})")
    share = f"{100 * figures.time_share:.0f} % (at most {100 * TIME_SHARE_MAX:.0f})"
    table.add_row("live / full", "", share)
    again = ", ".join(f"{count} {reason}" for reason, count in figures.heard_again)
    table.add_row("heard again", f"{again or 'none'} of {figures.recordings}")
    return table
