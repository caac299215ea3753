"""A conversation's state, and its history, survive being stored."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from tests.fakes.sample_calls import a_turn
from voicebot.calls.model import (
    AnswerSource,
    Outcome,
    PhraseId,
    ReplyId,
    TransferResult,
    UtteranceId,
)
from voicebot.dialogue.agent import HandOver, Listen
from voicebot.dialogue.conversation_state import ConversationState, Phase, Unheard
from voicebot.dialogue.history import Exchange
from voicebot.dialogue.turn import Moments, OpenTurn, PhraseState, SpokenPhrase

STORED = TypeAdapter(ConversationState)


def test_everything_comes_back_as_it_was() -> None:
    turn = OpenTurn(
        number=2,
        started_s=1 / 3,
        utterances={UtteranceId("u2"): "Where", UtteranceId("u1"): None},
        phrases=[SpokenPhrase(PhraseId("2.1.0"), "Here.", PhraseState.AUDIBLE, "")],
        attempts=1,
        reply_id=ReplyId("2.1"),
        source=AnswerSource.MODEL,
        fact_id="address",
        pause=UtteranceId("u1"),
        keys="12",
        memory={"offered": "repairs", "form": {"name": "Ann"}},
        listen=Listen(end_silence_ms=1400, max_keys=5),
        ending=HandOver("workshop", "about tandems"),
        came_back=TransferResult.BUSY,
        is_interrupted=True,
        moments=Moments(0.1, 480, 0.2, 0.3, 0.4, 0.5, 70, True, 600),
    )
    state = ConversationState(
        phase=Phase.SPEAKING,
        turn=turn,
        stopping=OpenTurn(1, 0.0),
        next_number=3,
        attempts_before=2,
        history=[Exchange("Hi", "Hello.")],
        records=[a_turn(0)],
        unheard=Unheard("the rest", AnswerSource.FACT, "address", HandOver("workshop")),
        memory={"offered": "repairs"},
        listen=Listen(max_keys=3),
        is_recording_paused=True,
        promised=Outcome.MESSAGE_TAKEN,
        silent_prompts=1,
        wordless_since_s=3.5,
        failures_in_row=1,
        unrecognised_in_row=2,
        deadline_s=0.1 + 0.2,
        caller_took_leave=True,
    )
    restored = STORED.validate_json(STORED.dump_json(state))
    assert restored == state
    assert restored.turn is not None
    assert list(restored.turn.utterances) == ["u2", "u1"], "the order of speaking is kept"


def test_a_fresh_conversation_listens() -> None:
    state = ConversationState()
    assert state.phase is Phase.LISTENING
    assert STORED.validate_json(STORED.dump_json(state)) == state


@given(st.permutations(range(5)))
def test_turns_are_remembered_in_order_whenever_they_are_told(numbers: list[int]) -> None:
    state = ConversationState()
    for number in numbers:
        state.remember(replace(a_turn(number), heard=f"question {number}"))
    assert [record.number for record in state.records] == list(range(5))
    assert [item.heard for item in state.history] == [f"question {n}" for n in range(5)]
    assert {item.said for item in state.history} == {a_turn().said_heard}
