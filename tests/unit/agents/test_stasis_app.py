"""Which calls an agent process drives, and how it keeps them apart."""

from collections.abc import Callable

import pytest

from tests.fakes.ari_events import OWN
from tests.fakes.call_control import REFUSED
from tests.fakes.virtual_time import passes, settle
from tests.unit.agents.agent_process import CALL, OTHER, Process
from voicebot.ari.decode import UnknownEvent
from voicebot.calls.model import Outcome


async def test_a_call_is_driven_from_its_start_to_its_record(process: Process) -> None:
    await process.takes(CALL)
    process.assert_all_calls_are_open(CALL)
    process.ari.wants_end(CALL, cause=31)
    process.ari.ends(CALL)
    process.ari.destroys(CALL)
    await passes(1)
    (record,) = process.outside.records.written
    assert (record.hangup_cause, record.facts.called_number) == (31, "1000")
    assert record.facts.codec == "alaw"
    assert record.agent == OWN
    process.assert_all_calls_are_open()


@pytest.mark.parametrize("is_gone", [True, False])
async def test_a_call_that_cannot_be_connected_failed_unless_its_caller_is_gone(
    process: Process, is_gone: bool
) -> None:
    process.outside.control.refusals["open_media"] = REFUSED
    process.outside.control.on_left = process.ari.ends if is_gone else process.left
    await process.takes(CALL)
    await passes(1)
    (record,) = process.outside.records.written
    expected = Outcome.ABANDONED if is_gone else Outcome.FAILED
    assert record.outcome is expected


async def test_a_hangup_without_a_cause_keeps_the_one_heard_before(process: Process) -> None:
    await process.takes(CALL)
    process.ari.wants_end(CALL, cause=17)
    process.ari.wants_end(CALL, cause=None)
    process.ari.ends(CALL)
    await passes(1)
    assert process.outside.records.written[0].hangup_cause == 17


async def test_calls_do_not_mix(process: Process) -> None:
    await process.takes(CALL, OTHER)
    process.assert_all_calls_are_open(CALL, OTHER)
    process.ari.ends(CALL)
    await passes(1)
    process.assert_all_calls_are_open(OTHER)


async def test_a_start_told_twice_is_one_call(process: Process) -> None:
    await process.takes(CALL, CALL)
    assert process.app.calls == 1
    assert len(process.outside.control.asked_for("open_media")) == 1


async def test_a_caller_who_is_gone_at_once_leaves_one_record(process: Process) -> None:
    process.ari.starts(CALL, "1000")
    process.ari.destroys(CALL, cause=127)
    await passes(1)
    (record,) = process.outside.records.written
    assert (record.outcome, record.hangup_cause) == (Outcome.ABANDONED, 127)
    assert process.outside.control.asked == []
    assert process.app.calls == 0


async def test_events_of_other_channels_are_nobody_s_business(process: Process) -> None:
    process.ari.wants_end(OTHER, cause=16)
    process.ari.ends(OTHER)
    process.ari.destroys(OTHER)
    process.ari.starts("media-gone", "media", "gone")
    process.ari.tells(UnknownEvent("NewerThanUs", OWN))
    await process.takes(CALL)
    process.assert_all_calls_are_open(CALL)


async def test_a_call_without_arguments_has_no_did(process: Process) -> None:
    process.ari.starts(CALL)
    await settle()
    process.ari.ends(CALL)
    await passes(1)
    assert process.outside.records.written[0].facts.called_number == ""


async def test_the_caller_s_number_is_not_logged(
    process: Process, production_logs: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    production_logs()
    await process.takes(CALL)
    logged = capsys.readouterr().out
    assert "call.started" in logged
    assert "+12025550123" not in logged


async def test_a_call_lost_to_a_bug_does_not_take_the_others_with_it(process: Process) -> None:
    """Not even when it cannot be put on record."""
    await process.takes(CALL, OTHER)
    process.outside.records.is_broken = True
    process.ari.ends(CALL)
    await passes(1)
    process.outside.records.is_broken = False
    process.assert_all_calls_are_open(OTHER)
    process.ari.ends(OTHER)
    await passes(1)
    assert [record.facts.call_id for record in process.outside.records.written] == [OTHER]
