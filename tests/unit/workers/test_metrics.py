"""What a worker process counts."""

import urllib.request

from prometheus_client import CollectorRegistry

from tests.stack_fixture import free_ports
from workers.metrics import DONE, WorkerMetrics, served

STT = {"queue": "stt"}


def test_works_batches_and_what_it_bears_are_told() -> None:
    metrics = WorkerMetrics(registry := CollectorRegistry())
    with served(0, "127.0.0.1", "stt", "1", metrics):
        metrics.bears(8, 3)
        with metrics.in_hand():
            assert registry.get_sample_value("voicebot_worker_in_hand", STT) == 1
            metrics.batch_begins(2, 1)
        metrics.work_over(DONE, 0.01, 0.2)
        metrics.work_over("expired", 4.0, 0.0)
    value = registry.get_sample_value
    assert value("voicebot_worker_in_hand", STT) == 0
    assert value("voicebot_worker_slots", STT) == 8
    assert value("voicebot_worker_conversations", STT) == 3
    assert value("voicebot_worker_batch_items_sum", STT) == 2
    assert value("voicebot_worker_waiting", STT) == 1
    assert value("voicebot_worker_seconds_count", STT) == 1
    assert value("voicebot_worker_queued_seconds_count", STT) == 2
    assert value("voicebot_worker_works_total", STT | {"result": "expired"}) == 1


def test_they_can_be_fetched_with_what_the_process_is() -> None:
    metrics, port = WorkerMetrics(), free_ports(1)[0]
    with served(port, "127.0.0.1", "tts", "1.2", metrics):
        url = f"http://127.0.0.1:{port}/metrics"
        text = urllib.request.urlopen(url, timeout=2).read().decode()
    assert 'voicebot_build_info{process="worker-tts",release="1.2"} 1.0' in text
    assert "process_resident_memory_bytes" in text
