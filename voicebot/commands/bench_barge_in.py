"""`voicebot bench barge-in`: does the agent stop for those who interrupt, and for nothing else?"""

import asyncio
import itertools
import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from voicebot.business_file import load_business
from voicebot.caller.audio_files import read_wav, write_wav
from voicebot.caller.barge_in_figures import (
    PAUSED_LIMIT_MS,
    RESUMED_LIMIT_MS,
    STOPPED_LIMIT_MS,
    BargeInFigures,
    as_document,
    figures_of,
    targets_of,
)
from voicebot.caller.bench_barge_in import BargeInPlan, Sound, run_barge_in
from voicebot.caller.disturbances import LEVELS_DBFS, MADE_UP, at_level, made_up
from voicebot.caller.machine import describe_machine
from voicebot.caller.plots import caption_of, draw_shares
from voicebot.caller.sound import RATE_HZ
from voicebot.caller.speech import spoken
from voicebot.commands.bench_tables import targets_table
from voicebot.errors import CallerError
from voicebot.settings import Settings
from voicebot.stack.paths import asterisk_root

QUESTION = "Please tell me the long story of your shop."
BACK_CHANNELS = ("Uh-huh.", "Mm-hmm.", "Yeah.", "Okay.", "I see.", "Right.")
# Of two voices: the loudness of a listener.
BACK_CHANNEL_DBFS = (-24.0, -30.0)
ECHO_GAINS_DB = (-6, -12, -18, -24, -30)
ECHO_DELAYS_MS = (60, 100, 140, 200, 260, 300)
ECHO_S = 2.0
MADE_UP_EACH = 12
# Of a human speaker: whole sentences, in Asterisk's English prompts.
SHORTEST_PROMPT_S, LONGEST_PROMPT_S = 1.3, 4.5


def barge_in(
    interruptions: Annotated[int, typer.Option(help="Human utterances.", min=1)] = 32,
    share: Annotated[
        float, typer.Option(help="This part of the disturbances.", min=0.01, max=1.0)
    ] = 1.0,
    at_once: Annotated[int, typer.Option(help="Calls at a time.", min=1)] = 2,
    ask: Annotated[str, typer.Option(help="What the long answer is asked for with.")] = QUESTION,
    number: Annotated[
        str | None, typer.Option(help="Whom to call; by default the business's first number.")
    ] = None,
) -> None:
    """Echo, coughs, noise and "uh-huh" over answers, and human speech that interrupts them.

    Needs a business with one long answer: config/bench_barge_in.yaml is one.
    """
    settings = Settings.load()
    console = Console(highlight=False)
    begun_at = datetime.now(UTC)
    directory = settings.state_dir / "bench" / begun_at.strftime("%Y%m%dT%H%M%SZ")
    sounds_dir = directory / "sounds"
    sounds_dir.mkdir(parents=True)
    spoken(ask, settings.cache_dir)
    disturbances = list(_disturbances(settings, sounds_dir))
    # A mixture in every call; the same each time.
    random.Random(1).shuffle(disturbances)
    disturbances = disturbances[: max(round(len(disturbances) * share), 1)]
    business = load_business(settings.business_file)
    plan = BargeInPlan(
        number=business.dids[0] if number is None else number,
        question=("--say", ask),
        disturbances=disturbances,
        interruptions=_prompts(settings, interruptions, sounds_dir),
        per_answer=10,
        per_call=4,
        at_once=at_once,
    )
    results = asyncio.run(run_barge_in(plan, settings, directory, console.print))
    figures = figures_of(results.disturbances, results.interruptions, results.answers_cut)
    machine = describe_machine(settings)
    document = {
        "begun_at": begun_at.isoformat(),
        "machine": machine,
        "plan": {
            "number": plan.number,
            "at_once": at_once,
            "disturbances": [sound.kind for sound in plan.disturbances],
            "interruptions": [sound.kind for sound in plan.interruptions],
        },
        "failures": results.failures,
        "missed": results.missed,
        **as_document(figures, results.disturbances, results.interruptions),
    }
    path = directory / "barge-in.json"
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    draw_shares(
        {
            "interruption to silence": [one.paused_ms for one in results.interruptions],
            "interruption to final stop": [one.stopped_ms for one in results.interruptions],
            "disturbance's end to the answer": [
                one.resumed_ms for one in results.disturbances if one.resumed_ms is not None
            ],
        },
        directory / "barge-in.png",
        title="Barge-in, at the callers' ears",
        caption=caption_of(machine, begun_at.isoformat()),
        limits={"silent": PAUSED_LIMIT_MS, "going on": RESUMED_LIMIT_MS, "stop": STOPPED_LIMIT_MS},
    )
    console.print(barge_in_table(figures))
    console.print(targets_table(targets_of(figures)))
    console.print(f"{len(results.failures)} calls failed, {results.missed} sounds came too late")
    console.print(f"{path}, with the recordings beside it")


