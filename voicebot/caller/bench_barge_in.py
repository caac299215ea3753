"""Does the agent stop for callers who interrupt it, and for nothing else?

Real calls, some at once. Each asks for a long answer and makes sounds over it: those that
ask for nothing, one after the other over the same answer, or an utterance that takes the
floor. What became of the answer is read from the callers' recordings.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voicebot.caller.audio_files import read_wav
from voicebot.caller.barge_in_figures import (
    Disturbance,
    Interruption,
    disturbance,
    interruption,
)
from voicebot.caller.bench_latency import CALL_LIMIT_S, new_caller, records_of
from voicebot.caller.calling_process import CallingProcess
from voicebot.caller.sound import Span
from voicebot.calls.model import CallRecord
from voicebot.errors import CallerError
from voicebot.settings import Settings

# Into the answer, and between two sounds: other moments of the words in every call.
FIRST_OVER_S = (1.2, 1.7, 2.3, 2.9)
NEXT_OVER_S = (1.4, 1.9, 2.2)


@dataclass(frozen=True, slots=True)
class Sound:
    """A step of the caller's over an answer: an option of `voicebot call`, and its name."""

    kind: str
    option: str
    value: str


@dataclass(frozen=True, slots=True)
class BargeInPlan:
    number: str
    question: tuple[str, str]  # an option of `voicebot call` that asks for the long answer
    disturbances: Sequence[Sound]
    interruptions: Sequence[Sound]
    per_answer: int  # disturbances
    per_call: int  # interruptions, each of an answer of its own
    at_once: int


@dataclass(slots=True)
class BargeInResults:
    disturbances: list[Disturbance] = field(default_factory=list)
    interruptions: list[Interruption] = field(default_factory=list)
    answers_cut: int = 0
    missed: int = 0  # sounds that came when the agent was silent
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Call:
    directory: Path
    sounds: Mapping[str, Sound]  # by the label that the report gives the step
    is_interrupting: bool
    script: tuple[str, ...]


async def run_barge_in(
    plan: BargeInPlan, settings: Settings, directory: Path, progress: Callable[[str], None]
) -> BargeInResults:
    calls = [*_disturbed(plan, directory), *_interrupted(plan, directory)]
    doors = asyncio.Semaphore(plan.at_once)
    results, callers = BargeInResults(), dict[str, _Call]()

    async def place(number: int, call: _Call) -> None:
        async with doors:
            progress(f"call {number + 1} of {len(calls)}")
            caller = new_caller(plan.number)
            try:
                process = await CallingProcess.prepare(
                    plan.number, caller, call.directory, call.script
                )
                process.go()
                report = await process.report(2 * CALL_LIMIT_S)
            except CallerError as error:
                results.failures.append(str(error))
                return
            if not report["is_held"]:
                results.failures.append(str(report["failure"]))
                return
            callers[caller] = call
            await asyncio.to_thread(_judge, call, report, results)

    async with asyncio.TaskGroup() as tasks:
        for number, call in enumerate(calls):
            tasks.create_task(place(number, call))
    records = await records_of(settings, callers)
    results.answers_cut = sum(
        _answers_cut(records[caller])
        for caller, call in callers.items()
        if caller in records and not call.is_interrupting
    )
    return results


def _answers_cut(record: CallRecord) -> int:
    return sum(turn.was_interrupted for turn in record.turns if turn.number > 0)


def _disturbed(plan: BargeInPlan, directory: Path) -> list[_Call]:
    calls: list[_Call] = []
    for start in range(0, len(plan.disturbances), plan.per_answer):
        those = plan.disturbances[start : start + plan.per_answer]
        script = list(plan.question)
        for i, sound in enumerate(those):
            waits = NEXT_OVER_S if i else FIRST_OVER_S
            over_s = waits[(start // plan.per_answer + i) % len(waits)]
            script += ["--over", str(over_s), sound.option, sound.value]
        name = f"disturbed-{len(calls):02}"
        by_label = {_label(sound): sound for sound in those}
        calls.append(_Call(directory / name, by_label, False, tuple(script)))
    return calls


def _interrupted(plan: BargeInPlan, directory: Path) -> list[_Call]:
    calls: list[_Call] = []
    for start in range(0, len(plan.interruptions), plan.per_call):
        those = plan.interruptions[start : start + plan.per_call]
        script: list[str] = []
        for i, sound in enumerate(those):
            over_s = FIRST_OVER_S[(start + i) % len(FIRST_OVER_S)]
            script += [*plan.question, "--over", str(over_s), sound.option, sound.value]
        name = f"interrupted-{len(calls):02}"
        by_label = {_label(sound): sound for sound in those}
        calls.append(_Call(directory / name, by_label, True, tuple(script)))
    return calls


def _label(sound: Sound) -> str:
    """As `voicebot call` reports the step."""
    if sound.option == "--echo":
        gain_db, delay_ms, _ = sound.value.split(":")
        return f"echo {float(gain_db):g} dB {delay_ms} ms"
    return Path(sound.value).name if sound.option == "--wav" else sound.value


def _judge(call: _Call, report: Mapping[str, Any], results: BargeInResults) -> None:
    heard = read_wav(call.directory / "heard.wav")
    for turn in report["turns"]:
        sound = call.sounds.get(turn["said"])
        if sound is None or turn["utterance"] is None:
            continue
        span = Span(turn["utterance"]["start_ms"], turn["utterance"]["end_ms"])
        judged: Disturbance | Interruption | None
        if call.is_interrupting:
            judged = interruption(f"{call.directory.name} {sound.kind}", span, heard)
        else:
            judged = disturbance(f"{sound.kind} {call.directory.name}", span, heard)
        match judged:
            case Disturbance():
                results.disturbances.append(judged)
            case Interruption():
                results.interruptions.append(judged)
            case None:
                results.missed += 1
