"""How long do Redis, the database and Asterisk take, and how often do they fail?"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from voicebot.errors import VoicebotError
from voicebot.telemetry.buckets import REQUEST_S
from voicebot.telemetry.metrics import METRICS

REDIS, DATABASE, ASTERISK = "redis", "database", "asterisk"


class RequestMetrics:
    """Of one process. Operations are named in the code, never with what they are about."""

    def __init__(
        self, registry: CollectorRegistry, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._now = now
        self._requests = Histogram(
            "voicebot_request_seconds",
            "How long requests to another server took, failed ones too.",
            ["server", "operation"],
            buckets=REQUEST_S,
            registry=registry,
        )
        self._errors = Counter(
            "voicebot_request_errors",
            "Requests that failed, by our code of the error.",
            ["server", "operation", "code"],
            registry=registry,
        )
        # Looked up once: the library's own look-up takes as long as a short request's other parts.
        self._lasting: dict[tuple[str, str], Histogram] = {}
        self._connected = Gauge(
            "voicebot_asterisk_connected",
            "Whether this process is connected to its Asterisk.",
            registry=registry,
        )

    @contextmanager
    def timed(self, server: str, operation: str) -> Iterator[None]:
        """While inside, the request is under way. One that is dropped counts nowhere."""
        lasting = self._lasting.get((server, operation))
        if lasting is None:
            lasting = self._lasting[server, operation] = self._requests.labels(server, operation)
        since = self._now()
        try:
            yield
        except VoicebotError as error:
            self._errors.labels(server, operation, error.code).inc()
            lasting.observe(self._now() - since)
            raise
        lasting.observe(self._now() - since)

    def connected(self, *, is_connected: bool) -> None:
        self._connected.set(is_connected)


# Of this process.
REQUESTS = RequestMetrics(METRICS.registry)
