"""How does a process do several things again and again, none of them holding up another?

Each chore has a task of its own. One that fails is done again at its next turn: the
database, Redis or the other side may be back by then. That is told when it begins to
fail and when it is over, not every time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from voicebot.errors import VoicebotError
from voicebot.telemetry.logs import log_of
from voicebot.telemetry.node_metrics import NODE

# What is under way when the process is to end may take so long; then it is dropped, and done by
# the next process.
GRACE_S = 5.0

# A chore that is seldom done is tried again sooner when it failed.
RETRY_EVERY_S = 5.0

log = log_of("records")


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to be done every so often; safe to be interrupted and to be repeated."""

    name: str
    every_s: float
    run: Callable[[datetime], Awaitable[None]]


async def keep(chores: Sequence[Chore], stopping: asyncio.Event) -> None:
    """Does them until `stopping` is set."""
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_again_and_again(one, stopping), name=one.name) for one in chores
        ]
        await stopping.wait()
        _, late = await asyncio.wait(tasks, timeout=GRACE_S)
        for task in late:
            task.cancel()


async def _again_and_again(chore: Chore, stopping: asyncio.Event) -> None:
    failing_with: str | None = None
    while not stopping.is_set():
        try:
            await chore.run(datetime.now(UTC))
        except VoicebotError as error:
            if failing_with != str(error):
                log.warning(
                    "records.round_failed", chore=chore.name, code=error.code, reason=str(error)
                )
            failing_with = str(error)
        else:
            if failing_with is not None:
                log.info("records.round_recovered", chore=chore.name)
            failing_with = None
        is_well = failing_with is None
        NODE.chore_over(chore.name, is_done=is_well)
        await _wait(stopping, chore.every_s if is_well else min(chore.every_s, RETRY_EVERY_S))


async def _wait(stopping: asyncio.Event, limit_s: float) -> None:
    try:
        async with asyncio.timeout(limit_s):
            await stopping.wait()
    except TimeoutError:
        return
