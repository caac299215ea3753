"""A whole call, from its StasisStart to its record, and everything that can break in it."""

import asyncio
from collections.abc import Callable

import pytest

from tests.fakes.call_services import Outside
from tests.fakes.media_link import QUIET, SPEECH
from tests.fakes.script import FOREVER
from tests.fakes.virtual_time import passes, settle
from tests.unit.agents.calling import CALLER, NORMAL_CLEARING, NUMBER, HeldCall
from voicebot.agents.scribe import RETRY_S
from voicebot.calls import events as on
from voicebot.calls.asterisk_names import FALLBACK_CONTEXT
from voicebot.calls.model import AnswerSource, CallId, HandledBy, Outcome
from voicebot.calls.session import load_context
from voicebot.calls.transitions import CallState
from voicebot.dialogue.phrases import split
from voicebot.errors import AriRequestRefused, InferenceTimeout, MediaConnectFailed

LATE = InferenceTimeout("any", 4000)
REFUSED = AriRequestRefused("any", 500, "Internal Server Error")
LEFT = ("leave", CALLER, FALLBACK_CONTEXT)
TEMPORARY_FAILURE = 41
ADDRESS = "We are at forty two Harbor Street."


@pytest.fixture
async def call(outside: Outside) -> HeldCall:
    """A call whose greeting was heard."""
    return await HeldCall(outside).is_greeted()


# --- the way of a call ------------------------------------------------------------------------


async def test_a_whole_call(outside: Outside) -> None:
    phrases = outside.business.phrases
    call = await HeldCall(outside).is_greeted()
    assert call.said == split(outside.business.opening)
    assert await call.says("Where are you?") == [ADDRESS]
    outside.responder.script.append(["That sounds ", "lovely!"])
    assert await call.says("I had a lovely day.") == ["That sounds lovely!"]
    assert await call.says("Goodbye!") == split(phrases.farewell)
    record = await call.ends()
    assert [turn.source for turn in record.turns] == [
        AnswerSource.SCRIPT,
        AnswerSource.FACT,
        AnswerSource.MODEL,
        AnswerSource.SCRIPT,
    ]
    assert [turn.heard for turn in record.turns] == [
        "",
        "Where are you?",
        "I had a lovely day.",
        "Goodbye!",
    ]
    assert all(turn.said_heard == turn.said for turn in record.turns)
    assert (record.outcome, record.handled_by) == (Outcome.RESOLVED, HandledBy.AGENT)
    assert record.hangup_cause == NORMAL_CLEARING, "not the flag that Asterisk tells of itself"
    assert record.answered_at is not None
    assert record.started_at <= record.answered_at < record.ended_at
    hang_ups = outside.control.asked_for("hang_up")
    assert hang_ups == [
        ("hang_up", CALLER, "16"),
        ("hang_up", f"media-{CALLER}", "16"),
    ]


async def test_those_who_watch_are_told_what_happens_in_order(call: HeldCall) -> None:
    await call.says("Where are you?")
    call.hangs_up()
    await call.ends()
    assert call.outside.events.names == [
        "call.media_up",
        "turn.over",
        "caller.speaking",
        "turn.over",
        "call.ended",
    ]


async def test_each_step_of_a_live_call_can_be_taken_over(call: HeldCall) -> None:
    await call.says("Where are you?")
    context = load_context(call.outside.contexts.contexts[CallId(CALLER)])
    assert context.state == "talking"
    assert [item.heard for item in context.conversation.history] == ["", "Where are you?"]
    call.hangs_up()
    await call.ends()


async def test_words_spoken_over_the_greeting_are_understood(outside: Outside) -> None:
    call = HeldCall(outside)
    await settle()
    disclosure = "Hello, you are speaking with a machine."
    assert await call.says("Where are you?") == [disclosure, ADDRESS]
    call.hangs_up()
    await call.ends()


async def test_a_caller_without_audio_is_greeted_after_a_moment(outside: Outside) -> None:
    call = HeldCall(outside)
    await settle()
    assert call.said == []
    await passes(0.2)
    assert call.said == split(outside.business.opening)
    call.hangs_up()
    await call.ends()


