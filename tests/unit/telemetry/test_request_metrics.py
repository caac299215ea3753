"""What is counted of requests to other servers."""

import pytest
from prometheus_client import CollectorRegistry

from voicebot.errors import SharedStateError
from voicebot.telemetry.request_metrics import REDIS, RequestMetrics

LABELS = {"server": "redis", "operation": "join line"}


def test_a_request_counts_with_its_time() -> None:
    times = iter((1.0, 1.5))
    metrics = RequestMetrics(registry := CollectorRegistry(), lambda: next(times))
    with metrics.timed(REDIS, "join line"):
        pass
    assert registry.get_sample_value("voicebot_request_seconds_sum", LABELS) == 0.5


def test_an_error_counts_by_its_code() -> None:
    metrics = RequestMetrics(registry := CollectorRegistry())
    with pytest.raises(SharedStateError), metrics.timed(REDIS, "join line"):
        raise SharedStateError("no answer")
    code = {"code": SharedStateError.code}
    assert registry.get_sample_value("voicebot_request_errors_total", LABELS | code) == 1


def test_the_connection_to_asterisk_is_told() -> None:
    metrics = RequestMetrics(registry := CollectorRegistry())
    metrics.connected(is_connected=True)
    assert registry.get_sample_value("voicebot_asterisk_connected") == 1
