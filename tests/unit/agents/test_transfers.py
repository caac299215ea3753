"""How an agent process hands callers to people, and takes them back."""

from datetime import timedelta

import pytest

from tests.fakes.ari_events import OWN, channel
from tests.fakes.call_services import Outside
from tests.fakes.media_link import QUIET, SPEECH, FakeMediaLink
from tests.fakes.sample_business import a_business
from tests.fakes.virtual_time import passes, settle
from tests.unit.agents.agent_process import CALL, Process
from tests.unit.agents.calling import HeldCall
from voicebot.agents.briefing import DEADLINE_S
from voicebot.ari.decode import ChannelVarset
from voicebot.calls.asterisk_names import FALLBACK_CONTEXT
from voicebot.calls.model import (
    CallFacts,
    CallId,
    ChannelId,
    HandledBy,
    Outcome,
    TransferResult,
)
from voicebot.calls.session import CallContext, dump_context
from voicebot.calls.transitions import CallState
from voicebot.dialogue.phrases import split
from voicebot.errors import AriRequestRefused, InferenceTimeout
from voicebot.turns.turn_taker import TurnRules

LEG = "node1-1.9"
PHRASES = a_business().phrases
REQUEST = "Operator."


async def speaks(outside: Outside, text: str, link: FakeMediaLink) -> None:
    outside.recognizer.script.append(text)
    link.carries(SPEECH, 200)
    await settle()
    link.carries(QUIET, TurnRules().end_silence_ms)
    await settle()


async def is_handed_over(process: Process) -> None:
    outside = process.outside
    await process.takes(CALL)
    outside.links[0].carries(QUIET)
    await settle()
    await speaks(outside, REQUEST, outside.links[0])
    assert outside.control.asked_for("transfer") == [("transfer", CALL, "workshop")]
    assert outside.control.media_channels == set()
    assert outside.control.bridges == set()


async def test_a_caller_on_the_way_to_a_person_is_still_this_process_s_call(
    process: Process,
) -> None:
    await is_handed_over(process)
    assert process.app.calls == 1
    assert process.outside.records.written == []


async def test_a_caller_whom_a_person_took_has_one_record_at_the_end(process: Process) -> None:
    await is_handed_over(process)
    process.ari.tells(ChannelVarset(OWN, channel(CALL), "VOICEBOT_OPERATOR", "maria"))
    await settle()
    process.ari.destroys(CALL)
    await passes(1)
    (record,) = process.outside.records.written
    assert (record.outcome, record.handled_by) == (Outcome.TRANSFERRED, HandledBy.OPERATOR)
    assert record.transfers[0].operator == "maria"


async def test_a_caller_whom_nobody_took_is_talked_to_again(process: Process) -> None:
    await is_handed_over(process)
    outside = process.outside
    outside.synthesizer.asked.clear()
    process.ari.starts(CALL, "back", "1000", "no_answer")
    await settle()
    assert len(outside.links) == 2
    process.assert_all_calls_are_open(CALL)
    assert " ".join(outside.synthesizer.asked) == PHRASES.nobody_free


async def test_a_caller_comes_back_to_another_agent_and_the_talk_goes_on(
    process: Process,
) -> None:
    """The one that sent the caller off is gone; its context is not."""
    await is_handed_over(process)
    await process.stops()
    await process.task
    assert process.outside.records.written == []
    await passes(20)  # while it rings, the call goes on
    other = Process(process.outside)
    process.outside.synthesizer.asked.clear()
    other.ari.starts(CALL, "back", "1000", "busy")
    await passes(0.1)
    assert " ".join(process.outside.synthesizer.asked) == PHRASES.nobody_free
    other.ari.destroys(CALL)
    await passes(1)
    (record,) = process.outside.records.written
    assert [turn.heard for turn in record.turns] == ["", REQUEST, ""]
    assert record.transfers[0].result is TransferResult.BUSY
    assert record.ended_at - record.started_at > timedelta(seconds=20)
    await other.stops()
    await other.task


async def test_a_caller_whose_context_is_lost_begins_anew(process: Process) -> None:
    process.ari.starts(CALL, "back", "1000", "busy")
    await settle()
    process.outside.links[0].carries(QUIET)
    await settle()
    assert " ".join(process.outside.synthesizer.asked) == process.outside.business.opening


@pytest.mark.parametrize("state", [None, CallState.TALKING, CallState.LEAVING])
async def test_a_caller_offered_to_wait_on_whose_wait_is_not_known_begins_anew(
    process: Process, state: CallState | None
) -> None:
    if state is not None:
        facts = CallFacts(CallId(CALL), ChannelId(CALL), "+12025550123", "1000", "ulaw")
        at = process.outside.services().clock.at()
        context = CallContext(facts, "gone", started_at=at, state=state)
        await process.outside.contexts.save(CallId(CALL), dump_context(context))
    process.ari.starts(CALL, "wait", "1000")
    await settle()
    process.outside.links[0].carries(QUIET)
    await settle()
    assert " ".join(process.outside.synthesizer.asked) == process.outside.business.opening


