from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.fakes.sample_calls import a_turn
from voicebot.calls.model import (
    CallFacts,
    CallId,
    ChannelId,
    PhraseId,
    Route,
    StageTimings,
    Tier,
    UtteranceId,
)
from voicebot.calls.session import CallContext, dump_context
from voicebot.calls.transitions import CallState
from voicebot.dialogue.conversation_state import ConversationState, Phase
from voicebot.dialogue.turn import OpenTurn, PhraseState, SpokenPhrase
from voicebot.panel.running_call import RunningCall, running_call

ID = CallId("a")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
OVER = replace(
    a_turn(0),
    said="We are open. Anything else?",
    said_heard="We are open.",
    timings=StageTimings(total_ms=612),
    route=Route(Tier.LARGE, "long"),
)


def saved(state: CallState = CallState.TALKING, **values: object) -> str:
    facts = CallFacts(ID, ChannelId("a"), "+43660", "100", "ulaw")
    conversation = ConversationState(phase=Phase.SPEAKING, records=[OVER])
    for name, value in values.items():
        setattr(conversation, name, value)
    return dump_context(CallContext(facts, "node1-1", NOON, state, conversation=conversation))


def seen(text: str) -> RunningCall:
    found = running_call(ID, text)
    assert found is not None
    return found


def test_a_turn_that_is_over_tells_what_was_heard_of_it_and_what_was_not() -> None:
    (turn,) = seen(saved()).turns
    assert (turn.said, turn.to_come, turn.is_over) == ("We are open.", "Anything else?", True)
    assert (turn.latency_ms, turn.tier) == (612, "llm.large")


def test_the_turn_in_progress_comes_last_with_what_is_known_of_it() -> None:
    phrases = [
        SpokenPhrase(PhraseId("0"), "One moment.", PhraseState.PLAYED, is_filler=True),
        SpokenPhrase(PhraseId("1"), "Until six.", PhraseState.AUDIBLE),
        SpokenPhrase(PhraseId("2"), "On Sunday until four."),
    ]
    utterances = {UtteranceId("u1"): "When do you close?", UtteranceId("u2"): None}
    call = seen(saved(turn=OpenTurn(1, 5.0, utterances, phrases)))
    turn = call.turns[-1]
    assert (turn.number, turn.heard) == (1, "When do you close?")
    assert (turn.said, turn.to_come) == ("Until six.", "On Sunday until four.")
    assert not turn.is_over
    assert call.latency_ms == 612


def test_a_card_number_is_not_shown_even_while_it_is_said() -> None:
    said: dict[UtteranceId, str | None] = {UtteranceId("u"): "it is 4242 4242 4242 4242"}
    assert "4242" not in seen(saved(turn=OpenTurn(1, 5.0, said))).turns[-1].heard


@pytest.mark.parametrize(("state", "is_over"), [("talking", False), ("leaving", True)])
def test_a_call_that_leaves_is_over(state: str, is_over: bool) -> None:
    assert seen(saved(CallState(state))).is_over is is_over


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"facts": 1}'])
def test_what_is_no_context_is_none(text: str | None) -> None:
    assert running_call(ID, text) is None
