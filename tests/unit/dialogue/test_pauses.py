"""What is prepared while the caller may still go on, and what becomes of it."""

import pytest

from tests.fakes.sample_business import ADDRESS, a_business
from tests.unit.calls.playing import spoken
from tests.unit.dialogue.conversing import Conversing, a_call
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import UtteranceId
from voicebot.dialogue.answers import Candidate
from voicebot.dialogue.conversation_state import END_RULES, Phase
from voicebot.dialogue.limits import LONGEST_HEARING_S

PHRASES = a_business().phrases
FIRST, WHOLE = UtteranceId("u1"), UtteranceId("u1.2")
PAUSE_MS, END_MS = 200, 480


@pytest.fixture
def call() -> Conversing:
    """A caller who has begun to speak, and pauses."""
    call = a_call()
    call.happens(on.SpeechStarted(FIRST))
    assert call.happens(on.SpeechPaused(FIRST, PAUSE_MS)) == [do.Recognize(FIRST)]
    return call


def prepares_the_address(call: Conversing) -> list[do.Command]:
    call.happens(on.Transcribed(FIRST, "Where are you?"))
    return call.finds(Candidate("address", 0.9))


def held(commands: list[do.Command]) -> list[bool]:
    return [command.is_held for command in commands if isinstance(command, do.Say)]


def test_an_answer_is_made_in_the_pause_and_spoken_at_the_end(call: Conversing) -> None:
    commands = prepares_the_address(call)
    assert spoken(commands) == ADDRESS
    assert all(held(commands))
    assert call.happens(on.SpeechEnded(FIRST, END_MS)) == [do.Confirm()]
    call.hears_all()
    assert (call.last_record.heard, call.last_record.said_heard) == ("Where are you?", ADDRESS)


def test_a_voice_that_is_kept_up_makes_the_agent_wait() -> None:
    waits_ms = []
    for has_fallen in (True, False):
        call = a_call()
        call.happens(on.SpeechStarted(FIRST), on.SpeechPaused(FIRST, PAUSE_MS, has_fallen))
        call.happens(on.Transcribed(FIRST, "Please tell me more."))
        waits_ms.append(call.session.end_silence_ms)
    assert waits_ms == [END_RULES.complete_ms, END_RULES.kept_up_ms]


@pytest.mark.parametrize("length_ms", [300, 500])
def test_whoever_made_a_long_pause_is_given_more_time_from_then_on(length_ms: int) -> None:
    call = a_call()
    call.happens(on.SpeechStarted(FIRST), on.SpeechPaused(FIRST, PAUSE_MS))
    call.t += (length_ms - PAUSE_MS) / 1000
    call.happens(on.SpeechResumed(), on.SpeechPaused(WHOLE, PAUSE_MS))
    call.happens(on.Transcribed(WHOLE, "Please tell me more."))
    is_long = length_ms >= END_RULES.long_pause_ms
    assert call.session.end_silence_ms == (
        END_RULES.kept_up_ms if is_long else END_RULES.complete_ms
    )


def test_what_takes_longer_than_the_pause_is_spoken_when_it_is_there(call: Conversing) -> None:
    assert call.happens(on.SpeechEnded(FIRST, END_MS)) == [do.Confirm()]
    commands = prepares_the_address(call)
    assert spoken(commands) == ADDRESS
    assert not any(held(commands))


def test_whoever_goes_on_leaves_no_trace_of_what_was_prepared(call: Conversing) -> None:
    prepares_the_address(call)
    assert call.happens(on.SpeechResumed()) == [do.StopSpeaking()]
    assert call.happens(on.SpeechPaused(WHOLE, PAUSE_MS)) == [do.Recognize(WHOLE)]
    call.happens(on.Transcribed(WHOLE, "Where are you, and how long does a repair take?"))
    call.finds(Candidate("repairs", 0.9))
    call.happens(on.SpeechEnded(WHOLE, END_MS))
    call.hears_all()
    record = call.last_record
    assert record.heard == "Where are you, and how long does a repair take?"
    assert ADDRESS not in record.said
    assert record.number == 1


