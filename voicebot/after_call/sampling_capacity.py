"""How many slots there are and who holds them, how busy each worker is: once a minute, kept.

One process of the stack does it, on a lease; another goes on when that one dies. Utilisation is
what a worker's time in hand grew by since the sample before, of all the time that it could give.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from voicebot.inference.ready_workers import ReadyWorker, workers_ready
from voicebot.shared_state import keys
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.slots import RedisSlots
from voicebot.store.capacity_history import SqlCapacityHistory
from workers.contract import Stage

SAMPLE_EVERY_S: Final = 60.0
LEASE_S: Final = 150


class SamplingCapacity:
    """Fulfils a chore's `run`. Raises StoreError and SharedStateError."""

    def __init__(
        self, history: SqlCapacityHistory, connection: RedisConnection, process: str
    ) -> None:
        self._history = history
        self._connection = connection
        self._slots = RedisSlots(connection)
        self._process = process
        # What each worker had done, in ms, and when.
        self._before: dict[str, tuple[int, datetime]] = {}

    async def run(self, at: datetime) -> None:
        if not await self._is_mine():
            self._before.clear()
            return
        ready = await workers_ready(self._connection.client)
        occupancy = await self._slots.occupancy()
        values = {
            "slots.used": float(occupancy.held),
            "slots.live": float(occupancy.capacity),
            **pools(ready),
            **self._utilisation(ready, at),
        }
        await self._history.sample(at, values)

    async def _is_mine(self) -> bool:
        client = self._connection.client
        taking = client.set(keys.CAPACITY_SAMPLER, self._process, nx=True, ex=LEASE_S)
        if await self._connection.answer("take the sampling", taking):
            return True
        asking = client.get(keys.CAPACITY_SAMPLER)
        if await self._connection.answer("see who samples", asking) != self._process:
            return False
        await self._connection.answer(
            "keep the sampling", client.expire(keys.CAPACITY_SAMPLER, LEASE_S)
        )
        return True

    def _utilisation(
        self, ready: Mapping[Stage, Sequence[ReadyWorker]], at: datetime
    ) -> Mapping[str, float]:
        found = {}
        now: dict[str, tuple[int, datetime]] = {}
        for stage, workers in ready.items():
            for worker in workers:
                name = f"worker.{stage}.{worker.worker}"
                now[name] = worker.busy_ms, at
                if (before := self._before.get(name)) is not None:
                    found[name] = utilisation(before, now[name], worker.slots)
        self._before = now
        return found


def pools(ready: Mapping[Stage, Sequence[ReadyWorker]]) -> Mapping[str, float]:
    """How many conversations each pool's workers bear."""
    found: defaultdict[str, float] = defaultdict(float)
    for stage, workers in ready.items():
        for worker in workers:
            found[f"pool.{'+'.join(worker.pools) or stage}"] += worker.conversations
    return dict(found)


def utilisation(before: tuple[int, datetime], now: tuple[int, datetime], slots: int) -> float:
    """Between 0 and 1. A worker that began anew counts from nothing."""
    passed_ms = (now[1] - before[1]).total_seconds() * 1000
    done_ms = now[0] - before[0] if now[0] >= before[0] else now[0]
    if passed_ms <= 0 or slots <= 0:
        return 0.0
    return min(1.0, max(0.0, done_ms / (passed_ms * slots)))