async def test_a_silent_caller_is_asked_and_then_sent_off(call: HeldCall) -> None:
    phrases = call.outside.business.phrases
    _ = call.said
    await passes(3 * call.outside.business.silence.patience_s + 1)
    asked = (phrases.still_there_first, phrases.still_there_second, phrases.silent_farewell)
    assert call.said == [part for text in asked for part in split(text)]
    assert (await call.ends()).outcome is Outcome.ABANDONED


@pytest.mark.parametrize(
    ("codec", "encoding"), [("ulaw", "ulaw"), ("alaw", "alaw"), ("g722", "slin16"), ("", "ulaw")]
)
async def test_the_audio_comes_as_the_caller_sends_it(
    outside: Outside, codec: str, encoding: str
) -> None:
    call = await HeldCall(outside, codec=codec).is_greeted()
    assert outside.control.asked_for("open_media")[0][-1] == encoding
    call.hangs_up()
    await call.ends()


async def test_keys_are_taken_without_harm(call: HeldCall) -> None:
    call.link.presses("5")
    await settle()
    call.hangs_up()
    await call.ends()


# --- barge-in ---------------------------------------------------------------------------------


async def test_speech_stops_the_agent_and_only_what_was_heard_is_recorded(
    outside: Outside,
) -> None:
    outside.plays_at_once = False
    call = await HeldCall(outside).is_greeted()
    call.link.plays()
    await settle()
    await call.says("How long does a repair take?")
    call.link.plays(350)
    await settle()
    await call.begins_to_speak()
    assert call.link.queued_ms == 0
    await passes(5)
    assert call.link.queued_ms == 0, "nothing more is said"
    call.hangs_up()
    turn = (await call.ends()).turns[1]
    assert turn.was_interrupted
    assert turn.said_heard == "Most repairs are"


async def test_an_answer_still_being_made_is_not_said_to_a_caller_who_goes_on(
    call: HeldCall,
) -> None:
    call.outside.responder.script.append(["That sounds lovely! ", FOREVER])
    call.outside.synthesizer.script["That sounds lovely!"] = [FOREVER]
    await call.says("I had a lovely day.")
    await call.begins_to_speak()
    assert call.outside.responder.closed_early == 1
    assert call.outside.synthesizer.closed_early == 1
    call.hangs_up()
    await call.ends()


# --- workers that fail ------------------------------------------------------------------------


async def test_a_caller_who_was_not_understood_hears_so(call: HeldCall) -> None:
    not_understood = split(call.outside.business.phrases.not_understood)
    assert await call.says(LATE) == not_understood
    assert await call.says("Where are you?") == [ADDRESS]
    call.hangs_up()
    await call.ends()


async def test_a_caller_who_is_never_understood_goes_to_people(call: HeldCall) -> None:
    for _ in range(3):
        await call.says(LATE)
    record = await call.ends()
    assert call.outside.control.asked_for("leave") == [LEFT]
    assert (record.outcome, record.handled_by) == (Outcome.FAILED, HandledBy.DIALPLAN)


async def test_without_its_facts_the_model_still_makes_conversation(call: HeldCall) -> None:
    call.outside.meaning.script.append(LATE)
    call.outside.responder.script.append(["That sounds lovely!"])
    assert await call.says("Where are you?") == ["That sounds lovely!"]
    call.hangs_up()
    await call.ends()


async def test_a_model_that_fails_is_owned_up_to(call: HeldCall) -> None:
    call.outside.responder.script.append([LATE])
    assert await call.says("Hello there") == split(call.outside.business.phrases.trouble)
    call.hangs_up()
    await call.ends()


async def test_a_caller_to_whom_nothing_can_be_said_goes_to_people(outside: Outside) -> None:
    outside.synthesizer.script = {part: [LATE] for part in split(outside.business.opening)}
    outside.synthesizer.script |= {part: [LATE] for part in split(outside.business.phrases.trouble)}
    call = await HeldCall(outside).is_greeted()
    record = await call.ends()
    assert outside.control.asked_for("leave") == [LEFT]
    assert record.outcome is Outcome.FAILED


# --- connecting -------------------------------------------------------------------------------


async def test_a_call_that_cannot_be_connected_goes_to_people(outside: Outside) -> None:
    outside.link_failure = MediaConnectFailed("refused")
    record = await HeldCall(outside).ends()
    assert outside.control.asked_for("leave") == [LEFT]
    assert (record.outcome, record.handled_by) == (Outcome.FAILED, HandledBy.DIALPLAN)
    assert record.answered_at is None