async def test_a_word_nobody_knows_is_a_failed_transfer(process: Process) -> None:
    await is_handed_over(process)
    process.ari.starts(CALL, "back", "1000", "melted")
    await settle()
    process.ari.destroys(CALL)
    await passes(1)
    (record,) = process.outside.records.written
    assert record.transfers[0].result is TransferResult.FAILED


async def test_a_transfer_that_asterisk_refuses_leaves_the_caller_with_the_agent(
    outside: Outside,
) -> None:
    call = await HeldCall(outside).is_greeted()
    outside.control.refusals["transfer"] = AriRequestRefused("any", 500, "Internal Server Error")
    said = await call.says(REQUEST)
    assert " ".join(said) == f"{PHRASES.connecting} {PHRASES.nobody_free}"
    del outside.control.refusals["transfer"]
    call.agent.left_stasis(16)
    await passes(1)


async def test_a_caller_taken_away_by_the_guardian_is_the_dialplan_s(process: Process) -> None:
    await process.takes(CALL)
    process.ari.is_still_in_asterisk(FALLBACK_CONTEXT)
    process.ari.ends(CALL)
    await passes(1)
    (record,) = process.outside.records.written
    assert (record.outcome, record.handled_by) == (Outcome.FAILED, HandledBy.DIALPLAN)


async def test_a_caller_who_hung_up_is_not_taken_away_while_asterisk_records_the_call(
    process: Process,
) -> None:
    await process.takes(CALL)
    process.ari.is_still_in_asterisk("voicebot-record")
    process.ari.ends(CALL)
    await settle()
    process.ari.is_gone_from_asterisk()
    await passes(1)
    (record,) = process.outside.records.written
    assert (record.outcome, record.handled_by) == (Outcome.ABANDONED, HandledBy.AGENT)


async def test_a_caller_who_is_somewhere_else_in_the_dialplan_was_taken_away(
    process: Process,
) -> None:
    await process.takes(CALL)
    process.ari.is_still_in_asterisk("elsewhere")
    process.ari.ends(CALL)
    await passes(3)
    (record,) = process.outside.records.written
    assert (record.outcome, record.handled_by) == (Outcome.FAILED, HandledBy.DIALPLAN)


# --- the operator is told -------------------------------------------------------------------


async def is_briefed(process: Process) -> FakeMediaLink:
    await is_handed_over(process)
    process.outside.synthesizer.asked.clear()
    process.ari.starts(LEG, "brief", CALL, "maria")
    await settle()
    assert process.app.driven() == {CALL, LEG}
    return process.outside.links[-1]


@pytest.mark.parametrize(("key", "answer"), [("1", "take"), ("2", "decline")])
async def test_an_operator_hears_who_calls_and_takes_or_declines(
    process: Process, key: str, answer: str
) -> None:
    link = await is_briefed(process)
    said = " ".join(process.outside.synthesizer.asked)
    assert said == f"The caller said: {REQUEST} {PHRASES.operator_keys}"
    link.presses("7")
    link.presses(key)
    await settle()
    went_on = ("go_on", LEG, f"VOICEBOT_BRIEF={answer}")
    assert process.outside.control.asked_for("go_on") == [went_on]
    assert process.outside.control.media_channels == set()
    assert process.app.driven() == {CALL}


async def test_an_operator_who_presses_nothing_declines(process: Process) -> None:
    await is_briefed(process)
    await passes(DEADLINE_S)
    went_on = ("go_on", LEG, "VOICEBOT_BRIEF=decline")
    assert process.outside.control.asked_for("go_on") == [went_on]


async def test_an_operator_whom_nobody_can_tell_is_asked_by_the_dialplan(
    process: Process,
) -> None:
    await is_handed_over(process)
    phrases = (*split(f"The caller said: {REQUEST}"), *split(PHRASES.operator_keys))
    silent = [InferenceTimeout("tts", 6000)]
    process.outside.synthesizer.script = dict.fromkeys(phrases, silent)
    process.ari.starts(LEG, "brief", CALL, "maria")
    await passes(DEADLINE_S)
    assert process.outside.control.asked_for("go_on") == [("go_on", LEG)]


async def test_an_operator_who_hangs_up_ends_the_briefing(process: Process) -> None:
    link = await is_briefed(process)
    link.breaks()
    await settle()
    assert process.app.driven() == {CALL}


async def test_the_operator_of_a_call_that_is_not_here_is_asked_by_the_dialplan(
    process: Process,
) -> None:
    process.ari.starts(LEG, "brief", CALL, "maria")
    await settle()
    assert process.outside.control.asked_for("go_on") == [("go_on", LEG)]
    assert process.outside.links == []
