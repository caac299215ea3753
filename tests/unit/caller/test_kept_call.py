"""A call measured again from what lies in its directory."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.caller.test_placing import PLAN, held_call
from voicebot.caller.kept_call import FILE, measure_again
from voicebot.caller.placing import report_call
from voicebot.caller.sound import Span
from voicebot.errors import CallerError

PLACED_AT = datetime(2026, 11, 23, tzinfo=UTC)


def test_a_call_comes_out_of_its_recordings_as_it_was_reported(tmp_path: Path) -> None:
    call = replace(held_call(), missing=[Span(4_000, 4_100)])
    report = report_call(PLAN, call, PLACED_AT, tmp_path)
    again = measure_again(tmp_path)
    assert again.turns == report.turns
    assert again.greeting_ms == report.set_up.greeting_ms
    assert again.duration_ms == report.duration_ms
    assert again.voice_to_voice_ms == (report.turns[1].voice_to_voice_ms,)


def test_without_what_was_said_when_nothing_can_be_measured(tmp_path: Path) -> None:
    report_call(PLAN, held_call(), PLACED_AT, tmp_path)
    (tmp_path / FILE).write_text('{"spoken": [{}]}')
    with pytest.raises(CallerError, match="damaged"):
        measure_again(tmp_path)