@pytest.mark.parametrize("during", ["open_media", "answer", "join"])
async def test_a_caller_may_hang_up_while_being_connected(outside: Outside, during: str) -> None:
    outside.control.holds[during] = asyncio.Event()
    call = HeldCall(outside)
    await settle()
    assert outside.control.asked[-1][0] == during
    call.hangs_up(cause=127)
    record = await call.ends()
    assert (record.outcome, record.hangup_cause) == (Outcome.ABANDONED, 127)
    assert record.answered_at is None


async def test_a_caller_may_hang_up_while_the_media_socket_opens(outside: Outside) -> None:
    outside.link_failure = FOREVER
    call = HeldCall(outside)
    await settle()
    call.hangs_up()
    assert (await call.ends()).outcome is Outcome.ABANDONED


async def test_a_caller_may_hang_up_before_the_media_channel_is_in_stasis(
    outside: Outside,
) -> None:
    call = HeldCall(outside)
    outside.on_link = lambda connection_id: None
    await settle()
    assert outside.control.asked_for("answer") == []
    call.hangs_up()
    assert (await call.ends()).outcome is Outcome.ABANDONED


async def test_a_caller_may_hang_up_before_anything_was_done(outside: Outside) -> None:
    call = HeldCall(outside)
    call.hangs_up()
    assert (await call.ends()).outcome is Outcome.ABANDONED
    assert outside.control.asked == []


# --- the end ----------------------------------------------------------------------------------


async def test_a_hangup_told_twice_is_one_end(call: HeldCall) -> None:
    call.hangs_up()
    call.agent.post(on.HungUp(NORMAL_CLEARING))
    await call.ends()


async def test_the_cause_of_the_caller_s_hangup_is_kept(call: HeldCall) -> None:
    call.hangs_up(cause=31)
    assert (await call.ends()).hangup_cause == 31


async def test_a_hangup_without_a_cause_is_normal_clearing(call: HeldCall) -> None:
    call.agent.left_stasis(None)
    assert (await call.ends()).hangup_cause == NORMAL_CLEARING


async def test_an_asterisk_that_refuses_to_hang_up_does_not_hold_the_record(
    call: HeldCall,
) -> None:
    call.outside.control.refusals["hang_up"] = REFUSED
    await call.says("Goodbye!")
    await passes(10)
    await call.task
    (record,) = call.outside.records.written
    assert record.outcome is Outcome.RESOLVED
    assert record.hangup_cause == NORMAL_CLEARING


async def test_a_caller_who_cannot_be_handed_over_is_not_left_in_silence(call: HeldCall) -> None:
    call.outside.control.refusals["leave"] = REFUSED
    call.link.breaks()
    record = await call.ends()
    assert ("hang_up", CALLER, str(TEMPORARY_FAILURE)) in call.outside.control.asked
    assert (record.outcome, record.hangup_cause) == (Outcome.FAILED, TEMPORARY_FAILURE)


async def test_an_asterisk_that_refuses_everything_still_leaves_a_record(call: HeldCall) -> None:
    call.outside.control.refusals |= {"leave": REFUSED, "hang_up": REFUSED}
    call.link.breaks()
    await passes(10)
    await call.task
    (record,) = call.outside.records.written
    assert (record.outcome, record.hangup_cause) == (Outcome.FAILED, TEMPORARY_FAILURE)


async def test_a_call_whose_audio_is_lost_goes_to_people(call: HeldCall) -> None:
    call.link.breaks()
    record = await call.ends()
    assert call.outside.control.asked_for("leave") == [LEFT]
    assert record.handled_by is HandledBy.DIALPLAN


async def test_when_the_process_stops_the_caller_goes_to_people(call: HeldCall) -> None:
    call.agent.post(on.GivenUp("agent-stopped"))
    record = await call.ends()
    assert call.outside.control.asked_for("leave") == [LEFT]
    assert record.outcome is Outcome.FAILED


@pytest.mark.parametrize("during", ["open_media", "answer", "join"])
async def test_a_process_may_stop_while_it_connects(outside: Outside, during: str) -> None:
    outside.control.holds[during] = asyncio.Event()
    call = HeldCall(outside)
    await settle()
    call.agent.post(on.GivenUp("agent-stopped"))
    await call.ends()
    assert outside.control.asked_for("leave") == [LEFT]


