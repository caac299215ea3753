"""Which workers are ready? Read from the leases they keep in Redis."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from voicebot.errors import SharedStateError
from workers.contract import ANY_LANGUAGE, Stage, worker_key, workers_known


@dataclass(frozen=True, slots=True)
class ReadyWorker:
    """What one ready worker tells about itself."""

    worker: str
    engine: str
    model: str
    slots: int  # pieces of work at once
    conversations: int  # as many as it bears within the budget of latency
    pid: int
    languages: tuple[str, ...]  # BCP 47, or ANY_LANGUAGE
    pools: tuple[str, ...] = ()  # none: it does whatever comes to its stage
    busy_ms: int = 0  # that it had work in hand since it began, summed over its slots


async def workers_ready(redis: Redis) -> Mapping[Stage, Sequence[ReadyWorker]]:
    """The ready workers of every stage, by name; raises SharedStateError."""
    return {stage: await _ready(redis, stage) for stage in Stage}


class Census:
    """Fulfils `line_ports.WorkerCensus`."""

    def __init__(self, redis: Redis) -> None:
        """`redis` answers within a short time, or fails."""
        self._redis = redis

    async def conversations(self) -> Mapping[str, Sequence[int]]:
        """How many each of a stage's workers bears; raises SharedStateError."""
        ready = await workers_ready(self._redis)
        return {
            stage.value: [worker.conversations for worker in workers]
            for stage, workers in ready.items()
        }


async def _ready(redis: Redis, stage: Stage) -> list[ReadyWorker]:
    known = workers_known(stage)
    try:
        names = sorted(_text(name) for name in await redis.smembers(known))
        if not names:
            return []
        values: list[Any] = await redis.mget([worker_key(stage, name) for name in names])
        gone = [name for name, value in zip(names, values, strict=True) if value is None]
        if gone:
            # A living one among them makes itself known again at its next renewal.
            await redis.srem(known, *gone)
    except (RedisError, OSError) as error:
        raise SharedStateError(f"leases not read: {type(error).__name__}") from error
    return [
        _worker(name, json.loads(value))
        for name, value in zip(names, values, strict=True)
        if value is not None
    ]


def _worker(name: str, facts: Mapping[str, Any]) -> ReadyWorker:
    return ReadyWorker(
        worker=name,
        engine=facts["engine"],
        model=facts["model"],
        slots=facts["slots"],
        # A worker of an earlier release tells neither this nor its languages: it is given work as
        # it was then.
        conversations=facts.get("conversations", facts["slots"]),
        pid=facts["pid"],
        languages=tuple(facts.get("languages", (ANY_LANGUAGE,))),
        pools=tuple(facts.get("pools", ())),
        busy_ms=facts.get("busy_ms", 0),
    )


def _text(key: bytes | str) -> str:
    return key.decode() if isinstance(key, bytes) else key
