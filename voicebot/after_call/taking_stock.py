"""What waits that no other process could tell of: late callbacks, work that no worker has taken."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from voicebot.telemetry.node_metrics import NODE, NodeMetrics

# What is tried again because there was no slot is due again by then.
LATE_AFTER: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class TakingStock:
    """Fulfils a chore's `run`; what is asked may raise a VoicebotError."""

    late_callbacks: Callable[[datetime], Awaitable[int]]
    queue_lengths: Callable[[], Awaitable[Mapping[str, int]]]
    metrics: NodeMetrics = NODE

    async def run(self, at: datetime) -> None:
        self.metrics.late_callbacks(await self.late_callbacks(at - LATE_AFTER))
        for queue, length in (await self.queue_lengths()).items():
            self.metrics.queue_is(queue, length)
