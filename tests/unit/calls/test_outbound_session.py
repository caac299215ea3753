"""A placed call from its answer to its record."""

from dataclasses import dataclass, replace

import pytest

from tests.fakes.sample_business import CONTENT
from tests.unit.calls.playing import PlayedCall, a_context, spoken
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import (
    AnsweredBy,
    CallbackReason,
    CallId,
    CallRecord,
    Direction,
    Outcome,
    Owed,
    UtteranceId,
)
from voicebot.calls.outbound_session import OutboundSession, new_pickup, session_of
from voicebot.calls.pickup import AFTER_BEEP_S, SPEAKS_WITHIN_S
from voicebot.calls.session import CallContext, CallSession, dump_context, load_context
from voicebot.dialogue.agent import Say
from voicebot.dialogue.business import Business

U1, U2 = UtteranceId("u1"), UtteranceId("u2")
GREETING = "This is the machine of Lakeside Bikes. Your tandem is ready."
MESSAGE = "The machine of Lakeside Bikes called. Your tandem is ready."
MACHINE_SAYS = "Please leave your message after the tone."


def a_business() -> Business:
    outbound = {"greeting": GREETING, "machine": "message", "machine_message": MESSAGE}
    return Business.model_validate({**CONTENT, "outbound": outbound})


def a_placed_context(*, leaves_message: bool = True) -> CallContext:
    business, context = a_business(), a_context()
    context.facts = replace(context.facts, direction=Direction.OUTBOUND)
    context.opening = business.opening_of(Direction.OUTBOUND)
    context.farewell_to_machine = MESSAGE if leaves_message else ""
    context.pickup = new_pickup(business, leaves_message=leaves_message)
    return context


@dataclass(slots=True)
class PlacedCall(PlayedCall):
    """A call that somebody has just answered."""

    def __post_init__(self) -> None:
        self.session = session_of(self.business, self.context, self.now)
        self.happens(on.Claimed(), on.Connected(), on.CallerAudible())

    def ends(self) -> CallRecord:
        self.happens(on.HungUp(16))
        return self.world.written[0]


def a_call(*, leaves_message: bool = True) -> PlacedCall:
    return PlacedCall(a_business(), a_placed_context(leaves_message=leaves_message))


def test_only_placed_calls_are_waited_for() -> None:
    inbound = session_of(a_business(), a_context(), 0.0)
    assert not isinstance(inbound, OutboundSession)
    assert isinstance(a_call().session, OutboundSession)


def test_nothing_is_said_before_whoever_answered_has_spoken() -> None:
    call = a_call()
    assert not call.world.saying
    assert call.happens(on.SpeechStarted(U1)) == []
    assert spoken(call.happens(on.SpeechEnded(U1, 480))) == GREETING
    record = call.ends()
    assert (record.answered_by, record.outcome) == (AnsweredBy.PERSON, Outcome.ABANDONED)


def test_whoever_says_nothing_is_asked_and_told_who_calls() -> None:
    call = a_call()
    assert call.session.next_deadline() == pytest.approx(call.now + SPEAKS_WITHIN_S, abs=0.05)
    assert spoken(call.waits()) == f"Hello? {GREETING}"
    assert call.ends().answered_by is AnsweredBy.UNKNOWN


def test_who_calls_and_why_is_told_even_to_whoever_interrupts() -> None:
    call = a_call()
    call.happens(on.SpeechStarted(U1), on.SpeechEnded(U1, 480))
    first = next(iter(call.world.saying))
    call.happens(on.PhraseStarted(first, 70))
    call.speaks("Yes, who is this?")
    (reply_id,) = call.world.thinking
    answer = spoken(call.happens(on.Stepped(reply_id, Say("It is about your bike."))))
    assert answer == f"{GREETING} It is about your bike."


def test_a_conversation_follows_as_on_any_call() -> None:
    call = a_call()
    call.happens(on.SpeechStarted(U1), on.SpeechEnded(U1, 480))
    call.hears_all()
    call.speaks("where are you")
    assert len(call.world.thinking) == 1


def test_a_message_is_left_and_the_call_is_ended() -> None:
    call = a_call()
    call.happens(on.SpeechStarted(U1))
    call.t += 4
    assert call.happens(on.SpeechEnded(U1, 480)) == [do.Recognize(U1)]
    assert call.happens(on.Transcribed(U1, MACHINE_SAYS)) == []
    assert not call.world.saying
    call.happens(on.BeepHeard())
    beeped_at = call.now
    assert spoken(call.waits()) == MESSAGE
    assert call.now == pytest.approx(beeped_at + AFTER_BEEP_S, abs=0.05)
    # What the machine says now interrupts nothing.
    assert call.happens(on.SpeechStarted(U2)) == []
    call.hears_all()
    assert call.waits() == [do.HangUp(16)]
    record = call.ends()
    assert (record.answered_by, record.outcome) == (AnsweredBy.MACHINE, Outcome.RESOLVED)
    assert [turn.said_heard for turn in record.turns] == [MESSAGE]


