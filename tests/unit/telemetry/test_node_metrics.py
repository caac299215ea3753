"""What is counted beside the calls."""

from pathlib import Path

from prometheus_client import CollectorRegistry

from voicebot.telemetry.node_metrics import NodeMetrics


def test_parts_chores_and_callbacks_are_told(tmp_path: Path) -> None:
    metrics = NodeMetrics(registry := CollectorRegistry())
    metrics.freed("fallback")
    metrics.sees(is_seeing=True)
    metrics.part_is("trunk", "carrier", is_up=False)
    metrics.chore_over("import", is_done=False)
    metrics.chore_over("import", is_done=True)
    metrics.callback_moved("done", "served")
    metrics.follow_disk(tmp_path)
    value = registry.get_sample_value
    assert value("voicebot_guardian_freed_total", {"remedy": "fallback"}) == 1
    assert value("voicebot_guardian_sees") == 1
    assert value("voicebot_part_up", {"part": "trunk", "name": "carrier"}) == 0
    assert value("voicebot_chores_total", {"chore": "import", "result": "failed"}) == 1
    assert value("voicebot_chore_done_timestamp_seconds", {"chore": "import"}) is not None
    assert value("voicebot_callbacks_moved_total", {"state": "done", "why": "served"}) == 1
    assert (value("voicebot_disk_size_bytes") or 0) >= (value("voicebot_disk_free_bytes") or 0) > 0
