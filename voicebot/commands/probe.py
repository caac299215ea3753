"""`voicebot probe`: call our own number as a caller would, and say whether all is well."""

import asyncio
import json
import os
import re
import shutil
import signal
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from voicebot.business_file import load_business
from voicebot.caller.calling_process import CallingProcess
from voicebot.caller.listening import transcribe
from voicebot.caller.probe import ProbeLimits, ProbeResult, judge_probe, metrics, not_placed
from voicebot.dialogue.business import Business
from voicebot.errors import CallerError, ConfigurationError
from voicebot.settings import Settings

CALL_LIMIT_S = 120.0
_UNITS_S = {"s": 1, "m": 60, "h": 3_600}


@dataclass(frozen=True, slots=True)
class Question:
    """What the probe asks, and the words that answer it."""

    number: str
    text: str
    expected: str


def probe(
    number: Annotated[
        str | None, typer.Argument(help="Whom to call; by default the business's first number.")
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Again and again, such as 30s, 5m or 1h; else once."),
    ] = None,
    ask: Annotated[
        str | None, typer.Option(help="The question; by default the first of the first fact.")
    ] = None,
    expect: Annotated[
        str | None, typer.Option(help="Words of the right answer; by default the fact's.")
    ] = None,
    metrics_file: Annotated[
        Path | None, typer.Option(help="Written for Prometheus's textfile collector.")
    ] = None,
    max_greeting_ms: Annotated[int, typer.Option(help="INVITE to first sound.", min=1)] = 3_000,
    max_dead_air_ms: Annotated[int, typer.Option(help="Longest silence.", min=1)] = 3_000,
    max_voice_to_voice_ms: Annotated[int, typer.Option(help="Question to answer.", min=1)] = 2_000,
) -> None:
    """Calls our own number, asks a question, listens to the answer; one JSON line per call.

    Exits with 0 when all was well, 1 when something was not, 2 when no call could be held. Its
    calls come from an account of their own and are in no statistic.
    """
    settings = Settings.load()
    question = _question(load_business(settings.business_file), number, ask, expect)
    limits = ProbeLimits(
        greeting_ms=max_greeting_ms,
        dead_air_ms=max_dead_air_ms,
        voice_to_voice_ms=max_voice_to_voice_ms,
    )
    interval_s = None if every is None else interval_of(every)
    result = asyncio.run(_probe_until_stopped(settings, question, limits, metrics_file, interval_s))
    raise typer.Exit(2 if result is None else result.exit_code)


def register(app: typer.Typer) -> None:
    """Adds `probe` to the command line."""
    app.command()(probe)


def interval_of(text: str) -> int:
    """Seconds in "30s", "5m" or "1h"; raises ConfigurationError."""
    found = re.fullmatch(r"([1-9]\d{0,4})([smh])", text)
    if found is None:
        raise ConfigurationError(f"--every {text!r}: give a time such as 30s, 5m or 1h")
    return int(found[1]) * _UNITS_S[found[2]]


def _question(
    business: Business, number: str | None, ask: str | None, expect: str | None
) -> Question:
    if (ask is None) != (expect is None):
        raise ConfigurationError("give --ask and --expect together")
    number = business.dids[0] if number is None else number
    if ask is not None and expect is not None:
        return Question(number, ask, expect)
    for fact in business.facts:
        # What does not depend on the time of day.
        if fact.answer is not None and fact.questions:
            return Question(number, fact.questions[0], fact.answer)
    raise ConfigurationError("the business has no fact to ask for: give --ask and --expect")


async def _probe_until_stopped(
    settings: Settings,
    question: Question,
    limits: ProbeLimits,
    metrics_file: Path | None,
    interval_s: int | None,
) -> ProbeResult | None:
    """The last result; None when it was stopped before there was any."""
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    stopping = asyncio.create_task(stopped.wait())
    result: ProbeResult | None = None
    due_at = loop.time()
    while True:
        call = asyncio.create_task(_probe_once(settings, question, limits))
        await asyncio.wait((call, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not call.done():
            call.cancel()
            await asyncio.wait((call,))
            return result
        result = call.result()
        typer.echo(json.dumps(result.to_json()))
        if metrics_file is not None:
            _write_whole(metrics_file, metrics(result, time.time()))
        if interval_s is None:
            stopping.cancel()
            return result
        # On the beat of the first, however long a call takes; a beat that was missed is left out.
        missed = max(0.0, loop.time() - due_at) // interval_s
        due_at += (missed + 1) * interval_s
        await asyncio.wait((stopping,), timeout=due_at - loop.time())
        if stopping.done():
            return result


async def _probe_once(settings: Settings, question: Question, limits: ProbeLimits) -> ProbeResult:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    record_dir = settings.state_dir / "probe" / stamp
    try:
        report = await _call(question, record_dir)
        heard = await asyncio.to_thread(_heard, report, record_dir)
    except CallerError as error:
        return not_placed(str(error))
    result = judge_probe(report, heard, question.expected, limits)
    # What was not well can be listened to.
    if result.is_well:
        shutil.rmtree(record_dir)
    return result


async def _call(question: Question, record_dir: Path) -> dict[str, Any]:
    call = await CallingProcess.prepare(
        question.number, "probe", record_dir, ("--as-probe", "--say", question.text)
    )
    call.go()
    return await call.report(CALL_LIMIT_S)


def _heard(report: dict[str, Any], record_dir: Path) -> str:
    """The words of the answer, "" when there was none. Turn 0 is the greeting."""
    files: list[str | None] = report["answer_files"][1:2]
    paths = [record_dir / name for name in files if name is not None]
    return "".join(found.text for found in transcribe(paths))


def _write_whole(path: Path, text: str) -> None:
    """Whoever collects it never sees half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