def barge_in_table(figures: BargeInFigures) -> Table:
    table = Table("sound", "over answers", "made a pause", "lost", title="At the callers' ears")
    for kind, (count, paused, lost) in figures.by_kind.items():
        table.add_row(kind, str(count), str(paused), str(lost))
    table.add_section()
    for name, one in {
        "went on after (ms)": figures.resumed_ms,
        "was silent for (ms)": figures.silent_ms,
        "interruption to silence (ms)": figures.paused_ms,
        "interruption to final stop (ms)": figures.stopped_ms,
    }.items():
        if one is not None:
            table.add_row(name, f"n {one.count}", f"p50 {one.p50}", f"p95 {one.p95}")
    return table


def _disturbances(settings: Settings, directory: Path) -> Iterator[Sound]:
    for gain_db, delay_ms in itertools.product(ECHO_GAINS_DB, ECHO_DELAYS_MS):
        yield Sound(f"echo {gain_db} dB {delay_ms} ms", "--echo", f"{gain_db}:{delay_ms}:{ECHO_S}")
    yield from _made_up(directory)
    yield from _back_channels(settings, directory)
    yield from _music(settings, directory)


def _made_up(directory: Path) -> Iterator[Sound]:
    for seed in range(MADE_UP_EACH):
        for name in MADE_UP:
            path = directory / f"{name}-{seed}.wav"
            write_wav(path, made_up(name, seed))
            yield Sound(f"{name} {seed}", "--wav", str(path))


def _back_channels(settings: Settings, directory: Path) -> Iterator[Sound]:
    for level_dbfs in BACK_CHANNEL_DBFS:
        for number, text in enumerate(BACK_CHANNELS):
            path = directory / f"listening-{number}{level_dbfs:.0f}.wav"
            write_wav(path, at_level(spoken(text, settings.cache_dir), level_dbfs))
            yield Sound(f"listening {text}", "--wav", str(path))


def _music(settings: Settings, directory: Path) -> Iterator[Sound]:
    """From Asterisk's music on hold, in bursts as of a passing car."""
    files = sorted((asterisk_root(settings.cache_dir) / "usr/share/asterisk/moh").glob("*.wav"))
    for number, file in enumerate(files):
        samples = read_wav(file)[(10 + number) * RATE_HZ :]
        for level_dbfs in LEVELS_DBFS[:2]:
            path = directory / f"music-{number}{level_dbfs:.0f}.wav"
            write_wav(path, at_level(samples[: RATE_HZ * 6 // 5], level_dbfs))
            yield Sound(f"music {file.stem}", "--wav", str(path))


def _prompts(settings: Settings, count: int, directory: Path) -> Sequence[Sound]:
    """Spread over the alphabet, at the level of a caller."""
    root = asterisk_root(settings.cache_dir) / "usr/share/asterisk/sounds/en_US_f_Allison"
    fit = []
    for file in sorted(root.glob("*.wav")):
        samples = read_wav(file)
        if SHORTEST_PROMPT_S <= samples.size / RATE_HZ <= LONGEST_PROMPT_S:
            fit.append((file, samples))
    if not fit:
        raise CallerError("Asterisk's recorded prompts are missing: run `make setup`")
    chosen = []
    for file, samples in fit[:: max(len(fit) // count, 1)][:count]:
        path = directory / f"prompt-{file.name}"
        write_wav(path, at_level(samples, -20.0))
        chosen.append(Sound(file.stem, "--wav", str(path)))
    return chosen
