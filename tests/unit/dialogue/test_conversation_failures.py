"""What the agent does when recognizer, model or synthesizer fail, told as conversations."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.sample_business import a_business
from tests.unit.calls.playing import spoken
from tests.unit.dialogue.conversing import Conversing
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import AnswerSource, UtteranceId
from voicebot.dialogue.conversation_state import Phase
from voicebot.dialogue.limits import UNRECOGNISED_TO_GIVE_UP

PHRASES = a_business().phrases


def says_something_unrecognised(call: Conversing) -> list[do.Command]:
    call.has_spoken()
    failed = on.RecognitionFailed(call.world.recognizing[-1], "inference-timeout")
    commands = call.happens(failed)
    assert call.happens(failed) == [], "told twice, it has failed once"
    return commands


def test_a_model_that_fails_is_owned_up_to(call: Conversing) -> None:
    call.asks_the_model("Hello")
    failed = call.model_fails()
    assert spoken(failed) == PHRASES.trouble


def test_a_model_with_nothing_to_say_does_not_leave_silence(call: Conversing) -> None:
    call.asks_the_model("Hello")
    assert spoken(call.model_finishes()) == PHRASES.unknown


def test_a_model_that_fails_in_the_middle_has_said_what_it_said(call: Conversing) -> None:
    call.asks_the_model("Hello")
    call.model_says("Hello!")
    assert call.model_fails() == []
    call.hears_all()
    assert call.last_record.said_heard == "Hello!"


def test_a_recognizer_that_fails_has_the_caller_say_it_again(call: Conversing) -> None:
    call.has_spoken()
    failed = call.happens(on.RecognitionFailed(UtteranceId("u1"), "inference-timeout"))
    assert spoken(failed) == PHRASES.not_understood


def test_a_caller_whom_nobody_recognises_is_handed_over(call: Conversing) -> None:
    for _ in range(UNRECOGNISED_TO_GIVE_UP - 1):
        assert spoken(says_something_unrecognised(call)) == PHRASES.not_understood
        call.hears_all()
    assert says_something_unrecognised(call) == [do.Leave("recognition-unavailable")]
    assert call.phase() is Phase.OVER
    assert call.session.next_deadline() is None


@pytest.mark.parametrize("text", ["Where are you?", ""])
def test_any_transcript_shows_that_recognition_works(call: Conversing, text: str) -> None:
    for _ in range(4):
        for _ in range(UNRECOGNISED_TO_GIVE_UP - 1):
            assert spoken(says_something_unrecognised(call)) == PHRASES.not_understood
            call.hears_all()
        call.speaks(text)


def test_failures_while_the_caller_goes_on_count_too(call: Conversing) -> None:
    for _ in range(UNRECOGNISED_TO_GIVE_UP):
        call.has_spoken()
    call.begins_to_speak()
    *earlier, last = call.world.recognizing[:UNRECOGNISED_TO_GIVE_UP]
    for utterance_id in earlier:
        assert call.happens(on.RecognitionFailed(utterance_id, "inference-timeout")) == []
    leave = do.Leave("recognition-unavailable")
    assert call.happens(on.RecognitionFailed(last, "inference-timeout")) == [leave]


@given(st.lists(st.sampled_from(["", "Thank you.", None]), max_size=12))
def test_only_failures_in_a_row_hand_the_caller_over(texts: list[str | None]) -> None:
    """None: this utterance could not be recognised."""
    call, in_row = Conversing(), 0
    call.greets()
    for text in texts:
        in_row = in_row + 1 if text is None else 0
        commands = says_something_unrecognised(call) if text is None else call.speaks(text)
        gives_up = do.Leave("recognition-unavailable") in commands
        assert gives_up == (in_row >= UNRECOGNISED_TO_GIVE_UP)
        if gives_up:
            return
        call.hears_all()


def test_an_answer_that_cannot_be_spoken_is_owned_up_to_at_once(call: Conversing) -> None:
    call.asks_where()
    failed = on.PhraseFailed(next(iter(call.world.saying)), "inference-timeout")
    assert spoken(call.happens(failed)) == PHRASES.trouble
    assert call.happens(failed) == []
    call.hears_all()
    record = call.last_record
    assert record.said_heard == PHRASES.trouble
    assert record.source is AnswerSource.SCRIPT


def test_a_phrase_that_fails_amid_others_is_passed_over(call: Conversing) -> None:
    call.asks_how_long()
    call.happens(on.PhrasePlayed(call.begins_to_hear()))
    call.cannot_hear()
    assert call.last_record.said_heard == "Most repairs are done within two days."
    assert call.phase() is Phase.LISTENING


def test_two_failures_in_a_row_hand_the_call_over(call: Conversing) -> None:
    call.asks_where()
    commands: Sequence[do.Command] = ()
    for _ in range(2):
        commands = call.cannot_hear()
    assert commands == [do.Leave("speech-unavailable")]
    assert call.phase() is Phase.OVER
    assert call.begins_to_speak() == []


def test_a_phrase_heard_between_two_failures_forgives_the_first(call: Conversing) -> None:
    for _ in range(3):
        call.asks_where()
        failed = on.PhraseFailed(next(iter(call.world.saying)), "inference")
        assert spoken(call.happens(failed)) == PHRASES.trouble
        call.hears_all()
