"""What does a process count, for Prometheus to fetch?

Here are the counters of conversations, and the registry of the process, which the modules beside
this one add theirs to. Labels are few and fixed: never a caller's words, numbers, or a call's id.
They are fetched over HTTP, from a port of each process's own (`metrics_ports`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    ProcessCollector,
    start_http_server,
)

from voicebot.calls.model import CallRecord, Tier

# An agent that tells no routes, or the greeting, which answers nobody.
NO_ROUTE = "none"
LOOPBACK = "127.0.0.1"


class SpeechFrom(StrEnum):
    """Where the speech of a phrase came from."""

    CACHE = "cache"
    SHARED = "shared"  # another call was having it made
    SYNTHESIS = "synthesis"


class Metrics:
    """The counters of one process."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = CollectorRegistry() if registry is None else registry
        self._turns = Counter(
            "voicebot_turns", "Turns, by who answered.", ["route", "reason"], registry=self.registry
        )
        self._escalations = Counter(
            "voicebot_escalations",
            "Turns that the large model answered when the small one could not.",
            registry=self.registry,
        )
        self._preparations = Counter(
            "voicebot_preparations",
            "Answers prepared ahead, by what became of them.",
            ["outcome"],
            registry=self.registry,
        )
        self._speech = Counter(
            "voicebot_speech",
            "Phrases spoken, by where their speech came from.",
            ["source"],
            registry=self.registry,
        )
        self._recalled = Counter(
            "voicebot_replies_recalled",
            "Looks for a reply that was given before to what means the same.",
            ["result"],
            registry=self.registry,
        )
        self._facts = Counter(
            "voicebot_facts_looked_up",
            "Looks for a fact of the business, by what was found.",
            ["result"],
            registry=self.registry,
        )

    def call_is_over(self, record: CallRecord) -> None:
        for turn in record.turns:
            route = turn.route
            if route is None:
                self._turns.labels(NO_ROUTE, NO_ROUTE).inc()
                continue
            self._turns.labels(route.tier.value, str(route.reason)).inc()
            if route.tier is Tier.FACT:
                self._facts.labels(str(route.reason)).inc()
            elif route.tier is not Tier.SCRIPT:
                self._facts.labels(NO_ROUTE).inc()
            if route.tier is Tier.LARGE and route.reason in ("withheld", "failed"):
                self._escalations.inc()

    def prepared(self, outcomes: Mapping[str, int]) -> None:
        """What became of a call's preparations."""
        for outcome, count in outcomes.items():
            self._preparations.labels(outcome).inc(count)

    def spoken(self, source: SpeechFrom) -> None:
        self._speech.labels(source.value).inc()

    def recalled(self, *, is_found: bool) -> None:
        self._recalled.labels("hit" if is_found else "miss").inc()


# Of this process.
METRICS = Metrics()


@contextmanager
def served(
    port: int, process: str, *, address: str = LOOPBACK, metrics: Metrics = METRICS
) -> Iterator[None]:
    """While inside, they can be fetched at this port; 0: they cannot."""
    if port == 0:
        yield
        return
    _tell_of_process(process, metrics.registry)
    server, thread = start_http_server(port, addr=address, registry=metrics.registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _tell_of_process(process: str, registry: CollectorRegistry) -> None:
    """What it is, how much memory and processor time it takes."""
    build = Gauge(
        "voicebot_build_info",
        "1; what runs here, and of which release.",
        ["process", "release"],
        registry=registry,
    )
    build.labels(process, version("voicebot")).set(1)
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
