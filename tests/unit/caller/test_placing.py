import json
import wave
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from tests.unit.caller.signals import line
from voicebot.caller.call import CallPlan, HeldCall, PacketCounts
from voicebot.caller.measurement import Spoken
from voicebot.caller.placing import report_call
from voicebot.caller.report import CallReport, summary_line, turns_table
from voicebot.caller.sound import Samples, Span

PLAN = CallPlan("1000", "127.0.0.1", 5060, "5550100", (), ())
PLACED_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def frames(samples: Samples) -> list[bytes]:
    audio = samples.tobytes()
    return [audio[at : at + 320] for at in range(0, len(audio), 320)]


def held_call() -> HeldCall:
    """Answered 40 ms after the INVITE; recorded from 60 ms after it; one exchange."""
    said = line(6_000, [Span(2_000, 3_000)], seed=2)
    heard = line(6_000, [Span(100, 1_000), Span(3_640, 5_000)])
    return HeldCall(
        invited_s=1_000.0,
        ringing_s=1_000.02,
        answered_s=1_000.04,
        first_packet_s=1_000.07,
        ended_s=1_006.0,
        sip_status=200,
        sip_reason="Normal call clearing",
        ended_by_us=True,
        said=frames(said),
        heard=frames(heard),
        arrivals_s=[1_000.06 + 0.02 * i for i in range(300)],
        spoken=[Spoken("What time is it?", Span(1_900, 3_200))],
        rtp=PacketCounts(received=300),
    )


@pytest.fixture
def report(tmp_path: Path) -> CallReport:
    return report_call(PLAN, held_call(), PLACED_AT, tmp_path)


def test_set_up_times_count_from_the_invite_across_both_clocks(report: CallReport) -> None:
    assert report.set_up.ringing_ms == 20
    assert report.set_up.answered_ms == 40
    assert report.set_up.first_packet_ms == 70
    # The recording begins 60 ms after the INVITE, the greeting 100 ms into the recording.
    assert report.set_up.greeting_ms == pytest.approx(160, abs=10)
    assert report.invite_offset_ms == -60


def test_a_held_call_reports_its_turns_and_who_hung_up(report: CallReport) -> None:
    assert report.is_held
    assert report.failure is None
    assert report.hung_up_by == "caller"
    assert report.duration_ms == 6_000
    assert report.turns[1].voice_to_voice_ms == pytest.approx(640, abs=20)


def test_each_answer_lies_in_a_file_of_its_own(report: CallReport, tmp_path: Path) -> None:
    assert report.answer_files == ("answer-0.wav", "answer-1.wav")
    with wave.open(str(tmp_path / "answer-1.wav")) as file:
        # The answer and 200 ms around it.
        assert file.getnframes() / 8 == pytest.approx(1_760, abs=20)


def test_a_report_is_plain_json(report: CallReport) -> None:
    document = json.loads(json.dumps(report.to_json()))
    assert document["placed_at"] == "2026-11-22T12:00:00+00:00"
    assert document["turns"][1]["said"] == "What time is it?"
    assert document["turns"][0]["answer"] == {"start_ms": 100, "end_ms": 1_000}


def printed(report: CallReport) -> str:
    console = Console(width=200)
    with console.capture() as captured:
        console.print(turns_table(report))
        console.print(summary_line(report))
    return captured.get()


def test_the_table_tells_the_conversation(report: CallReport) -> None:
    table = printed(report)
    assert "What time is it?" in table
    assert "640 ms" in table
    assert "caller hung up after 6.0 s" in table


def test_the_table_remarks_what_went_wrong(tmp_path: Path) -> None:
    call = held_call()
    call.missing = [Span(4_000, 4_120)]
    call.spoken = [Spoken("keys 1", Span(1_100, 1_300)), *call.spoken]
    call.heard = frames(line(6_000, [Span(100, 1_000), Span(1_800, 2_240), Span(3_640, 5_000)]))
    table = printed(report_call(PLAN, call, PLACED_AT, tmp_path))
    assert "1 gaps up to 120 ms" in table
    assert "interrupted: silent after 240 ms" in table


def test_a_refused_call_is_not_held(tmp_path: Path) -> None:
    call = HeldCall(invited_s=5.0, ended_s=5.1, sip_status=486, sip_reason="Busy Here")
    report = report_call(PLAN, call, PLACED_AT, tmp_path)
    assert not report.is_held
    assert report.failure == "486 Busy Here"
    assert report.hung_up_by is None
    assert report.set_up.greeting_ms is None
    assert summary_line(report) == "not held: 486 Busy Here"


def test_a_call_that_nobody_answered_says_how_long_it_rang(tmp_path: Path) -> None:
    call = HeldCall(invited_s=5.0, ended_s=35.0, sip_status=487, gave_up=True)
    report = report_call(PLAN, call, PLACED_AT, tmp_path)
    assert report.failure == "nobody answered within 30 s"
    assert "nothing heard" in printed(report)
