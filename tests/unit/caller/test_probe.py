"""What a probe's call tells about the service."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.caller.probe import ProbeLimits, ProbeResult, judge_probe, metrics, not_placed

EXPECTED = "We are open from ten to six."


def report(**changes: Any) -> dict[str, Any]:
    """Of a call on which all was well."""
    values = {
        "is_held": True,
        "placed_at": "2026-11-22T12:00:00+00:00",
        "failure": None,
        "set_up": {"answered_ms": 120, "greeting_ms": 400},
        "turns": [
            {"voice_to_voice_ms": None, "dead_air_ms": 280},
            {"voice_to_voice_ms": 600, "dead_air_ms": 900},
        ],
    }
    return {**values, **changes}


def judged(heard: str = EXPECTED, **changes: Any) -> ProbeResult:
    return judge_probe(report(**changes), heard, EXPECTED, ProbeLimits())


def test_a_call_within_all_limits_is_well() -> None:
    result = judged()
    assert (result.is_well, result.is_understood, result.exit_code) == (True, True, 0)
    assert (result.answered_ms, result.greeting_ms) == (120, 400)
    assert (result.voice_to_voice_ms, result.dead_air_ms) == (600, 900)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"set_up": {"answered_ms": 120, "greeting_ms": 3_001}}, "greeting"),
        ({"set_up": {"answered_ms": 120, "greeting_ms": None}}, "greeting"),
        (
            {"turns": [{"dead_air_ms": 0}, {"voice_to_voice_ms": 2_001, "dead_air_ms": 0}]},
            "voice_to_voice",
        ),
        (
            {"turns": [{"dead_air_ms": 3_001}, {"voice_to_voice_ms": 600, "dead_air_ms": 0}]},
            "dead_air",
        ),
        ({"heard": "Somebody else's words entirely, nothing else."}, "understood"),
        ({"heard": ""}, "understood"),
    ],
)
def test_each_limit_that_is_missed_is_named(changes: dict[str, Any], fault: str) -> None:
    result = judged(**changes)
    assert (result.faults, result.exit_code) == ((fault,), 1)


def test_an_agent_that_hangs_up_after_its_greeting_is_not_well() -> None:
    result = judged(heard="", turns=[{"voice_to_voice_ms": None, "dead_air_ms": 0}])
    assert set(result.faults) == {"voice_to_voice", "understood"}


def test_a_call_that_was_not_held_tells_why() -> None:
    result = judged(is_held=False, failure="503 Service Unavailable")
    assert (result.exit_code, result.failure) == (2, "503 Service Unavailable")
    assert not result.is_well
    assert not result.is_understood
    assert not_placed("the stack is down").exit_code == 2


def test_the_json_line_says_what_the_exit_code_says() -> None:
    assert judged().to_json()["is_well"] is True
    assert judged(heard="").to_json()["is_understood"] is False


def test_metrics_are_in_seconds_and_leave_out_what_did_not_happen() -> None:
    well = metrics(judged(), 1_795_348_800.1234)
    assert (
        "# TYPE voicebot_probe_set_up_seconds gauge\nvoicebot_probe_set_up_seconds 0.12\n" in well
    )
    assert "voicebot_probe_finished_timestamp_seconds 1795348800.123\n" in well
    failed = metrics(not_placed("the stack is down"), 0.0)
    assert "voicebot_probe_held 0\n" in failed
    assert "set_up_seconds" not in failed
    assert "stack is down" not in failed


@given(
    st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 10_000), st.sampled_from("y n")
)
def test_exit_code_verdict_and_metrics_never_disagree(
    greeting_ms: int, wait_ms: int, dead_air_ms: int, right: str
) -> None:
    result = judged(
        heard=EXPECTED if right == "y" else "",
        set_up={"answered_ms": 1, "greeting_ms": greeting_ms},
        turns=[{"dead_air_ms": 0}, {"voice_to_voice_ms": wait_ms, "dead_air_ms": dead_air_ms}],
    )
    assert result.is_well == (result.exit_code == 0) == (not result.faults)
    assert f"voicebot_probe_well {int(result.is_well)}\n" in metrics(result, 0.0)
