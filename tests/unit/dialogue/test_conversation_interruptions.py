"""What becomes of an answer when the caller speaks, told as conversations."""

from tests.fakes.sample_business import ADDRESS, REPAIRS
from tests.unit.calls.playing import spoken
from tests.unit.dialogue.conversing import Conversing
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import AnswerSource, PhraseId, UtteranceId
from voicebot.dialogue.agent import Say
from voicebot.dialogue.answers import Candidate
from voicebot.dialogue.conversation_state import Phase
from voicebot.dialogue.history import Exchange
from voicebot.dialogue.interruption import SURELY_A_TURN_MS


def test_speech_stops_the_agent_and_only_what_was_heard_is_remembered(call: Conversing) -> None:
    call.asks_how_long()
    call.begins_to_hear()
    assert call.interrupts(500, 0) == [do.StopSpeaking()]
    record = call.last_record
    assert record.was_interrupted
    assert record.said == REPAIRS
    assert record.said_heard == "Most repairs are"
    heard = Exchange("How long does a repair take?", "Most repairs are")
    assert call.context.conversation.history[-1] == heard
    call.finishes("And how much is it?")
    assert call.sought == "And how much is it?"


def test_a_reply_still_being_made_is_cancelled(call: Conversing) -> None:
    call.asks_the_model("Hello")
    call.model_says("Hello!")
    call.begins_to_hear()
    thinking = call.thinking
    assert thinking is not None
    assert call.interrupts(500) == [do.CancelThinking(thinking.reply_id), do.StopSpeaking()]
    assert call.happens(on.Stepped(thinking.reply_id, Say("Anything else?"))) == []
    assert call.happens(on.ThinkingDone(thinking.reply_id, {})) == []


def test_a_noise_does_not_cost_the_rest_of_the_answer(call: Conversing) -> None:
    call.asks_how_long()
    call.happens(on.PhrasePlayed(call.begins_to_hear()))
    call.begins_to_hear()
    call.interrupts(400)
    assert spoken(call.finishes("")) == "A flat tire we fix while you wait."
    call.hears_all()
    record = call.last_record
    assert (record.source, record.fact_id) == (AnswerSource.FACT, "repairs")
    assert record.heard == ""


def test_two_noises_do_not_either(call: Conversing) -> None:
    call.asks_where()
    call.begins_to_hear()
    call.interrupts(400)
    call.finishes("")
    call.interrupts(0)
    assert spoken(call.finishes("")) == ADDRESS


def test_the_rest_is_dropped_when_the_caller_asked_something_else(call: Conversing) -> None:
    call.asks_where()
    call.begins_to_hear()
    call.interrupts(400)
    call.finishes("How long does a repair take?")
    call.finds(Candidate("repairs", 0.9))
    call.hears_all()
    assert call.speaks("") == []
    assert call.phase() is Phase.LISTENING


def test_the_rest_is_dropped_when_recognition_failed(call: Conversing) -> None:
    call.asks_where()
    call.begins_to_hear()
    call.interrupts(400)
    call.stops_speaking()
    call.happens(on.RecognitionFailed(call.world.recognizing[0], "inference-timeout"))
    call.hears_all()
    assert call.speaks("") == []


def test_a_mark_under_way_when_the_agent_is_stopped_still_counts(call: Conversing) -> None:
    call.asks_where()
    phrase_id = call.begins_to_hear()
    call.begins_to_speak()
    call.happens(on.SpeechLasted(UtteranceId("so far"), SURELY_A_TURN_MS))
    call.happens(on.PhrasePlayed(phrase_id))
    call.happens(on.Silenced(()))
    assert call.last_record.said_heard == ADDRESS
    assert call.finishes("") == [], "nothing is left to be said"


def test_a_caller_who_goes_on_before_the_answer_is_heard_is_understood_whole(
    call: Conversing,
) -> None:
    call.asks("How long does", "repairs")
    assert call.begins_to_speak() == [do.StopSpeaking()]
    call.finishes("a repair take?")
    assert call.sought == "How long does a repair take?"
    call.finds(Candidate("repairs", 0.9))
    call.hears_all()
    record = call.last_record
    assert (record.number, record.heard) == (1, "How long does a repair take?")
    assert record.said == REPAIRS
    assert not record.was_interrupted


def test_a_caller_who_goes_on_before_being_understood_is_understood_whole(
    call: Conversing,
) -> None:
    call.has_spoken()
    call.begins_to_speak()
    assert call.happens(on.Transcribed(UtteranceId("u1"), "How long does")) == []
    call.stops_speaking()
    call.happens(on.Transcribed(UtteranceId("u2"), "a repair take?"))
    assert call.sought == "How long does a repair take?"


def test_transcripts_out_of_order_are_joined_as_they_were_spoken(call: Conversing) -> None:
    call.has_spoken()
    call.has_spoken()
    assert call.happens(on.Transcribed(UtteranceId("u2"), "a repair take?")) == []
    call.happens(on.Transcribed(UtteranceId("u1"), "How long does"))
    assert call.sought == "How long does a repair take?"


def test_results_of_an_abandoned_answer_change_nothing(call: Conversing) -> None:
    call.speaks("How long does")
    thinking = call.thinking
    assert thinking is not None
    assert call.begins_to_speak() == [do.CancelThinking(thinking.reply_id)]
    call.finishes("a repair take?")
    for late in (
        on.Retrieved(thinking.reply_id),
        on.Stepped(thinking.reply_id, Say("Hello!")),
        on.ThinkingDone(thinking.reply_id, {"offered": "address"}),
        on.ThinkingFailed(thinking.reply_id, "inference-timeout"),
        on.PhrasePlayed(PhraseId("1.1.0")),
        on.PhraseFailed(PhraseId("1.1.0"), "inference-timeout"),
        on.PhraseStarted(PhraseId("1.1.0"), 5),
    ):
        assert call.happens(late) == []
    assert call.phase() is Phase.UNDERSTANDING


def test_a_result_told_twice_is_one_result(call: Conversing) -> None:
    call.speaks("Where are you?")
    assert call.happens(on.Transcribed(UtteranceId("u1"), "Goodbye")) == []
    assert call.happens(on.RecognitionFailed(UtteranceId("u1"), "inference-timeout")) == []
    call.finds(Candidate("address", 0.9))
    call.hears_all()
    assert call.last_record.heard == "Where are you?"


def test_a_second_interruption_does_not_wait_for_news_of_the_first(call: Conversing) -> None:
    """What was heard of the first is not known: nothing is taken as heard."""
    call.asks_where()
    call.begins_to_hear()
    call.begins_to_speak()
    lasted = on.SpeechLasted(UtteranceId("so far"), SURELY_A_TURN_MS)
    call.happens(lasted)
    call.finishes("How long does a repair take?")
    call.finds(Candidate("repairs", 0.9))
    call.begins_to_hear()
    call.begins_to_speak()
    stop, note = call.happens(lasted)
    assert stop == do.StopSpeaking()
    assert isinstance(note, do.NoteTurn)
    assert (note.turn.fact_id, note.turn.said_heard) == ("address", "")
