"""How many callers at once does the running stack hold, at a person's pace?

For each number of callers, that many talk at the same time: they begin within a few seconds of
each other, say some utterances in an order of their own, and think before each. How long people
think is drawn from a log-normal distribution.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np

from voicebot.caller.audio_files import write_wav
from voicebot.caller.bench_figures import BenchCall
from voicebot.caller.bench_latency import (
    PREPARED_AT_A_TIME,
    Progress,
    ended_call,
    prepare,
    with_records,
)
from voicebot.caller.calling_process import CallingProcess
from voicebot.caller.processor_time import processor_seconds
from voicebot.caller.sound import RATE_HZ, Samples
from voicebot.settings import Settings

# The gap before a next question: median and spread, in s and as the sigma of its logarithm; beside
# the 0.9 s by which a caller of ours knows that the agent has finished.
THINKING_MEDIAN_S = 0.6
THINKING_SIGMA = 0.8
LONGEST_THINKING_S = 6.0
BEGIN_WITHIN_S = 4.0


@dataclass(frozen=True, slots=True)
class DensityPlan:
    """Whom to call, how many at once, and what may be said."""

    number: str
    callers: tuple[int, ...]
    rounds: int  # calls of each caller, one after the other
    utterances: tuple[tuple[str, Samples], ...]  # at RATE_HZ
    per_call: int
    seed: int = 1


@dataclass(frozen=True, slots=True)
class DensityResult:
    """What so many callers came to."""

    calls: tuple[BenchCall, ...]
    cores: Mapping[str, float]  # mean use by part of the stack


def thinking_s(dice: random.Random) -> float:
    """How long somebody thinks before speaking."""
    drawn = dice.lognormvariate(log(THINKING_MEDIAN_S), THINKING_SIGMA)
    return min(drawn, LONGEST_THINKING_S)


def after_thinking(words: Samples, silence_s: float) -> Samples:
    return np.concatenate([np.zeros(round(silence_s * RATE_HZ), words.dtype), words])


async def run_density(
    plan: DensityPlan, settings: Settings, directory: Path, progress: Progress
) -> Mapping[int, DensityResult]:
    """By number of callers. Raises VoicebotError."""
    dice = random.Random(plan.seed)
    cores: dict[int, Mapping[str, float]] = {}

    async def place() -> Mapping[str, Sequence[BenchCall]]:
        placed: dict[str, list[BenchCall]] = {}
        for count in plan.callers:
            placed[str(count)] = []
            used: list[Mapping[str, float]] = []
            for round_ in range(plan.rounds):
                progress(f"{count} callers at once, round {round_ + 1} of {plan.rounds}")
                calls, used_now = await _round(
                    plan, count, directory / f"{count:02}-{round_}", dice
                )
                placed[str(count)] += calls
                used.append(used_now)
            cores[count] = _mean(used)
        return placed

    placed = await with_records(place, settings, progress)
    return {count: DensityResult(tuple(placed[str(count)]), cores[count]) for count in plan.callers}


async def _round(
    plan: DensityPlan, count: int, directory: Path, dice: random.Random
) -> tuple[list[BenchCall], Mapping[str, float]]:
    doors = asyncio.Semaphore(PREPARED_AT_A_TIME)

    async def prepared(caller: int, script: Sequence[str]) -> tuple[CallingProcess, str]:
        async with doors:
            return await prepare(plan.number, directory / f"{caller:02}", script)

    scripts = [_script(plan, directory / f"{caller:02}", dice) for caller in range(count)]
    async with asyncio.TaskGroup() as group:
        preparing = [
            group.create_task(prepared(caller, script)) for caller, script in enumerate(scripts)
        ]
    begin_s = [0.0, *sorted(dice.uniform(0.0, BEGIN_WITHIN_S) for _ in range(count - 1))]
    loop = asyncio.get_running_loop()
    started_s, before = loop.time(), processor_seconds()
    async with asyncio.TaskGroup() as group:
        calls = []
        for task, at_s in zip(preparing, begin_s, strict=True):
            await asyncio.sleep(max(0.0, started_s + at_s - loop.time()))
            process, caller_number = task.result()
            process.go()
            calls.append(group.create_task(ended_call(process, caller_number)))
    taken_s, after = loop.time() - started_s, processor_seconds()
    used = {
        part: (after[part] - seconds) / taken_s for part, seconds in before.items() if part in after
    }
    return [call.result() for call in calls], used


def _script(plan: DensityPlan, directory: Path, dice: random.Random) -> list[str]:
    """Options of `voicebot call`; the utterances, thinking included, lie beside its recordings."""
    directory.mkdir(parents=True, exist_ok=True)
    options: list[str] = []
    for step, (name, words) in enumerate(dice.sample(plan.utterances, k=plan.per_call)):
        path = directory / f"said-{step}-{name}.wav"
        write_wav(path, after_thinking(words, thinking_s(dice)))
        options += ["--wav", str(path)]
    return options


def _mean(rounds: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    parts = sorted({part for used in rounds for part in used})
    return {part: sum(used.get(part, 0.0) for used in rounds) / len(rounds) for part in parts}
