"""What is counted of calls' audio."""

import asyncio

from prometheus_client import CollectorRegistry

from tests.polling import tasks_until
from voicebot.telemetry.media_metrics import MediaMetrics


def test_what_went_wrong_on_a_call_is_added_up() -> None:
    metrics = MediaMetrics(registry := CollectorRegistry())
    metrics.stream_is_over(3, 1, 0)
    metrics.stream_is_over(2, 0, 1)
    assert registry.get_sample_value("voicebot_media_frames_dropped_total") == 5
    assert registry.get_sample_value("voicebot_media_underruns_total") == 1
    assert registry.get_sample_value("voicebot_media_commands_refused_total") == 1


async def test_how_late_the_process_is_is_looked_at_again_and_again() -> None:
    metrics = MediaMetrics(registry := CollectorRegistry())
    watching = asyncio.create_task(metrics.watch_lag())
    await tasks_until(
        lambda: bool(registry.get_sample_value("voicebot_loop_lag_seconds_count")), "a look"
    )
    watching.cancel()
