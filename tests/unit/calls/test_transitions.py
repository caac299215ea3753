"""The table of a call's states, pair by pair."""

from itertools import product
from typing import get_args

import pytest

from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import Leaving, Outcome, PhraseId, ReplyId, TransferResult, UtteranceId
from voicebot.calls.transitions import DECISIONS, TRANSITIONS, CallState, next_state
from voicebot.dialogue.agent import Say
from voicebot.errors import IllegalTransition

UTTERANCE, REPLY, PHRASE = UtteranceId("u1"), ReplyId("1.1"), PhraseId("1.1.0")
ONE_OF_EACH: tuple[on.CallEvent, ...] = (
    on.Claimed(),
    on.Enqueued(),
    on.Admitted(),
    on.LineLeft("line-full", Leaving.TURNED_AWAY),
    on.Connected(),
    on.ConnectFailed("media-connect-failed"),
    on.CallerAudible(),
    on.CallerInaudible(),
    on.SpeechStarted(UTTERANCE),
    on.SpeechLasted(UTTERANCE, 400),
    on.SpeechPaused(UTTERANCE, 200),
    on.SpeechResumed(),
    on.SpeechEnded(UTTERANCE, 480),
    on.Transcribed(UTTERANCE, "hello"),
    on.RecognitionFailed(UTTERANCE, "inference-timeout"),
    on.Retrieved(REPLY),
    on.Stepped(REPLY, Say("Hello!")),
    on.ThinkingDone(REPLY, {"offered": "address"}),
    on.ThinkingFailed(REPLY, "inference-timeout"),
    on.Promised(Outcome.MESSAGE_TAKEN),
    on.PhraseStarted(PHRASE, 70),
    on.PhrasePlayed(PHRASE),
    on.PhraseFailed(PHRASE, "inference-timeout"),
    on.Silenced(()),
    on.BeepHeard(),
    on.KeyPressed("1"),
    on.PutOnHold(),
    on.TakenOffHold(),
    on.OperatorTook("maria"),
    on.CameBack(TransferResult.BUSY),
    on.MediaLost(),
    on.GivenUp("agent-stopped"),
    on.HungUp(16),
    on.LeftStasis(),
    on.HangUpOrdered(),
    on.TransferOrdered("workshop"),
)
AWAY = (CallState.TRANSFERRING, CallState.WITH_OPERATOR)
PAIRS = [
    pytest.param(state, event, id=f"{state}-{type(event).__name__}")
    for state, event in product(CallState, ONE_OF_EACH)
]


def test_every_kind_of_event_is_tried() -> None:
    assert {type(event) for event in ONE_OF_EACH} == set(get_args(on.CallEvent))


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_a_pair_is_in_the_table_or_our_bug(state: CallState, event: on.CallEvent) -> None:
    if (state, type(event)) in TRANSITIONS:
        assert next_state(state, event) is TRANSITIONS[state, type(event)]
        return
    with pytest.raises(IllegalTransition) as caught:
        next_state(state, event)
    assert (caught.value.state, caught.value.event) == (state.value, type(event).__name__)


@pytest.mark.parametrize("state", CallState)
def test_every_state_accepts_the_end_of_the_call(state: CallState) -> None:
    assert next_state(state, on.HungUp(16)) is CallState.ENDED


@pytest.mark.parametrize("state", CallState)
def test_a_caller_on_the_way_to_a_person_leaves_stasis_and_the_call_goes_on(
    state: CallState,
) -> None:
    expected = state if state in AWAY else CallState.ENDED
    assert next_state(state, on.LeftStasis()) is expected


@pytest.mark.parametrize("event", ONE_OF_EACH)
def test_an_ended_call_stays_ended_whatever_comes_late(event: on.CallEvent) -> None:
    assert next_state(CallState.ENDED, event) is CallState.ENDED


@pytest.mark.parametrize("state", CallState)
def test_a_call_can_be_given_up_in_every_state(state: CallState) -> None:
    """One that is with a person, or on the way there, is not ours to send elsewhere."""
    expected = state if state in (*AWAY, CallState.ENDED) else CallState.LEAVING
    assert next_state(state, on.GivenUp("agent-stopped")) is expected


@pytest.mark.parametrize("event", [on.CallerAudible(), on.KeyPressed("1"), on.MediaLost()])
def test_what_the_caller_does_while_being_connected_is_no_bug(event: on.CallEvent) -> None:
    assert next_state(CallState.CONNECTING, event) is CallState.CONNECTING


@pytest.mark.parametrize("state", [CallState.CLEARING, CallState.LEAVING, CallState.ENDED])
def test_nothing_brings_a_finished_call_back_to_talking(state: CallState) -> None:
    reached = {TRANSITIONS[pair] for pair in TRANSITIONS if pair[0] is state}
    assert reached <= {state, CallState.LEAVING, CallState.ENDED}


def test_every_state_can_be_reached() -> None:
    reached, following = {CallState.OFFERED}, {CallState.OFFERED}
    while following:
        following = {
            target for (state, _), target in TRANSITIONS.items() if state in following
        } - reached
        reached |= following
        if CallState.TALKING in reached:
            following |= set(DECISIONS.values()) - reached
            reached |= following
    assert reached == set(CallState)


def test_hanging_up_and_leaving_are_decisions_with_a_state_of_their_own() -> None:
    assert {
        do.HangUp: CallState.CLEARING,
        do.Leave: CallState.LEAVING,
        do.Transfer: CallState.TRANSFERRING,
    } == DECISIONS
