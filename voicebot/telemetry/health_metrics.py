"""What does an agent process tell of its health, for Prometheus to fetch?

The state of each breaker and the step of degradation as gauges, their changes counted by cause.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge

from voicebot.capacity.circuit_breaker import BreakerChanged, BreakerState
from voicebot.capacity.degradation import DegradationChanged, name_of
from voicebot.telemetry.metrics import METRICS


class HealthMetrics:
    """Of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._breakers = Gauge(
            "voicebot_breaker",
            "1 for the state that a queue's circuit breaker is in; none: closed all the time.",
            ["queue", "state"],
            registry=registry,
        )
        self._breaker_changes = Counter(
            "voicebot_breaker_changes",
            "Changes of circuit breakers.",
            ["queue", "state", "cause"],
            registry=registry,
        )
        self._step = Gauge(
            "voicebot_degradation_step",
            "The step of degradation, from 0 (full service) to 4 (people only).",
            registry=registry,
        )
        self._step_changes = Counter(
            "voicebot_degradation_changes",
            "Changes of the step of degradation.",
            ["step", "cause"],
            registry=registry,
        )

    def breaker_changed(self, queue: str, changed: BreakerChanged) -> None:
        for state in BreakerState:
            self._breakers.labels(queue, state.value).set(state is changed.now)
        self._breaker_changes.labels(queue, changed.now.value, changed.cause.value).inc()

    def step_changed(self, changed: DegradationChanged) -> None:
        self._step.set(int(changed.now))
        self._step_changes.labels(name_of(changed.now), changed.cause.value).inc()


# Of this process.
HEALTH = HealthMetrics(METRICS.registry)
