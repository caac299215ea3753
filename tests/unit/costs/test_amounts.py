from datetime import date

from voicebot.calls.model import Direction, Outcome
from voicebot.costs.amounts import amounts
from voicebot.costs.conversation_type import Answered
from voicebot.costs.usage import CallUsage, WorkUsage
from voicebot.costs.used_calls import UsedCalls


def used(trunk_s: float, *, is_outbound: bool, **works: WorkUsage) -> UsedCalls:
    return UsedCalls(
        date(2026, 11, 24), "1000", "", "Bikes", Direction.INBOUND, Outcome.RESOLVED,
        Answered.FACT, 1, CallUsage(trunk_s, is_outbound, works),
    )  # fmt: skip


def test_all_that_was_used_is_summed_up_in_units_that_people_read() -> None:
    found = amounts(
        [
            used(90, is_outbound=False, stt=WorkUsage(1, 3_600_000, 30_000, cpu_ms=1_800_000)),
            used(30, is_outbound=True, tts=WorkUsage(1, 0, 0, 7, kept_characters=5)),
            used(30, is_outbound=False, llm=WorkUsage(1, 0, 0, 0, 900, 80, gpu_ms=360_000)),
        ]
    )
    assert {one.name: one.value for one in found} == {
        "trunk_inbound": 2.0,
        "trunk_outbound": 0.5,
        "speech": 0.5,
        "characters": 7,
        "kept_characters": 5,
        "prompt_tokens": 900,
        "reply_tokens": 80,
        "in_hand": 1.0,
        "cpu": 0.5,
        "gpu": 0.1,
    }


def test_nothing_used_is_told_too() -> None:
    assert {one.value for one in amounts([])} == {0}
