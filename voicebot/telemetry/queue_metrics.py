"""What does an agent process tell Prometheus of waits, and of how true the estimates were?

Labelled by queue, which is ours, and by how a wait ended; never by caller. The accuracy is reckoned
by every process from the same facts: of several processes' gauges any one will do.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Gauge, Histogram

from voicebot.queueing.model import QueueName
from voicebot.queueing.wait_facts import WaitEnding
from voicebot.queueing.wait_reckoning import Accuracy
from voicebot.telemetry.metrics import METRICS

_BUCKETS_S: Final = (5, 15, 30, 60, 120, 180, 300, 600, 900, 1800, 3600)
# The field of `Accuracy`, the gauge's name, and what it says.
_GAUGES: Final = (
    ("waits", "voicebot_wait_estimates", "Estimates by which the accuracy is judged."),
    ("rmse_s", "voicebot_wait_error_seconds", "Root mean square error of estimated waits."),
    (
        "average_rmse_s",
        "voicebot_wait_average_error_seconds",
        "The same of Asterisk's average of past waits.",
    ),
    ("bias_s", "voicebot_wait_bias_seconds", "How much longer callers waited than was said."),
    ("coverage", "voicebot_wait_coverage_ratio", "Share of waits inside the range that was told."),
    ("interval_score_s", "voicebot_wait_interval_score_seconds", "Of the ranges; less is better."),
)


class QueueMetrics:
    """The gauges and histograms of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._gauges = {
            field: Gauge(name, text, ["queue"], registry=registry) for field, name, text in _GAUGES
        }
        self._waits = Histogram(
            "voicebot_waits_seconds",
            "Waits, by how they ended.",
            ["queue", "ended"],
            buckets=_BUCKETS_S,
            registry=registry,
        )

    def waited(self, queue: QueueName, ended: WaitEnding, waited_s: float) -> None:
        self._waits.labels(queue, ended.value).observe(waited_s)

    def judged(self, queue: QueueName, accuracy: Accuracy) -> None:
        """What is not known is not told."""
        for field, gauge in self._gauges.items():
            value = getattr(accuracy, field)
            if value is not None:
                gauge.labels(queue).set(value)


# Of this process.
QUEUE_METRICS = QueueMetrics(METRICS.registry)