def test_a_message_that_was_cut_short_was_not_left() -> None:
    call = a_call()
    call.happens(on.BeepHeard())
    call.waits()
    record = call.ends()
    assert (record.answered_by, record.outcome) == (AnsweredBy.MACHINE, Outcome.ABANDONED)


def test_the_greeting_is_broken_off_when_a_machine_shows_itself() -> None:
    call = a_call()
    call.happens(on.SpeechStarted(U1), on.SpeechEnded(U1, 480))
    first = next(iter(call.world.saying))
    call.happens(on.PhraseStarted(first, 70))
    assert do.StopSpeaking() in call.happens(on.BeepHeard())
    assert spoken(call.waits()) == MESSAGE


def test_a_machine_hears_nothing_where_no_message_is_to_be_left() -> None:
    call = a_call(leaves_message=False)
    call.happens(on.SpeechStarted(U1))
    call.t += 4
    call.happens(on.SpeechEnded(U1, 480))
    assert call.happens(on.Transcribed(U1, MACHINE_SAYS)) == [do.HangUp(16)]
    record = call.ends()
    assert record.turns == ()
    assert (record.answered_by, record.outcome) == (AnsweredBy.MACHINE, Outcome.ABANDONED)


def test_another_process_goes_on_where_the_call_stands() -> None:
    call = a_call()
    call.happens(on.SpeechStarted(U1))
    call.t += 4
    call.happens(on.SpeechEnded(U1, 480), on.Transcribed(U1, MACHINE_SAYS))
    context = load_context(dump_context(call.session.context(call.now)))
    call.session = session_of(a_business(), context, call.now)
    call.happens(on.BeepHeard())
    assert spoken(call.waits()) == MESSAGE


def test_a_call_that_nobody_answered_is_nobodys() -> None:
    context = a_placed_context()
    session = session_of(a_business(), context, 0.0)
    session.receive(on.Claimed(), 0.0)
    (written,) = session.receive(on.HungUp(16), 1.0)
    assert isinstance(written, do.WriteRecord)
    assert written.record.answered_by is None
    assert isinstance(session, CallSession)


OWED = Owed(CallbackReason.BROKEN, CallId("node1-1.1"))
ASKED = f"{GREETING} We were cut off."


def a_callback() -> PlacedCall:
    outbound = {"greeting": GREETING}
    rules = {"dropped": "We were cut off.", "press_one": "Press one.", "resumed": "Let us go on."}
    business = Business.model_validate({**CONTENT, "outbound": outbound, "callbacks": rules})
    context = a_context()
    context.facts = replace(context.facts, direction=Direction.OUTBOUND, owed=OWED)
    assert business.callbacks is not None
    context.opening = business.callbacks.opening_after(GREETING, OWED.reason)
    context.pickup = new_pickup(business, leaves_message=False, asks=True)
    call = PlacedCall(business, context)
    call.happens(on.SpeechStarted(U1))
    assert spoken(call.happens(on.SpeechEnded(U1, 480))) == f"{ASKED} Press one."
    return call


def test_whoever_presses_one_on_a_callback_is_connected() -> None:
    call = a_callback()
    call.hears_all()
    assert spoken(call.happens(on.KeyPressed("1"))) == "Let us go on."
    call.hears_all()
    call.speaks("where are you")
    assert len(call.world.thinking) == 1
    record = call.ends()
    assert record.answered_by is AnsweredBy.PERSON
    assert [turn.number for turn in record.turns] == list(range(len(record.turns)))


def test_whoever_says_yes_is_connected_and_whoever_says_something_else_is_not() -> None:
    call = a_callback()
    call.hears_all()
    for number, text in enumerate(("Who is there?", "Yes, please.")):
        utterance = UtteranceId(f"later-{number}")
        assert call.happens(on.SpeechStarted(utterance)) == []
        assert call.happens(on.SpeechEnded(utterance, 480)) == [do.Recognize(utterance)]
        said = call.happens(on.Transcribed(utterance, text))
    assert spoken(said) == "Let us go on."


def test_what_must_be_heard_comes_before_the_welcome_of_whoever_is_quick() -> None:
    call = a_callback()
    assert spoken(call.happens(on.KeyPressed("1"))) == (
        "This is the machine of Lakeside Bikes. Let us go on."
    )


def test_whoever_wants_no_callback_is_told_goodbye_and_it_is_on_record() -> None:
    call = a_callback()
    call.hears_all()
    assert "not call you again" in spoken(call.happens(on.KeyPressed("2")))
    call.hears_all()
    assert do.HangUp(16) in call.waits()
    assert call.ends().answered_by is AnsweredBy.DECLINED


def test_whoever_does_not_answer_the_question_is_not_connected() -> None:
    call = a_callback()
    call.hears_all()
    while do.HangUp(16) not in call.waits():
        call.hears_all()  # whether anybody is there
    assert call.ends().answered_by is AnsweredBy.UNKNOWN


def test_a_machine_is_no_place_for_a_callback() -> None:
    call = a_callback()
    call.happens(on.SpeechStarted(U2), on.SpeechEnded(U2, 480))
    assert do.HangUp(16) in call.happens(on.Transcribed(U2, MACHINE_SAYS))
    assert call.ends().answered_by is AnsweredBy.MACHINE
