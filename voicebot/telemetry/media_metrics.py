"""Does the audio of calls flow, and does the process that carries it keep up?

Counted once a call, or a few times a second: fifty frames a second of each call would cost more
than they tell.
"""

import asyncio
from typing import NoReturn

from prometheus_client import CollectorRegistry, Counter, Histogram

from voicebot.telemetry.buckets import LAG_S
from voicebot.telemetry.metrics import METRICS

LOOK_EVERY_S = 0.25


class MediaMetrics:
    """Of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._dropped = Counter(
            "voicebot_media_frames_dropped",
            "Frames of callers that nobody took in time.",
            registry=registry,
        )
        self._underruns = Counter(
            "voicebot_media_underruns",
            "Times that our speech ran dry in the middle of a phrase.",
            registry=registry,
        )
        self._refused = Counter(
            "voicebot_media_commands_refused",
            "Commands about a call's audio that Asterisk could not follow.",
            registry=registry,
        )
        self._lag = Histogram(
            "voicebot_loop_lag_seconds",
            "How late this process comes to what is due: frames come and go every 0.02.",
            buckets=LAG_S,
            registry=registry,
        )

    def stream_is_over(self, dropped_frames: int, underruns: int, refused: int) -> None:
        self._dropped.inc(dropped_frames)
        self._underruns.inc(underruns)
        self._refused.inc(refused)

    async def watch_lag(self) -> NoReturn:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due_s = loop.time() + LOOK_EVERY_S
            await asyncio.sleep(LOOK_EVERY_S)
            self._lag.observe(max(0.0, loop.time() - due_s))


# Of this process.
MEDIA = MediaMetrics(METRICS.registry)
