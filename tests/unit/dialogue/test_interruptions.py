"""What a sound over an answer does to it, told as conversations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.sample_business import ADDRESS
from tests.unit.dialogue.conversing import Conversing, a_call
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import UtteranceId
from voicebot.calls.session import dump_context, load_context
from voicebot.dialogue.conversation_state import Phase
from voicebot.dialogue.interruption import (
    LONGEST_SILENCE_S,
    LONGEST_SOUND_S,
    SURE_CONFIDENCE,
    SURE_OF_SEVERAL_CONFIDENCE,
)

SO_FAR, ALL = UtteranceId("u2"), UtteranceId("u2.2")


def an_answer_is_spoken_over() -> Conversing:
    call = a_call()
    call.asks_where()
    call.begins_to_hear()
    assert call.begins_to_speak() == [do.PauseSpeaking()]
    return call


def test_a_cough_has_the_agent_pause_and_go_on() -> None:
    call = an_answer_is_spoken_over()
    assert call.happens(on.SpeechPaused(SO_FAR, 140)) == [do.Recognize(SO_FAR)]
    assert call.happens(on.Transcribed(SO_FAR, "")) == [do.ResumeSpeaking()]
    assert call.happens(on.SpeechEnded(SO_FAR, 240)) == []
    assert call.context.conversation.interruption is None
    call.hears_all()
    assert (call.last_record.said_heard, call.last_record.was_interrupted) == (ADDRESS, False)


def test_words_stop_the_agent_for_good_while_the_caller_still_speaks() -> None:
    call = an_answer_is_spoken_over()
    assert call.happens(on.SpeechLasted(SO_FAR, 400)) == [do.Recognize(SO_FAR)]
    assert call.happens(on.Transcribed(SO_FAR, "Wait, how")) == [do.StopSpeaking()]
    assert call.phase() is Phase.HEARING
    call.happens(on.SpeechEnded(ALL, 480), on.Transcribed(ALL, "Wait, how much is it?"))
    assert call.sought == "Wait, how much is it?"


def test_words_that_end_soon_are_answered_when_they_are_over() -> None:
    call = an_answer_is_spoken_over()
    call.happens(on.SpeechPaused(SO_FAR, 140))
    commands = call.happens(on.Transcribed(SO_FAR, "How much is it?"))
    assert commands == [do.StopSpeaking()]
    assert call.sought == "How much is it?"
    assert call.happens(on.SpeechEnded(SO_FAR, 480))[0] == do.Confirm()


def test_a_caller_who_goes_on_after_such_a_pause_is_understood_whole() -> None:
    call = an_answer_is_spoken_over()
    call.happens(on.SpeechPaused(SO_FAR, 140), on.Transcribed(SO_FAR, "How much"))
    call.happens(on.SpeechResumed(), on.SpeechEnded(ALL, 480))
    call.happens(on.Transcribed(ALL, "How much is it?"))
    assert call.sought == "How much is it?"


def test_a_longer_part_of_the_same_sound_replaces_the_shorter() -> None:
    call = an_answer_is_spoken_over()
    call.happens(on.SpeechLasted(SO_FAR, 400))
    commands = call.happens(on.SpeechPaused(ALL, 140))
    assert commands == [do.CancelRecognition(SO_FAR), do.Recognize(ALL)]


def test_agreement_that_goes_on_may_be_the_beginning_of_a_question() -> None:
    call = an_answer_is_spoken_over()
    call.happens(on.SpeechLasted(SO_FAR, 400))
    assert call.happens(on.Transcribed(SO_FAR, "Okay")) == []
    call.happens(on.SpeechPaused(ALL, 140))
    assert do.StopSpeaking() in call.happens(on.Transcribed(ALL, "Okay, but how much?"))


def test_an_agent_nobody_can_tell_in_time_goes_on_and_late_words_still_stop_it() -> None:
    call = an_answer_is_spoken_over()
    call.happens(on.SpeechPaused(SO_FAR, 140))
    assert call.acts_in_s == pytest.approx(LONGEST_SILENCE_S)
    assert call.waits() == [do.ResumeSpeaking()]
    assert call.happens(on.SpeechEnded(SO_FAR, 480)) == []
    assert do.StopSpeaking() in call.happens(on.Transcribed(SO_FAR, "Stop"))
    assert call.sought == "Stop"


@pytest.mark.parametrize(
    ("text", "surely"),
    [("Stop.", SURE_CONFIDENCE), ("in my mom.", SURE_OF_SEVERAL_CONFIDENCE)],
)
def test_words_that_the_recognizer_only_guessed_stop_nobody(text: str, surely: float) -> None:
    call = an_answer_is_spoken_over()
    call.happens(on.SpeechPaused(SO_FAR, 140))
    guessed = on.Transcribed(SO_FAR, text, surely - 0.01)
    assert call.happens(guessed) == [do.ResumeSpeaking()]
    call.happens(on.SpeechResumed(), on.SpeechPaused(ALL, 140))
    assert do.StopSpeaking() in call.happens(on.Transcribed(ALL, text, surely))


def test_a_sound_without_end_does_not_hold_the_answer() -> None:
    call = an_answer_is_spoken_over()
    assert call.acts_in_s == pytest.approx(LONGEST_SOUND_S)
    assert call.waits() == [do.ResumeSpeaking()]


def test_a_sound_after_the_agent_went_on_has_it_pause_again() -> None:
    call = an_answer_is_spoken_over()
    call.happens(on.SpeechPaused(SO_FAR, 140), on.Transcribed(SO_FAR, ""))
    assert call.happens(on.SpeechResumed()) == [do.PauseSpeaking()]
    assert call.happens(on.SpeechPaused(ALL, 140)) == [do.Recognize(ALL)]
    assert call.happens(on.RecognitionFailed(ALL, "inference-timeout")) == [do.ResumeSpeaking()]


def test_a_second_sound_while_the_first_is_awaited_is_judged_with_it() -> None:
    call = an_answer_is_spoken_over()
    call.happens(on.SpeechPaused(SO_FAR, 140), on.SpeechEnded(SO_FAR, 480))
    second = UtteranceId("u3")
    call.happens(on.SpeechStarted(second), on.SpeechEnded(second, 480))
    assert call.happens(on.Transcribed(second, "")) == []
    assert do.StopSpeaking() in call.happens(on.Transcribed(SO_FAR, "Stop"))
    assert call.sought == "Stop"


def test_what_is_begun_over_the_last_word_is_an_utterance_like_any_other() -> None:
    call = a_call()
    call.asks_where()
    phrase_id = call.begins_to_hear()
    call.begins_to_speak()
    assert do.ResumeSpeaking() in call.happens(on.PhrasePlayed(phrase_id))
    assert call.phase() is Phase.HEARING
    call.finishes("How long does a repair take?")
    assert call.sought == "How long does a repair take?"


def test_a_key_over_an_answer_stops_it_whatever_is_being_said() -> None:
    call = an_answer_is_spoken_over()
    call.happens(on.SpeechPaused(SO_FAR, 140))
    commands = call.happens(on.KeyPressed("5"))
    assert commands[:2] == [do.CancelRecognition(SO_FAR), do.StopSpeaking()]
    assert call.context.conversation.interruption is None


def test_an_answer_put_on_hold_is_stopped_and_said_again_afterwards() -> None:
    call = an_answer_is_spoken_over()
    assert do.StopSpeaking() in call.happens(on.PutOnHold())
    assert call.context.conversation.interruption is None


def test_another_process_knows_of_the_interruption() -> None:
    call = an_answer_is_spoken_over()
    call.happens(on.SpeechPaused(SO_FAR, 140))
    context = call.session.context(call.now)
    assert load_context(dump_context(context)) == context


@given(st.lists(st.sampled_from(["", "Uh-huh.", "Okay.", "lasted", "resumed"]), max_size=12))
def test_sounds_of_listening_never_cost_a_word_of_the_answer(sounds: list[str]) -> None:
    call = an_answer_is_spoken_over()
    for number, sound in enumerate(sounds):
        part = UtteranceId(f"u2.{number}")
        if sound == "lasted":
            call.happens(on.SpeechLasted(part, 400))
        elif sound == "resumed":
            call.happens(on.SpeechResumed())
        else:
            call.happens(on.SpeechPaused(part, 140))
            call.happens(on.Transcribed(part, sound))
    if call.world.is_paused:
        call.waits()
    assert not call.world.is_paused
    call.hears_all()
    assert call.last_record.said_heard == ADDRESS
    assert not call.last_record.was_interrupted