# --- bugs -------------------------------------------------------------------------------------


async def test_a_bug_ends_the_conversation_and_not_the_call(call: HeldCall) -> None:
    call.outside.synthesizer.broken = True
    await call.says("Where are you?")
    record = await call.ends()
    assert call.outside.control.asked_for("leave") == [LEFT]
    assert (record.outcome, record.handled_by) == (Outcome.FAILED, HandledBy.DIALPLAN)
    assert record.turns[-1].heard == "Where are you?"


async def test_an_event_that_nobody_foresaw_is_a_bug_like_any_other(call: HeldCall) -> None:
    call.agent.post(on.Claimed())
    record = await call.ends()
    assert call.outside.control.asked_for("leave") == [LEFT]
    assert record.outcome is Outcome.FAILED


async def test_a_bug_does_not_stop_a_caller_who_is_just_leaving(call: HeldCall) -> None:
    """The request to leave is lost with all else that was under way."""
    call.outside.control.holds["leave"] = asyncio.Event()
    call.agent.post(on.GivenUp("agent-stopped"))
    await settle()
    call.agent.post(on.Claimed())
    await settle()
    call.outside.control.holds["leave"].set()
    record = await call.ends()
    assert call.outside.control.asked_for("leave") == [LEFT, LEFT]
    assert record.outcome is Outcome.FAILED


async def test_a_bug_when_the_caller_cannot_be_handed_over_still_leaves_a_record(
    call: HeldCall,
) -> None:
    call.outside.control.refusals["leave"] = REFUSED
    call.agent.post(on.Claimed())
    assert (await call.ends()).outcome is Outcome.FAILED


# --- Redis and the database -------------------------------------------------------------------


async def test_an_absent_database_does_not_keep_the_agent_and_leaves_the_call_its_context(
    call: HeldCall,
) -> None:
    call.outside.records.failures = 1
    call.hangs_up()
    await passes(1)
    await call.task
    assert call.outside.records.written == []
    saved = await call.outside.contexts.load(CallId(CALLER))
    assert saved is not None
    assert load_context(saved).state is CallState.ENDED
    assert call.outside.events.names[-1] == "call.ended"


async def test_a_call_goes_on_without_redis_and_is_saved_once_it_is_back(call: HeldCall) -> None:
    outside = call.outside
    outside.contexts.is_away = outside.events.is_away = True
    saved = len(outside.contexts.saved)
    assert await call.says("Where are you?") == [ADDRESS]
    assert await call.says("How long does a repair take?") != []
    assert len(outside.contexts.saved) == saved
    outside.contexts.is_away = outside.events.is_away = False
    await passes(2 * RETRY_S)
    context = load_context(outside.contexts.saved[-1])
    assert len(context.conversation.records) == 3
    assert outside.events.names.count("turn.over") == 3
    call.hangs_up()
    await call.ends()


async def test_a_call_ends_without_redis_too(call: HeldCall) -> None:
    call.outside.contexts.is_away = call.outside.events.is_away = True
    call.hangs_up()
    await passes(10)
    await call.task
    (record,) = call.outside.records.written
    assert record.outcome is Outcome.ABANDONED


# --- privacy ----------------------------------------------------------------------------------


async def test_what_a_caller_says_is_in_no_log(
    outside: Outside,
    production_logs: Callable[[], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    production_logs()
    call = await HeldCall(outside).is_greeted()
    outside.responder.script.append([LATE])
    await call.says("My name is Zebedee.")
    outside.synthesizer.broken = True
    await call.says("Where are you, says Zebedee?")
    await passes(10)
    logged = capsys.readouterr()
    assert "call.crashed" in logged.out
    for private in ("Zebedee", NUMBER, ADDRESS):
        assert private not in logged.out + logged.err


async def test_frames_that_come_in_a_bunch_are_heard_one_by_one(call: HeldCall) -> None:
    call.outside.recognizer.script.append("Where are you?")
    call.link.carries(SPEECH, 400)
    call.link.carries(QUIET, 480)
    await settle()
    assert ADDRESS in call.said
    call.hangs_up()
    await call.ends()
