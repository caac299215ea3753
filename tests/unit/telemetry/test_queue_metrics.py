from prometheus_client import CollectorRegistry

from voicebot.queueing.model import QueueName
from voicebot.queueing.wait_facts import WaitEnding
from voicebot.queueing.wait_reckoning import Accuracy
from voicebot.telemetry.queue_metrics import QueueMetrics

MAIN = QueueName("main@1000")
QUEUE: dict[str, str] = {"queue": MAIN}


def test_what_is_known_of_the_estimates_is_shown_and_nothing_else() -> None:
    registry = CollectorRegistry()
    metrics = QueueMetrics(registry)
    metrics.judged(MAIN, Accuracy(0))
    assert registry.get_sample_value("voicebot_wait_estimates", QUEUE) == 0.0
    assert registry.get_sample_value("voicebot_wait_error_seconds", QUEUE) is None
    metrics.judged(MAIN, Accuracy(9, 12.5, 20.0, -3.0, 0.8, 90.0))
    assert registry.get_sample_value("voicebot_wait_error_seconds", QUEUE) == 12.5
    assert registry.get_sample_value("voicebot_wait_average_error_seconds", QUEUE) == 20.0
    assert registry.get_sample_value("voicebot_wait_bias_seconds", QUEUE) == -3.0
    assert registry.get_sample_value("voicebot_wait_coverage_ratio", QUEUE) == 0.8


def test_waits_are_counted_by_how_they_ended() -> None:
    registry = CollectorRegistry()
    metrics = QueueMetrics(registry)
    metrics.waited(MAIN, WaitEnding.GAVE_UP, 42.0)
    labels = QUEUE | {"ended": "gave-up"}
    assert registry.get_sample_value("voicebot_waits_seconds_sum", labels) == 42.0
