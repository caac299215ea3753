"""What a caller hears while the answer is not there yet, told as conversations."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.sample_business import ADDRESS, a_business
from tests.unit.calls.playing import spoken
from tests.unit.dialogue.conversing import Conversing, a_call
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import UtteranceId
from voicebot.dialogue.answers import Candidate
from voicebot.dialogue.business_parts import Part
from voicebot.dialogue.conversation import Conversation
from voicebot.dialogue.conversation_state import FILLER_AFTER_S, OWN_UP_AFTER_S, PUT_OFF_AFTER_S
from voicebot.dialogue.patience import PUT_OFF_AFTER_FILLER_S
from voicebot.dialogue.phrases import split

BUSINESS = a_business()
PHRASES = BUSINESS.phrases
TROUBLE = split(PHRASES.trouble)[0]
AT = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def fills(call: Conversing) -> str:
    call.speaks("Do you sell elephants?")
    return spoken(call.waits())


def answers(call: Conversing) -> None:
    call.finds(Candidate("address", 0.9))
    call.hears_all()


def test_a_second_after_the_last_sound_the_agent_says_that_it_thinks(call: Conversing) -> None:
    call.speaks("Do you sell elephants?")
    assert call.acts_in_s is not None
    assert call.acts_in_s < FILLER_AFTER_S
    assert spoken(call.waits()) == PHRASES.fillers[0]
    call.hears_all()
    assert spoken(call.finds(Candidate("address", 0.9))) == ADDRESS
    call.hears_all()
    assert call.last_record.said == ADDRESS, "history holds no filler"


def test_two_turns_in_a_row_have_no_filler_each_and_the_next_has_another(
    call: Conversing,
) -> None:
    assert fills(call) == PHRASES.fillers[0]
    answers(call)
    assert fills(call) == PHRASES.one_moment
    answers(call)
    assert fills(call) == PHRASES.fillers[1]


def test_a_business_may_have_no_fillers() -> None:
    phrases = PHRASES.model_copy(update={"fillers": ()})
    call = a_call(phrases=phrases.model_dump(include={"fillers"}))
    call.speaks("Do you sell elephants?")
    assert call.waits() == []
    assert spoken(call.waits()) == PHRASES.one_moment


@given(st.floats(0.1, 1.4), st.integers(100, 1_400), st.booleans(), st.floats(0.5, 5.0))
def test_a_caller_is_asked_for_patience_at_most_twice_and_then_told(
    transcribed_s: float, silence_ms: int, has_words: bool, filler_after_s: float
) -> None:
    silence: Part = BUSINESS.silence.model_copy(update={"filler_after_s": filler_after_s})
    conversation = Conversation(BUSINESS.model_copy(update={"silence": silence}), AT)
    utterance = UtteranceId("u1")
    conversation.receive(on.SpeechStarted(utterance), 0.0)
    conversation.receive(on.SpeechEnded(utterance, silence_ms), 2.0)
    transcribed = False
    said: list[tuple[float, str]] = []
    while TROUBLE not in [text for _, text in said]:
        due_s = conversation.next_deadline_s()
        assert due_s is not None, "the caller would wait in vain"
        if not transcribed and has_words and due_s > 2.0 + transcribed_s:
            transcribed = True
            conversation.receive(on.Transcribed(utterance, "Where?"), 2.0 + transcribed_s)
            continue
        commands = conversation.on_deadline(due_s)
        said += [(due_s, command.text) for command in commands if isinstance(command, do.Say)]
    texts = [text for _, text in said]
    assert texts.index(PHRASES.one_moment) <= 1
    assert set(texts[: texts.index(PHRASES.one_moment)]) <= set(PHRASES.fillers)
    for at_s, text in said:
        if text in PHRASES.fillers:
            assert transcribed
            assert at_s >= 2.0 + filler_after_s - silence_ms / 1000 - 1e-6
    assert said[-1][0] <= 2.0 + PUT_OFF_AFTER_S + PUT_OFF_AFTER_FILLER_S + OWN_UP_AFTER_S


def test_once_words_of_the_answer_are_known_nobody_is_put_off(call: Conversing) -> None:
    call.speaks("Where are you?")
    call.finds(Candidate("address", 0.9))
    assert call.session.context(1.0).conversation.deadline_s == pytest.approx(None)
