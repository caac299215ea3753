"""What Prometheus is told of breakers and steps."""

from prometheus_client import CollectorRegistry, generate_latest

from voicebot.capacity.circuit_breaker import BreakerCause, BreakerChanged, BreakerState
from voicebot.capacity.degradation import Degradation, DegradationCause, DegradationChanged
from voicebot.telemetry.health_metrics import HealthMetrics


def test_a_breaker_is_in_one_state_and_its_changes_are_counted_by_cause() -> None:
    registry = CollectorRegistry()
    opened = BreakerChanged(BreakerState.CLOSED, BreakerState.OPEN, BreakerCause.ERRORS)
    HealthMetrics(registry).breaker_changed("llm", opened)
    told = generate_latest(registry).decode()
    assert 'voicebot_breaker{queue="llm",state="open"} 1.0' in told
    assert 'voicebot_breaker{queue="llm",state="closed"} 0.0' in told
    assert 'breaker_changes_total{cause="errors",queue="llm",state="open"} 1.0' in told


def test_the_step_is_a_number_and_its_changes_are_counted_by_cause() -> None:
    registry = CollectorRegistry()
    changed = DegradationChanged(
        Degradation.FULL, Degradation.CACHED_ONLY, DegradationCause.MODELS_FAIL
    )
    HealthMetrics(registry).step_changed(changed)
    told = generate_latest(registry).decode()
    assert "voicebot_degradation_step 2.0" in told
    assert 'degradation_changes_total{cause="models-fail",step="cached-only"} 1.0' in told
