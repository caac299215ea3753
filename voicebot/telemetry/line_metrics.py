"""Who is let in, who waits, and how many could talk at once?

Queues are named in the operator's files, so there are few of them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge

from voicebot.telemetry.metrics import METRICS


class LineMetrics:
    """Of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._admissions = Counter(
            "voicebot_admissions",
            "Verdicts on callers who rang, with their reasons.",
            ["queue", "verdict", "reason"],
            registry=registry,
        )
        self._waiting = Gauge(
            "voicebot_calls_waiting", "Callers who wait now.", ["queue"], registry=registry
        )
        self._talking = Gauge(
            "voicebot_calls_talking", "Callers this process talks with now.", registry=registry
        )
        self._used = Gauge(
            "voicebot_slots_used",
            "Conversations going on, of all processes as this one sees them.",
            registry=registry,
        )
        self._live = Gauge(
            "voicebot_slots_live",
            "Conversations that the workers bear, of all processes as this one sees them.",
            registry=registry,
        )
        self._listened = Gauge(
            "voicebot_calls_listened",
            "Waiting callers whose words this process hears now.",
            registry=registry,
        )
        self._overheard = Counter(
            "voicebot_waiting_utterances",
            "What waiting callers said, by what became of it.",
            ["result"],
            registry=registry,
        )
        self._correction = Gauge(
            "voicebot_slots_correction",
            "By what this process's own latency would correct the slots.",
            registry=registry,
        )

    def judged(self, queue: str, verdict: str, reason: str) -> None:
        self._admissions.labels(queue, verdict, reason).inc()

    @contextmanager
    def waiting(self, queue: str) -> Iterator[None]:
        """While inside, somebody waits there."""
        gauge = self._waiting.labels(queue)
        gauge.inc()
        try:
            yield
        finally:
            gauge.dec()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While inside, one waiting caller more is listened to."""
        self._listened.inc()
        try:
            yield
        finally:
            self._listened.dec()

    def overheard(self, result: str) -> None:
        """An utterance of a waiting caller: recognized, failed or left_out."""
        self._overheard.labels(result).inc()

    def follow_talking(self, count: Callable[[], int]) -> None:
        """`count` is asked, from another thread, whenever somebody wants to know."""
        self._talking.set_function(count)

    def slots_are(self, used: int, live: int, correction: float) -> None:
        self._used.set(used)
        self._live.set(live)
        self._correction.set(correction)


# Of this process.
LINES = LineMetrics(METRICS.registry)
