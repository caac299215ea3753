"""Which calls an agent process races for, drives, and hands over."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest

from tests.fakes.ari_events import OWN, PEER, FakeAri
from tests.fakes.call_services import Outside
from tests.fakes.outages import FlakyDirectory
from tests.fakes.virtual_time import passes, settle
from voicebot.agents.claiming import Peers
from voicebot.agents.stasis_app import STOP_DEADLINE_S, StasisApp
from voicebot.ari.decode import UnknownEvent
from voicebot.ari.resources import Claim
from voicebot.calls.asterisk_names import FALLBACK_CONTEXT
from voicebot.calls.model import CallId, ChannelId, HandledBy, Outcome
from voicebot.calls.routing import LONGEST_DELAY_MS
from voicebot.errors import AriRequestRefused
from voicebot.ports import AgentLoad

CALL, OTHER = "node1-1.1", "node1-1.2"
MAX_CALLS = 2
RACE_S = LONGEST_DELAY_MS / 1000
REFUSED = AriRequestRefused("any", 500, "Internal Server Error")


class Process:
    """One agent process; Asterisk does what it is asked, and tells so."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        self.ari = FakeAri()
        self.directory = FlakyDirectory()
        self.stopped = asyncio.Event()
        peers = Peers(self.directory, OWN, MAX_CALLS)
        self.app = StasisApp(self.ari, outside.services(), peers, max_calls=MAX_CALLS)
        outside.on_link = self._media_enters_stasis
        outside.control.on_hung_up = self._hung_up
        outside.control.on_left = self.left
        self.task = asyncio.create_task(self.app.run(self.stopped))

    def _media_enters_stasis(self, connection_id: str) -> None:
        call_id = connection_id.removeprefix("connection-")
        self.ari.starts(f"media-{call_id}", "media", call_id)

    def left(self, channel_id: ChannelId) -> None:
        self.ari.is_still_in_asterisk(FALLBACK_CONTEXT)
        self.ari.ends(channel_id)

    def _hung_up(self, channel_id: ChannelId, cause: int) -> None:
        self.ari.ends(channel_id)
        self.ari.destroys(channel_id, cause)

    async def takes(self, *channel_ids: str) -> None:
        for channel_id in channel_ids:
            self.ari.starts(channel_id, "1000")
        await settle()

    async def stops(self) -> None:
        self.stopped.set()
        await settle()

    def assert_all_calls_are_open(self, *channel_ids: str) -> None:
        assert self.outside.control.bridges == {f"bridge-{item}" for item in channel_ids}
        assert self.app.calls == len(channel_ids)


@pytest.fixture
async def process(outside: Outside) -> AsyncIterator[Process]:
    process = Process(outside)
    await settle()
    yield process
    if not process.task.done():
        process.task.cancel()
    with suppress(asyncio.CancelledError):
        await process.task


# --- the race -------------------------------------------------------------------------------


async def test_an_offered_call_is_claimed_after_a_short_while(process: Process) -> None:
    process.ari.broadcasts(CALL)
    await settle()
    assert process.ari.claims == []
    await passes(RACE_S)
    assert process.ari.claims == [CALL]


@pytest.mark.parametrize("claim", [Claim.LOST, Claim.TOO_LATE])
async def test_a_lost_race_leaves_nothing_behind(process: Process, claim: Claim) -> None:
    process.ari.answers_claims(claim.value)
    process.ari.broadcasts(CALL)
    await passes(RACE_S)
    assert process.ari.claims == [CALL]
    assert process.app.calls == 0


async def test_a_claim_under_way_counts_as_a_call(process: Process) -> None:
    may_answer = process.ari.holds("events.claimChannel")
    process.ari.broadcasts(CALL)
    await passes(RACE_S)
    assert process.app.calls == 1
    may_answer.set()
    await settle()
    assert process.app.calls == 0


async def test_a_claim_that_asterisk_cannot_answer_costs_only_that_call(process: Process) -> None:
    process.ari.answers_claims(500)
    process.ari.broadcasts(CALL)
    await passes(RACE_S)
    assert process.app.calls == 0
    process.ari.answers_claims(204)
    process.ari.broadcasts(OTHER)
    await passes(RACE_S)
    assert process.ari.claims == [CALL, OTHER]


async def test_a_call_that_a_peer_has_claimed_is_raced_for_no_more(process: Process) -> None:
    process.ari.broadcasts(CALL)
    process.ari.broadcasts(OTHER)
    process.ari.is_claimed(CALL, by=PEER)
    await passes(RACE_S)
    assert process.ari.claims == [OTHER]


async def test_the_news_of_our_own_claim_does_not_stop_it(process: Process) -> None:
    process.ari.broadcasts(CALL)
    process.ari.is_claimed(CALL, by=OWN)
    process.ari.is_claimed(OTHER, by=PEER)
    await passes(RACE_S)
    assert process.ari.claims == [CALL]


async def test_a_full_agent_does_not_race(process: Process) -> None:
    await process.takes(CALL, OTHER)
    process.ari.broadcasts("node1-1.3")
    await passes(RACE_S)
    assert process.ari.claims == []


