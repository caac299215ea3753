"""What callers say to show that they listen."""

import pytest

from tests.unit.dialogue.conversing import a_call
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import UtteranceId
from voicebot.dialogue.back_channel import is_back_channel
from voicebot.dialogue.conversation_state import END_RULES

ANSWER = "We are open until six."


@pytest.mark.parametrize(
    "heard", ["Uh-huh.", "Mm-hmm.", "Mhm", "uh huh", "Um...", "Oh, aha.", "MMM.", "Hmmm"]
)
def test_a_sound_of_listening_never_takes_the_floor(heard: str) -> None:
    assert is_back_channel(heard, ANSWER)
    assert is_back_channel(heard, "Shall I connect you?")


@pytest.mark.parametrize("heard", ["Yes.", "Yeah, yeah.", "Okay.", "I see.", "Right!", "Got it."])
def test_a_word_of_agreement_does_where_something_was_asked(heard: str) -> None:
    assert is_back_channel(heard, ANSWER)
    assert not is_back_channel(heard, "Shall I connect you?")


@pytest.mark.parametrize(
    "heard",
    ["", "No.", "Yes, but when?", "Okay, thanks, goodbye.", "Wait.", "What?", "Huh?", "Stop."],
)
def test_whoever_wants_something_has_the_floor(heard: str) -> None:
    assert not is_back_channel(heard, ANSWER)


def test_an_answer_goes_on_behind_a_sound_of_listening() -> None:
    call = a_call()
    answer = call.asks_where()
    call.begins_to_hear()
    assert call.begins_to_speak() == [do.PauseSpeaking()]
    utterance = call.world.speaking
    assert utterance is not None
    call.happens(on.SpeechPaused(utterance, 140))
    assert call.happens(on.Transcribed(utterance, "Uh-huh.")) == [do.ResumeSpeaking()]
    assert call.session.end_silence_ms == END_RULES.nothing_said_ms
    assert call.happens(on.SpeechEnded(utterance, 240)) == []
    call.hears_all()
    assert call.last_record.said_heard == answer
    assert not call.last_record.was_interrupted


def test_the_same_sound_into_silence_is_understood() -> None:
    call = a_call()
    call.happens(on.SpeechStarted(UtteranceId("u1")), on.SpeechEnded(UtteranceId("u1"), 480))
    call.happens(on.Transcribed(UtteranceId("u1"), "Okay."))
    assert call.thinking is not None
