"""Who can tell that this worker is ready?

A key in Redis that is renewed while the worker lives and ends soon after it
dies. Whoever asks for ready workers lists these keys; nobody pings a worker.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final, Self

import structlog
from redis import Redis
from redis.exceptions import RedisError

from workers.contract import (
    KEY_LIFETIME_S,
    STAGE_LEASE_MS,
    WORKER_LEASE_S,
    Stage,
    queue_key,
    worker_key,
    workers_known,
)

# Four times within STAGE_LEASE_MS: a machine under load lets a thread wait.
RENEW_EVERY_S: Final = 0.5

log = structlog.get_logger("workers")


@dataclass(frozen=True, slots=True)
class ReadyWorker:
    """What a worker tells about itself."""

    engine: str
    model: str
    slots: int  # pieces of work at once
    conversations: int  # as many as it bears within the budget of latency
    pid: int
    languages: tuple[str, ...]  # BCP 47, or ANY_LANGUAGE
    pools: tuple[str, ...] = ()  # none: it does whatever comes to its stage


class Lease:
    """Keeps the worker's key alive from `__enter__` to `__exit__`."""

    def __init__(
        self,
        redis: Redis,
        stage: Stage,
        worker: str,
        facts: ReadyWorker,
        busy_ms: Callable[[], int] = lambda: 0,
    ) -> None:
        """`busy_ms`: for how long it had work in hand since it began, summed over its slots."""
        self._redis = redis
        self._key = worker_key(stage, worker)
        self._worker, self._known_key = worker, workers_known(stage)
        self._queue_keys = [queue_key(queue) for queue in facts.pools or (stage.value,)]
        self._facts, self._busy_ms = asdict(facts), busy_ms
        self._over = threading.Event()
        self._renewer = threading.Thread(target=self._renew, name="lease", daemon=True)

    def __enter__(self) -> Self:
        self._renewer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._renewer.join(timeout=RENEW_EVERY_S)
        try:
            with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.delete(self._key)
                pipeline.srem(self._known_key, self._worker)
                pipeline.execute()
        except RedisError as error:
            # It ends by itself within WORKER_LEASE_S.
            log.warning("lease.not_returned", error=type(error).__name__)

    def _renew(self) -> None:
        while not self._over.is_set():
            try:
                with self._redis.pipeline(transaction=False) as pipeline:
                    told = json.dumps(self._facts | {"busy_ms": self._busy_ms()})
                    pipeline.set(self._key, told, ex=WORKER_LEASE_S)
                    pipeline.sadd(self._known_key, self._worker)
                    pipeline.expire(self._known_key, KEY_LIFETIME_S)
                    for key in self._queue_keys:
                        pipeline.set(key, b"", px=STAGE_LEASE_MS)
                    pipeline.execute()
            except RedisError as error:
                # Redis is away: then no work comes either, and the next renewal is soon.
                log.warning("lease.not_renewed", error=type(error).__name__)
            self._over.wait(RENEW_EVERY_S)
