"""Many real calls at once, each in a process of its own."""

from pathlib import Path

import pytest

from tests.integration.caller.far_end import FarEnd
from voicebot.caller.bench_latency import BenchPlan, place_at_once
from voicebot.caller.calling_process import CallingProcess
from voicebot.errors import CallerError


@pytest.fixture
def plan(far_end: FarEnd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BenchPlan:
    """Calls the far end, as if it were our own stack's Asterisk."""
    monkeypatch.setenv("VOICEBOT_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("VOICEBOT_SIP_PORT", str(far_end.sip_port))
    return BenchPlan(
        number="goodbye",
        sequence_calls=1,
        rate_calls=1,
        calls_per_second=5.0,
        burst_calls=4,
        script=(),
        burst_script=(),
    )


async def test_calls_at_once_are_all_held_and_measured(
    far_end: FarEnd, plan: BenchPlan, tmp_path: Path
) -> None:
    told: list[str] = []
    calls = await place_at_once(plan, tmp_path / "burst", told.append)
    assert told == ["preparing 4 calls at once"]
    assert len({call.caller for call in calls}) == 4
    assert not any(call.is_lost for call in calls)
    assert all(call.greeting_ms is not None and call.greeting_ms > 500 for call in calls)
    # The far end saw each under its own number, by which its record is found.
    assert all(call.caller in far_end.log for call in calls)


async def test_a_call_that_cannot_be_prepared_says_why(plan: BenchPlan, tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="only 0-9"):
        await CallingProcess.prepare("goodbye", "bench-1", tmp_path, ("--dtmf", "x"))


async def test_a_call_that_lasts_too_long_is_hung_up(
    far_end: FarEnd, plan: BenchPlan, tmp_path: Path
) -> None:
    process = await CallingProcess.prepare("ringing", "bench-2", tmp_path)
    process.go()
    with pytest.raises(CallerError, match="not over after 1 s"):
        await process.report(1.0)