async def test_the_busier_of_two_agents_waits_longer(process: Process) -> None:
    await process.directory.announce(AgentLoad(PEER, 0, MAX_CALLS))
    await process.takes(CALL)
    await passes(1.0)
    process.ari.broadcasts(OTHER)
    await passes(0.045)
    assert process.ari.claims == []
    await passes(RACE_S)
    assert process.ari.claims == [OTHER]


async def test_an_agent_that_stops_races_no_more(process: Process) -> None:
    process.ari.broadcasts(CALL)
    await settle()
    await process.takes(OTHER)
    process.outside.control.holds["leave"] = asyncio.Event()
    await process.stops()
    process.ari.broadcasts("node1-1.3")
    await passes(2 * RACE_S)
    assert process.ari.claims == []


# --- calls ----------------------------------------------------------------------------------


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


# --- after a lost connection ------------------------------------------------------------------


async def test_calls_that_are_gone_are_ended_and_live_ones_are_not(process: Process) -> None:
    await process.takes(CALL, OTHER)
    process.ari.owns(OTHER, f"media-{OTHER}")
    process.ari.resyncs(OTHER, f"media-{OTHER}")
    await passes(1)
    process.assert_all_calls_are_open(OTHER)
    (record,) = process.outside.records.written
    assert (record.facts.call_id, record.hangup_cause) == (CallId(CALL), 16)
    assert process.outside.control.asked_for("leave") == []


async def test_an_orphaned_caller_goes_to_the_dialplan(process: Process) -> None:
    process.outside.control.bridges.add(f"bridge-{CALL}")  # type: ignore[arg-type]
    process.outside.control.media_channels.add(ChannelId(f"media-{CALL}"))
    process.ari.owns(CALL, f"media-{CALL}")
    process.ari.resyncs(CALL, f"media-{CALL}", OTHER)
    await settle()
    control = process.outside.control
    assert control.asked_for("leave") == [("leave", CALL, FALLBACK_CONTEXT)]
    assert (control.bridges, control.media_channels) == (set(), set())


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


# --- the end of the process -------------------------------------------------------------------


async def test_when_the_process_stops_its_calls_go_on_in_the_dialplan(process: Process) -> None:
    await process.takes(CALL, OTHER)
    await process.stops()
    await passes(1)
    assert process.task.done()
    assert len(process.outside.control.asked_for("leave")) == 2
    assert {record.handled_by for record in process.outside.records.written} == {HandledBy.DIALPLAN}
    assert await process.directory.peers() == []
    process.assert_all_calls_are_open()


async def test_an_idle_process_stops_at_once(process: Process) -> None:
    await process.stops()
    assert process.task.done()


async def test_calls_that_do_not_end_do_not_hold_a_process_that_stops(process: Process) -> None:
    """Asterisk said that they left, and never told that they had."""
    process.outside.control.on_left = lambda channel_id: None
    await process.takes(CALL)
    await process.stops()
    await passes(STOP_DEADLINE_S - 0.1)
    assert not process.task.done()
    await passes(1)
    assert process.task.done()
    (record,) = process.outside.records.written
    assert record.handled_by is HandledBy.DIALPLAN


async def test_a_call_won_while_the_process_stops_goes_on_in_the_dialplan(
    process: Process,
) -> None:
    process.outside.control.holds["leave"] = asyncio.Event()
    await process.takes(CALL)
    await process.stops()
    await process.takes(OTHER)
    process.outside.control.holds["leave"].set()
    await passes(1)
    assert process.task.done()
    leaving = {channel_id for _, channel_id, _ in process.outside.control.asked_for("leave")}
    assert leaving == {CALL, OTHER}


async def test_a_claim_under_way_when_the_process_stops_is_waited_for(process: Process) -> None:
    may_answer = process.ari.holds("events.claimChannel")
    process.ari.broadcasts(CALL)
    await passes(RACE_S)
    await process.stops()
    await process.takes(CALL)
    may_answer.set()
    await passes(1)
    assert process.task.done()
    assert len(process.outside.control.asked_for("leave")) == 1


async def test_a_call_just_won_when_the_process_stops_is_waited_for(process: Process) -> None:
    """Asterisk confirms a claim before it starts the call."""
    may_answer = process.ari.holds("events.claimChannel")
    process.ari.broadcasts(CALL)
    await passes(RACE_S)
    await process.stops()
    may_answer.set()
    await passes(0.1)
    assert not process.task.done()
    await process.takes(CALL)
    await passes(1)
    assert process.task.done()
    assert len(process.outside.control.asked_for("leave")) == 1


@pytest.mark.parametrize("claim", [Claim.LOST, Claim.TOO_LATE])
async def test_a_race_lost_while_the_process_stops_does_not_hold_it(
    process: Process, claim: Claim
) -> None:
    process.ari.answers_claims(claim.value)
    may_answer = process.ari.holds("events.claimChannel")
    process.ari.broadcasts(CALL)
    await passes(RACE_S)
    await process.stops()
    assert not process.task.done()
    may_answer.set()
    await settle()
    assert process.task.done()
