"""What an agent process makes of its calls after it has lost the connection to Asterisk."""

from datetime import timedelta

from tests.fakes.call_control import REFUSED
from tests.fakes.call_services import STARTED_AT
from tests.fakes.virtual_time import passes, settle
from tests.unit.agents.agent_process import CALL, OTHER, Process
from voicebot.agents.lost_calls import GIVEN_UP_AFTER_S
from voicebot.calls.asterisk_names import FALLBACK_CONTEXT
from voicebot.calls.hangup_causes import NETWORK_OUT_OF_ORDER
from voicebot.calls.model import CallId, ChannelId, Outcome


async def test_calls_that_are_gone_are_ended_and_live_ones_are_not(process: Process) -> None:
    await process.takes(CALL, OTHER)
    process.ari.owns(OTHER, f"media-{OTHER}")
    process.ari.resyncs(OTHER, f"media-{OTHER}")
    await passes(1)
    process.assert_all_calls_are_open(OTHER)
    (record,) = process.outside.records.written
    assert (record.facts.call_id, record.hangup_cause) == (CallId(CALL), 16)
    assert process.outside.control.asked_for("leave") == []


async def test_calls_that_an_asterisk_took_with_it_were_cut_off(process: Process) -> None:
    await process.takes(CALL)
    process.ari.began(STARTED_AT + timedelta(hours=1))
    process.ari.resyncs()
    await passes(1)
    (record,) = process.outside.records.written
    assert (record.hangup_cause, record.outcome) == (NETWORK_OUT_OF_ORDER, Outcome.FAILED)


async def test_calls_of_an_asterisk_that_stays_away_are_cut_off(process: Process) -> None:
    await process.takes(CALL)
    assert not process.ari.is_connected
    await passes(GIVEN_UP_AFTER_S + 1)
    (record,) = process.outside.records.written
    assert (record.hangup_cause, record.outcome) == (NETWORK_OUT_OF_ORDER, Outcome.FAILED)


async def test_an_asterisk_that_tells_nothing_of_itself_has_cut_nobody_off(
    process: Process,
) -> None:
    await process.takes(CALL)
    process.ari.socket.answers["asterisk.getInfo"] = (500, None)
    process.ari.resyncs()
    await passes(1)
    assert process.outside.records.written[0].hangup_cause == 16


async def test_an_orphaned_caller_goes_to_the_dialplan(process: Process) -> None:
    process.outside.control.bridges.add(f"bridge-{CALL}")  # type: ignore[arg-type]
    process.outside.control.media_channels.add(ChannelId(f"media-{CALL}"))
    process.ari.owns(CALL, f"media-{CALL}")
    process.ari.resyncs(CALL, f"media-{CALL}", OTHER)
    await settle()
    control = process.outside.control
    assert control.asked_for("leave") == [("leave", CALL, FALLBACK_CONTEXT)]
    assert (control.bridges, control.media_channels) == (set(), set())


async def test_a_snoop_of_a_wait_that_is_over_is_hung_up_and_is_no_caller(
    process: Process,
) -> None:
    snoop = ChannelId(f"snoop-{CALL}")
    process.ari.owns(snoop, f"media-{snoop}")
    process.ari.resyncs(snoop, f"media-{snoop}")
    await settle()
    control = process.outside.control
    assert control.asked_for("leave") == []
    assert {asked[1] for asked in control.asked_for("hang_up")} == {snoop, f"media-{snoop}"}


async def test_channels_of_others_are_left_alone(process: Process) -> None:
    process.ari.resyncs(CALL, f"media-{CALL}")
    await settle()
    assert process.outside.control.asked == []


async def test_orphans_that_are_gone_by_now_are_no_orphans(process: Process) -> None:
    process.ari.owns(CALL)
    process.ari.resyncs()
    await settle()
    assert process.outside.control.asked == []


async def test_a_call_that_begins_while_orphans_are_looked_for_is_none(process: Process) -> None:
    may_answer = process.ari.holds("applications.get")
    process.ari.owns(CALL)
    process.ari.resyncs(CALL)
    await process.takes(CALL)
    may_answer.set()
    await settle()
    assert process.outside.control.asked_for("leave") == []
    process.assert_all_calls_are_open(CALL)


async def test_a_call_that_ends_while_orphans_are_looked_for_is_none(process: Process) -> None:
    await process.takes(CALL)
    may_answer = process.ari.holds("applications.get")
    process.ari.owns(CALL)
    process.ari.resyncs(CALL)
    process.ari.ends(CALL)
    await passes(1)
    may_answer.set()
    await settle()
    assert process.outside.control.asked_for("leave") == []


async def test_an_orphan_that_cannot_be_freed_does_not_hold_up_the_next(process: Process) -> None:
    process.outside.control.refusals["leave"] = REFUSED
    process.ari.owns(CALL, OTHER)
    process.ari.resyncs(CALL, OTHER)
    await settle()
    assert len(process.outside.control.asked_for("leave")) == 2


async def test_a_bridge_that_cannot_be_destroyed_does_not_keep_its_caller(
    process: Process,
) -> None:
    process.outside.control.refusals["destroy_bridge"] = REFUSED
    process.ari.owns(CALL)
    process.ari.resyncs(CALL)
    await settle()
    assert len(process.outside.control.asked_for("leave")) == 1


async def test_an_asterisk_that_does_not_know_our_application_has_no_orphans(
    process: Process,
) -> None:
    process.ari.socket.answers["applications.get"] = (404, None)
    process.ari.resyncs(CALL)
    await process.takes(OTHER)
    process.assert_all_calls_are_open(OTHER)