def test_words_that_nobody_needs_any_more_are_not_recognised(call: Conversing) -> None:
    assert call.happens(on.SpeechResumed()) == [do.CancelRecognition(FIRST)]
    assert call.happens(on.Transcribed(FIRST, "Where")) == []


def test_an_agent_that_thinks_about_half_a_sentence_is_stopped(call: Conversing) -> None:
    call.happens(on.Transcribed(FIRST, "Where are you"))
    (reply_id,) = call.world.thinking
    assert call.happens(on.SpeechResumed()) == [do.CancelThinking(reply_id)]


def test_a_noise_is_known_for_one_only_when_the_turn_is_over(call: Conversing) -> None:
    assert call.happens(on.Transcribed(FIRST, "")) == []
    call.happens(on.SpeechEnded(FIRST, 240))
    assert call.phase() is Phase.LISTENING


def test_an_answer_that_a_noise_cut_short_goes_on_after_it() -> None:
    call = a_call()
    call.asks_where()
    call.begins_to_hear()
    call.interrupts(300)
    assert call.world.speaking is not None
    noise = UtteranceId(f"{call.world.speaking}")
    call.happens(on.SpeechPaused(noise, PAUSE_MS))
    assert spoken(call.happens(on.Transcribed(noise, ""))) == ""
    assert spoken(call.happens(on.SpeechEnded(noise, 240))) == ADDRESS


def test_recognition_that_fails_in_a_pause_is_tried_again_at_the_end(call: Conversing) -> None:
    call.happens(on.RecognitionFailed(FIRST, "inference-timeout"))
    assert call.happens(on.SpeechEnded(FIRST, END_MS)) == [do.Recognize(FIRST)]
    assert call.context.conversation.unrecognised_in_row == 0


def test_a_key_in_the_pause_is_understood_with_the_words(call: Conversing) -> None:
    prepares_the_address(call)
    assert call.happens(on.KeyPressed("7")) == [do.StopSpeaking()]
    call.happens(on.SpeechEnded(FIRST, END_MS), on.Transcribed(FIRST, "Where are you?"))
    turn = call.context.conversation.turn
    assert turn is not None
    assert (turn.heard, turn.keys) == ("Where are you?", "7")


def test_nobody_is_put_off_while_it_is_their_turn(call: Conversing) -> None:
    assert call.acts_in_s == pytest.approx(LONGEST_HEARING_S)


def test_a_pause_that_nobody_ends_is_the_end(call: Conversing) -> None:
    prepares_the_address(call)
    assert call.waits() == [do.Confirm()]


def test_the_stages_are_timed_from_the_last_word(call: Conversing) -> None:
    prepares_the_address(call)
    for _ in range(16):
        call.happens(on.CallerAudible())
    call.happens(on.SpeechEnded(FIRST, END_MS))
    call.hears_all()
    timings = call.last_record.timings
    assert timings.endpointing_ms == END_MS
    assert timings.total_ms is not None
    # 16 ticks, the end, and the phrase that began: counted from the pause.
    assert timings.total_ms == PAUSE_MS + round(1000 * (2 + 16 + 2) / 64)


def test_how_long_a_pause_may_last_depends_on_the_words() -> None:
    call = a_call()
    call.happens(on.SpeechStarted(FIRST))
    lasts = [call.session.end_silence_ms]
    call.happens(on.SpeechPaused(FIRST, PAUSE_MS))
    lasts.append(call.session.end_silence_ms)
    call.happens(on.Transcribed(FIRST, "Where are you?"))
    lasts.append(call.session.end_silence_ms)
    call.finds(Candidate("address", 0.9))
    lasts.append(call.session.end_silence_ms)
    call.happens(on.SpeechResumed(), on.SpeechPaused(WHOLE, PAUSE_MS))
    call.happens(on.Transcribed(WHOLE, "Where are you and"))
    lasts.append(call.session.end_silence_ms)
    assert lasts == [
        None,
        END_RULES.unknown_ms,
        END_RULES.complete_ms,
        END_RULES.answered_ms,
        END_RULES.incomplete_ms,
    ]
