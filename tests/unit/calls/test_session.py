"""A call's decisions, from the claim to its one record."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.call_world import World
from tests.fakes.sample_business import a_business
from tests.unit.calls.playing import (
    STARTED_AT,
    TICK_S,
    PlayedCall,
    a_context,
    assert_something_is_to_come,
    spoken,
)
from tests.unit.dialogue.conversing import Conversing
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import HandledBy, Outcome, UtteranceId
from voicebot.calls.session import GREETING_WAITS_S, CallSession, load_context
from voicebot.calls.transitions import CallState
from voicebot.dialogue.answers import Candidate
from voicebot.dialogue.conversation_state import ConversationState
from voicebot.errors import IllegalTransition

GREETING = a_business().greeting


def test_a_claimed_call_is_connected_first() -> None:
    call = Conversing()
    assert call.happens(on.Claimed()) == [do.Connect()]
    assert call.session.next_deadline() is None


def test_the_greeting_begins_with_the_callers_first_audio() -> None:
    assert spoken(Conversing().connects()) == GREETING


def test_the_greeting_does_not_wait_for_a_caller_who_sends_no_audio() -> None:
    call = Conversing()
    call.happens(on.Claimed(), on.Connected())
    deadline = call.session.next_deadline()
    assert deadline is not None
    assert deadline - call.now == pytest.approx(GREETING_WAITS_S)
    assert call.session.on_deadline(call.now + TICK_S) == []
    assert spoken(call.waits()) == GREETING
    assert call.happens(on.CallerAudible()) == []


def test_the_greeting_is_said_once() -> None:
    call = Conversing()
    call.connects()
    assert call.happens(on.CallerAudible()) == []


def test_a_caller_who_speaks_first_interrupts_the_greeting() -> None:
    call = Conversing()
    call.happens(on.Claimed(), on.Connected())
    commands = call.happens(on.SpeechStarted(UtteranceId("u1")))
    assert spoken(commands) == GREETING
    assert commands[-1] == do.StopSpeaking()
    call.happens(on.Silenced(()))
    assert spoken(call.finishes("")) == GREETING, "it was a noise: the greeting is said after all"


@pytest.mark.parametrize("base_now", [0.1, 1234.5678, 98_765_432.1])
def test_a_deadline_is_met_at_exactly_its_time(base_now: float) -> None:
    """Otherwise a driver woken at the deadline would be told to wait until now, for ever."""
    call = Conversing(base_now=base_now)
    call.happens(on.Claimed(), on.Connected())
    for _ in range(3):
        deadline = call.session.next_deadline()
        assert deadline is not None
        commands = call.session.on_deadline(deadline)
        assert commands
        call.world.carry_out(commands)
        call.t = deadline - base_now
        call.hears_all()


def test_a_call_that_cannot_be_connected_goes_to_the_dialplan() -> None:
    call = Conversing()
    assert call.happens(on.Claimed(), on.ConnectFailed("media-connect-failed")) == [
        do.Leave("media-connect-failed")
    ]
    assert call.session.state is CallState.LEAVING
    call.happens(on.LeftStasis())
    (record,) = call.world.written
    assert (record.outcome, record.handled_by) == (Outcome.FAILED, HandledBy.DIALPLAN)
    assert record.answered_at is None


def test_a_caller_who_hangs_up_while_being_connected_was_not_failed() -> None:
    call = Conversing()
    call.happens(on.Claimed(), on.ConnectFailed("ari-request-refused"), on.HungUp(16))
    (record,) = call.world.written
    assert (record.outcome, record.handled_by) == (Outcome.ABANDONED, HandledBy.AGENT)


def test_a_caller_who_hangs_up_as_the_call_breaks_was_failed() -> None:
    call = Conversing()
    call.greets()
    call.happens(on.MediaLost(), on.HungUp(16))
    (record,) = call.world.written
    assert (record.outcome, record.handled_by) == (Outcome.FAILED, HandledBy.DIALPLAN)


def test_a_call_whose_media_are_lost_goes_to_the_dialplan() -> None:
    call = Conversing()
    call.greets()
    commands = call.happens(on.SpeechStarted(UtteranceId("u1")), on.MediaLost())
    assert commands[-1] == do.Leave("media-lost")
    assert call.session.next_deadline() is None
    assert call.happens(on.SpeechEnded(UtteranceId("u1"), 480)) == []


@pytest.mark.parametrize("is_heard", [False, True])
def test_a_caller_who_said_goodbye_is_not_sent_to_the_dialplan(is_heard: bool) -> None:
    call = Conversing()
    call.greets()
    call.speaks("Goodbye!")
    if is_heard:
        call.hears_all()
    assert call.happens(on.MediaLost())[-1] == do.HangUp(16)
    assert call.happens(on.MediaLost()) == []
    call.happens(on.HungUp(16))
    assert call.world.written[0].outcome is Outcome.RESOLVED


def test_media_that_end_after_the_hangup_change_nothing() -> None:
    call = Conversing()
    call.greets()
    call.speaks("Goodbye!")
    call.hears_all()
    assert call.waits() == [do.HangUp(16)]
    assert call.session.state is CallState.CLEARING
    assert call.happens(on.MediaLost()) == []
    call.happens(on.HungUp(16))
    (record,) = call.world.written
    assert (record.outcome, record.handled_by) == (Outcome.RESOLVED, HandledBy.AGENT)


@pytest.mark.parametrize("stage", range(4))
def test_a_call_given_up_is_handed_over_whatever_its_state(stage: int) -> None:
    call = Conversing()
    steps = (
        lambda: None,
        lambda: call.happens(on.Claimed()),
        lambda: call.happens(on.Connected(), on.CallerAudible()),
        lambda: (call.speaks("bye"), call.hears_all(), call.waits()),
    )
    for step in steps[: stage + 1]:
        step()
    assert call.happens(on.GivenUp("agent-stopped"))[-1] == do.Leave("agent-stopped")
    assert call.happens(on.GivenUp("agent-stopped")) == []
    call.happens(on.LeftStasis())
    assert call.world.written[0].handled_by is HandledBy.DIALPLAN


def test_speech_that_cannot_be_made_twice_hands_the_call_over() -> None:
    call = Conversing()
    call.connects()
    for _ in range(2):
        commands = call.happens(on.PhraseFailed(next(iter(call.world.saying)), "inference"))
    assert commands == [do.Leave("speech-unavailable")]
    assert call.session.state is CallState.LEAVING
    call.happens(on.LeftStasis())
    assert call.world.written[0].outcome is Outcome.FAILED


def test_the_record_tells_the_whole_call() -> None:
    call = Conversing(context=a_context(is_recorded=True))
    call.greets()
    call.speaks("Where are you?")
    call.finds(Candidate("address", 0.9))
    call.hears_all()
    call.happens(on.HungUp(19))
    (record,) = call.world.written
    assert record.facts == call.context.facts
    assert (record.business, record.agent) == ("Lakeside Bikes", "voicebot-a-1")
    assert record.started_at == STARTED_AT
    assert record.answered_at == STARTED_AT + timedelta(seconds=2 * TICK_S)
    assert record.ended_at == STARTED_AT + timedelta(seconds=call.t)
    assert (record.outcome, record.hangup_cause) == (Outcome.RESOLVED, 19)
    assert [turn.heard for turn in record.turns] == ["", "Where are you?"]
    assert record.turns[1].fact_id == "address"
    assert record.recording_caller == "asterisk/spool/monitor/node1-1.1-caller.wav"
    assert record.recording_agent == "asterisk/spool/monitor/node1-1.1-agent.wav"


def test_a_call_that_was_never_answered_has_no_recording() -> None:
    call = Conversing(context=a_context(is_recorded=True))
    call.happens(on.HungUp(16))
    (record,) = call.world.written
    assert (record.recording_caller, record.recording_agent) == (None, None)
    assert record.outcome is Outcome.ABANDONED


def test_an_event_nobody_foresaw_is_our_bug() -> None:
    with pytest.raises(IllegalTransition, match="Connected is not expected in state offered"):
        Conversing().happens(on.Connected())


def test_a_context_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="facts"):
        load_context("{}")


# --- whatever happens, in any order --------------------------------------------------------

CALL_ENDS = (on.HungUp(16), on.LeftStasis(), on.MediaLost(), on.GivenUp("agent-stopped"))


def play_on(call: PlayedCall, choice: int) -> None:
    """One more of the things that may happen, chosen by number."""
    if call.session.state is CallState.OFFERED:
        call.happens(on.Claimed())
        return
    if call.session.state is CallState.CONNECTING:
        call.happens(on.Connected())
        return
    if choice % 8 == 0 and call.session.next_deadline() is not None:
        call.waits()
        return
    call.happens(call.world.plausible(choice // 8))


choices = st.lists(st.integers(0, 9_999), min_size=5, max_size=60)


@given(choices)
def test_the_caller_never_sits_in_dead_air(chosen: list[int]) -> None:
    call = PlayedCall()
    for choice in chosen:
        play_on(call, choice)
        assert_something_is_to_come(call)


@given(choices)
def test_every_call_comes_to_its_end_when_the_caller_falls_silent(chosen: list[int]) -> None:
    call = PlayedCall()
    call.connects()
    for choice in chosen:
        play_on(call, choice)
    for _ in range(200):
        if call.session.state in (CallState.CLEARING, CallState.LEAVING):
            break
        if call.session.state is CallState.CONNECTING:
            call.happens(on.Connected())
        elif call.world.speaking is not None:
            call.happens(*call.world.caller_events())
        elif results := call.world.results():
            call.happens(results[0][0])
        else:
            call.waits()
    assert call.session.state in (CallState.CLEARING, CallState.LEAVING)
    assert call.world.hung_up + call.world.left == 1


@given(choices, st.lists(st.sampled_from(CALL_ENDS), max_size=4), choices)
def test_a_call_ends_in_exactly_one_record_and_then_does_nothing(
    before: list[int], ends: list[on.CallEvent], after: list[int]
) -> None:
    call = PlayedCall()
    call.connects()
    for choice in before:
        play_on(call, choice)
    for event in ends:
        call.happens(event)
    call.happens(on.HungUp(16))
    assert len(call.world.written) == 1
    silent = World(past=call.world.past)
    call.world = silent
    for choice in after:
        play_on(call, choice)
    call.happens(*CALL_ENDS)
    assert silent == World(
        past=silent.past,
        speaking=silent.speaking,
        utterances=silent.utterances,
        pause=silent.pause,
        pauses=silent.pauses,
        started=silent.started,
        is_away=silent.is_away,
    )
    assert call.session.next_deadline() is None


@given(choices)
def test_a_call_is_hung_up_or_handed_over_once_at_most(chosen: list[int]) -> None:
    call = PlayedCall()
    call.connects()
    for choice in chosen:
        play_on(call, choice)
    assert call.world.hung_up + call.world.left <= 1
    assert call.world.written == []


@given(choices)
def test_turns_are_numbered_in_order_and_record_only_what_was_said(chosen: list[int]) -> None:
    call = PlayedCall()
    call.connects()
    for choice in chosen:
        play_on(call, choice)
    call.happens(on.HungUp(16))
    turns = call.world.written[0].turns
    numbers = [turn.number for turn in turns]
    assert numbers == sorted(set(numbers))
    for turn in turns:
        words = iter(turn.said.split())
        assert all(word in words for word in turn.said_heard.split()), "heard is a part of said"
        timings = turn.timings
        measured = (
            timings.endpointing_ms,
            timings.recognition_ms,
            timings.retrieval_ms,
            timings.first_phrase_ms,
            timings.synthesis_ms,
            timings.total_ms,
        )
        assert all(value is None or value >= 0 for value in measured)


@given(choices)
def test_the_agent_is_interruptible_only_while_it_may_be_heard(chosen: list[int]) -> None:
    call = PlayedCall()
    for choice in chosen:
        play_on(call, choice)
        turn = call.context.conversation.turn
        if call.session.agent_is_audible:
            assert turn is not None
            assert turn.is_audible


def test_a_fresh_conversation_has_said_nothing() -> None:
    session = CallSession(a_business(), a_context(), 0.0)
    assert session.context(1.5).conversation == ConversationState()
    assert session.context(1.5).taken_s == 1.5
