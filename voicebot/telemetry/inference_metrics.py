"""How long do the workers take, as those see it who ask them?"""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Histogram

from voicebot.errors import InferenceError
from voicebot.telemetry.buckets import STAGE_S
from voicebot.telemetry.metrics import METRICS

DONE, DROPPED = "done", "dropped"

Answer = TypeVar("Answer")


class InferenceMetrics:
    """Of one process."""

    def __init__(
        self, registry: CollectorRegistry, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._now = now
        self._firsts = Histogram(
            "voicebot_inference_first_seconds",
            "Work handed over until the first of its answer is here.",
            ["stage", "pool"],
            buckets=STAGE_S,
            registry=registry,
        )
        self._wholes = Histogram(
            "voicebot_inference_seconds",
            "Work handed over until its whole answer is here.",
            ["stage", "pool"],
            buckets=STAGE_S,
            registry=registry,
        )
        self._works = Counter(
            "voicebot_inference_works",
            "Pieces of work given to workers; dropped: nobody wanted the rest any more.",
            ["stage", "pool", "result"],
            registry=registry,
        )

    async def measured(
        self, stage: str, pool: str, answers: AsyncGenerator[Answer]
    ) -> AsyncGenerator[Answer]:
        """The answers as they come. `pool`: whose workers are wanted; "": anybody's."""
        names, since = (stage, pool or stage), self._now()
        result, has_begun = DROPPED, False
        try:
            async with aclosing(answers):
                async for answer in answers:
                    if not has_begun:
                        has_begun = True
                        self._firsts.labels(*names).observe(self._now() - since)
                    yield answer
            result = DONE
            self._wholes.labels(*names).observe(self._now() - since)
        except InferenceError as error:
            result = error.code
            raise
        finally:
            self._works.labels(*names, result).inc()


# Of this process.
INFERENCE = InferenceMetrics(METRICS.registry)
