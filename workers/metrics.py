"""What does a worker process count, for Prometheus to fetch?

Never what callers say, nor a call's id. `queue` is what the worker serves: its stage, or its pools.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
    start_http_server,
)

# Around the 60 ms that a stage may take on a GPU; an agent sorts what it sees in the same way.
TIMES_S: Final = (
    0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.13, 0.16, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5,
    2.5, 5.0, 10.0,
)  # fmt: skip
BATCHES: Final = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
DONE: Final = "done"


class WorkerMetrics:
    """Of one process."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = CollectorRegistry() if registry is None else registry
        self.queue = ""
        self._busy_s = 0.0
        self._adding = Lock()
        self._queued = Histogram(
            "voicebot_worker_queued_seconds",
            "How long work had waited when it was taken.",
            ["queue"],
            buckets=TIMES_S,
            registry=self.registry,
        )
        self._took = Histogram(
            "voicebot_worker_seconds",
            "How long work took from then to its last answer.",
            ["queue"],
            buckets=TIMES_S,
            registry=self.registry,
        )
        self._works = Counter(
            "voicebot_worker_works",
            "Pieces of work taken, by how they ended.",
            ["queue", "result"],
            registry=self.registry,
        )
        self._in_hand = Gauge(
            "voicebot_worker_in_hand",
            "Pieces of work taken and not ended.",
            ["queue"],
            registry=self.registry,
        )
        self._batches = Histogram(
            "voicebot_worker_batch_items",
            "What ran together in one run of the model.",
            ["queue"],
            buckets=BATCHES,
            registry=self.registry,
        )
        self._left = Gauge(
            "voicebot_worker_waiting",
            "What waited for a run in this process when the last one began.",
            ["queue"],
            registry=self.registry,
        )
        self._slots = Gauge(
            "voicebot_worker_slots",
            "Pieces of work done at once.",
            ["queue"],
            registry=self.registry,
        )
        self._conversations = Gauge(
            "voicebot_worker_conversations",
            "Conversations that this worker bears.",
            ["queue"],
            registry=self.registry,
        )

    def bears(self, slots: int, conversations: int) -> None:
        self._slots.labels(self.queue).set(slots)
        self._conversations.labels(self.queue).set(conversations)

    def batch_begins(self, items: int, left: int) -> None:
        """So many run together; others wait on."""
        self._batches.labels(self.queue).observe(items)
        self._left.labels(self.queue).set(left)

    @contextmanager
    def in_hand(self) -> Iterator[None]:
        gauge = self._in_hand.labels(self.queue)
        gauge.inc()
        try:
            yield
        finally:
            gauge.dec()

    def busy_ms(self) -> int:
        """For how long there was work in hand, summed over all that were at once."""
        return round(self._busy_s * 1000)

    def work_over(self, result: str, queued_s: float, took_s: float) -> None:
        """`result`: DONE, or the reason of its failure."""
        with self._adding:
            self._busy_s += took_s
        self._works.labels(self.queue, result).inc()
        self._queued.labels(self.queue).observe(queued_s)
        if result == DONE:
            self._took.labels(self.queue).observe(took_s)


# Of this process.
METRICS = WorkerMetrics()


@contextmanager
def served(
    port: int, address: str, queue: str, release: str, metrics: WorkerMetrics = METRICS
) -> Iterator[None]:
    """While inside, they can be fetched at this port; 0: they cannot."""
    metrics.queue = queue
    if port == 0:
        yield
        return
    build = Gauge(
        "voicebot_build_info",
        "1; what runs here, and of which release.",
        ["process", "release"],
        registry=metrics.registry,
    )
    build.labels(f"worker-{queue}", release).set(1)
    ProcessCollector(registry=metrics.registry)
    GCCollector(registry=metrics.registry)
    server, thread = start_http_server(port, addr=address, registry=metrics.registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
