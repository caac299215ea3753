"""A whole call, from its StasisStart to its record."""

import pytest

from tests.fakes.call_services import Outside
from tests.fakes.media_link import QUIET, SPEECH
from tests.fakes.sample_business import ADDRESS
from tests.fakes.script import FOREVER
from tests.fakes.virtual_time import passes, settle
from tests.unit.agents.calling import CALLER, NORMAL_CLEARING, HeldCall
from voicebot.calls.model import AnswerSource, CallId, HandledBy, Outcome
from voicebot.calls.session import load_context
from voicebot.dialogue.phrases import split


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
    await call.is_hung_up()
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
    await call.is_hung_up()


async def test_words_spoken_over_the_greeting_are_understood(outside: Outside) -> None:
    call = HeldCall(outside)
    await settle()
    disclosure = "Hello, you are speaking with a machine."
    assert await call.says("Where are you?") == [disclosure, ADDRESS]
    await call.is_hung_up()


async def test_a_caller_without_audio_is_greeted_after_a_moment(outside: Outside) -> None:
    call = HeldCall(outside)
    await settle()
    assert call.said == []
    await passes(0.2)
    assert call.said == split(outside.business.opening)
    await call.is_hung_up()


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
    await call.is_hung_up()


async def test_keys_are_taken_without_harm(call: HeldCall) -> None:
    call.link.presses("5")
    await settle()
    await call.is_hung_up()


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
    call.outside.recognizer.script.append("")
    await call.begins_to_speak()
    assert call.link.is_paused
    await call.interrupts()
    assert call.link.queued_ms == 0
    await passes(5)
    assert call.link.queued_ms == 0, "nothing more is said"
    turn = (await call.is_hung_up()).turns[1]
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
    await call.is_hung_up()


async def test_frames_that_come_in_a_bunch_are_heard_one_by_one(call: HeldCall) -> None:
    call.outside.recognizer.script.append("Where are you?")
    call.link.carries(SPEECH, 400)
    call.link.carries(QUIET, 480)
    await settle()
    assert ADDRESS in call.said
    await call.is_hung_up()
