"""What is counted of the workers' answers."""

from collections.abc import AsyncGenerator

import pytest
from prometheus_client import CollectorRegistry

from voicebot.errors import InferenceTimeout
from voicebot.telemetry.inference_metrics import InferenceMetrics


async def answers(*, fails: bool = False) -> AsyncGenerator[str]:
    yield "open"
    if fails:
        raise InferenceTimeout("llm", 5)
    yield "until six"


def works(registry: CollectorRegistry, result: str) -> float | None:
    labels = {"stage": "llm", "pool": "llm.small", "result": result}
    return registry.get_sample_value("voicebot_inference_works_total", labels)


async def test_the_first_answer_and_the_whole_are_timed() -> None:
    times = iter((0.0, 0.25, 1.0))
    metrics = InferenceMetrics(registry := CollectorRegistry(), lambda: next(times))
    said = [one async for one in metrics.measured("llm", "llm.small", answers())]
    assert said == ["open", "until six"]
    labels = {"stage": "llm", "pool": "llm.small"}
    assert registry.get_sample_value("voicebot_inference_first_seconds_sum", labels) == 0.25
    assert registry.get_sample_value("voicebot_inference_seconds_sum", labels) == 1.0
    assert works(registry, "done") == 1


async def test_failures_count_by_their_code() -> None:
    metrics = InferenceMetrics(registry := CollectorRegistry())
    with pytest.raises(InferenceTimeout):
        [one async for one in metrics.measured("llm", "llm.small", answers(fails=True))]
    assert works(registry, InferenceTimeout.code) == 1


async def test_what_nobody_wants_any_more_is_closed_and_counts_as_dropped() -> None:
    metrics = InferenceMetrics(registry := CollectorRegistry())
    source = answers()
    measured = metrics.measured("llm", "llm.small", source)
    await anext(measured)
    await measured.aclose()
    assert works(registry, "dropped") == 1
    with pytest.raises(StopAsyncIteration):
        await anext(source)
