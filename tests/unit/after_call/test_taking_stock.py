"""What waits is told."""

from collections.abc import Mapping
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry

from voicebot.after_call.taking_stock import LATE_AFTER, TakingStock
from voicebot.telemetry.node_metrics import NodeMetrics

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


async def test_late_callbacks_and_work_that_waits_are_told() -> None:
    async def late(due_before: datetime) -> int:
        assert due_before == NOON - LATE_AFTER
        return 2

    async def lengths() -> Mapping[str, int]:
        return {"stt": 3, "tts": 0}

    registry = CollectorRegistry()
    await TakingStock(late, lengths, NodeMetrics(registry)).run(NOON)
    assert registry.get_sample_value("voicebot_callbacks_late") == 2
    assert registry.get_sample_value("voicebot_queue_length", {"queue": "stt"}) == 3
    assert registry.get_sample_value("voicebot_queue_length", {"queue": "tts"}) == 0
