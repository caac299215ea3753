"""How long do joining, leaving and asking for one's position take in a long waiting line?

Each question is asked alone, from Python and over the network, as an agent asks it.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

import numpy as np

from voicebot.calls.model import CallId
from voicebot.line_ports import WaitingLines
from voicebot.queueing.model import QueueName, Rank

P99_MAX_MS = 2.0
HOLDER = "bench"
_JOINING_AT_ONCE = 64
_FIRST_ARRIVAL_S = 1_700_000_000.0


@dataclass(frozen=True, slots=True)
class StepFigures:
    """Of one kind of question, in ms."""

    questions: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    longest_ms: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "StepFigures":
        p50, p95, p99, longest = np.percentile(np.asarray(seconds) * 1000, [50, 95, 99, 100])
        return cls(len(seconds), *(round(float(ms), 3) for ms in (p50, p95, p99, longest)))


@dataclass(frozen=True, slots=True)
class LineFigures:
    """All of one run."""

    waiting: int
    join: StepFigures
    leave: StepFigures
    position: StepFigures

    @property
    def is_met(self) -> bool:
        return all(step.p99_ms <= P99_MAX_MS for step in (self.join, self.leave, self.position))


async def measure_line(
    lines: WaitingLines, queue: QueueName, *, callers: int, questions: int, seed: int
) -> LineFigures:
    """Fills a line, and asks; the line stays as long as it was. Leaves it empty."""
    dice = random.Random(seed)
    waiting = [CallId(f"bench-{number}.{number}") for number in range(callers)]
    dice.shuffle(waiting)
    for begin in range(0, callers, _JOINING_AT_ONCE):
        some = waiting[begin : begin + _JOINING_AT_ONCE]
        await asyncio.gather(*(_join(lines, queue, call_id, dice) for call_id in some))
    length = await lines.waiting(queue)
    joining, leaving, asking = [], [], []
    for call_id in dice.sample(waiting, min(questions, callers)):
        asking.append(await _timed(lines.position(queue, call_id)))
        leaving.append(await _timed(lines.leave(queue, call_id)))
        joining.append(await _timed(_join(lines, queue, call_id, dice)))
    for begin in range(0, callers, _JOINING_AT_ONCE):
        some = waiting[begin : begin + _JOINING_AT_ONCE]
        await asyncio.gather(*(lines.leave(queue, call_id) for call_id in some))
    return LineFigures(length, *(StepFigures.of(seconds) for seconds in (joining, leaving, asking)))


async def _join(
    lines: WaitingLines, queue: QueueName, call_id: CallId, dice: random.Random
) -> object:
    rank = dice.choice((Rank.VIP, Rank.RETURNING, Rank.REGULAR))
    arrived_at_s = _FIRST_ARRIVAL_S + dice.uniform(0, 3_600)
    return await lines.join(queue, call_id, rank, arrived_at_s, holder=HOLDER)


async def _timed(answer: Awaitable[object]) -> float:
    begun = time.perf_counter()
    await answer
    return time.perf_counter() - begun
