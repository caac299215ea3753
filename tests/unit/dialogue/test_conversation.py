"""What the agent does next, told as conversations. (Any order of events: calls/test_session.)"""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.sample_business import a_business
from tests.unit.calls.playing import STARTED_AT, spoken
from tests.unit.dialogue.conversing import Conversing
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import AnswerSource, PhraseId, ReplyId, TurnRecord, UtteranceId
from voicebot.dialogue.agent import Say
from voicebot.dialogue.answers import Candidate
from voicebot.dialogue.conversation import (
    AFTER_FAREWELL_S,
    LONGEST_HEARING_S,
    LONGEST_NOISE_S,
    UNRECOGNISED_TO_GIVE_UP,
    Conversation,
)
from voicebot.dialogue.conversation_state import ConversationState, Phase
from voicebot.dialogue.history import Exchange
from voicebot.turns.playback import HeardPhrase

PHRASES = a_business().phrases
ADDRESS = "We are at forty two Harbor Street."
REPAIRS = "Most repairs are done within two days. A flat tire we fix while you wait."
SURE_OF_REPAIRS = (Candidate("repairs", 0.9),)
PATIENCE_S = a_business().silence.patience_s


@pytest.fixture
def call() -> Conversing:
    """A call whose greeting was heard."""
    call = Conversing()
    call.greets()
    return call


def phase(call: Conversing) -> Phase:
    return call.context.conversation.phase


def is_told(call: Conversing, text: str, fact_id: str, score: float = 0.9) -> str:
    """The caller asks, and these are the words of the answer."""
    call.speaks(text)
    return spoken(call.finds(Candidate(fact_id, score)))


def asks_the_model(call: Conversing, text: str) -> None:
    call.speaks(text)
    call.finds()
    assert call.last_user_message == text


def begins_to_hear(call: Conversing) -> PhraseId:
    phrase_id = next(iter(call.world.saying))
    call.happens(on.PhraseStarted(phrase_id, 70))
    return phrase_id


def interrupts(call: Conversing, *heard_ms: int) -> list[do.Command]:
    """The caller speaks over the agent, having heard so much of each phrase's 1000 ms."""
    (started,) = call.world.caller_events()
    commands = call.happens(started)
    if call.world.stopping:
        parts = zip(call.world.stopping[0], heard_ms, strict=True)
        call.happens(on.Silenced(tuple(HeardPhrase(item, ms, 1000) for item, ms in parts)))
    return commands


def last_record(call: Conversing) -> TurnRecord:
    return call.context.conversation.records[-1]


def in_s(call: Conversing) -> float:
    deadline = call.session.next_deadline()
    assert deadline is not None
    return deadline - call.now


# --- a question and its answer --------------------------------------------------------------


def test_a_question_the_business_has_answered_is_answered_in_its_words(
    call: Conversing,
) -> None:
    assert is_told(call, "Where are you?", "address") == ADDRESS
    commands = call.hears_all()
    (note,) = commands
    assert isinstance(note, do.NoteTurn)
    turn = note.turn
    assert (turn.number, turn.heard) == (1, "Where are you?")
    assert (turn.said, turn.said_heard) == (ADDRESS, ADDRESS)
    assert (turn.source, turn.fact_id) == (AnswerSource.FACT, "address")
    assert not turn.was_interrupted
    assert phase(call) is Phase.LISTENING


def test_an_answer_that_depends_on_the_hour_minds_the_hour(call: Conversing) -> None:
    """The call begins on a Monday at 11:00 in Chicago."""
    assert is_told(call, "Are you open now?", "open-now") == "Yes, we are open right now."


def test_each_stage_of_a_turn_is_timed(call: Conversing) -> None:
    is_told(call, "Where are you?", "address")
    call.hears_all()
    timings = last_record(call).timings
    assert timings.endpointing_ms == 480
    assert timings.recognition_ms == 16  # one tick
    assert timings.retrieval_ms == 16
    assert timings.first_phrase_ms is None
    assert timings.synthesis_ms == 70
    assert timings.total_ms == 480 + 3 * 16 - 1


def test_a_reply_of_the_models_is_spoken_phrase_by_phrase(call: Conversing) -> None:
    asks_the_model(call, "I had a lovely day.")
    assert spoken(call.model_says("That sounds lovely!"))
    call.hears_all()
    assert phase(call) is Phase.SPEAKING, "there may be more to say"
    assert spoken(call.model_says("Anything else?"))
    call.model_finishes()
    call.hears_all()
    record = last_record(call)
    assert record.said_heard == "That sounds lovely! Anything else?"
    assert record.source is AnswerSource.MODEL
    assert record.timings.first_phrase_ms == 16
    assert phase(call) is Phase.LISTENING


def test_a_fact_of_the_models_own_is_replaced_by_not_knowing(call: Conversing) -> None:
    asks_the_model(call, "Do you sell elephants?")
    commands = call.model_says("Yes, for five dollars.")
    assert spoken(commands) == PHRASES.unknown
    call.hears_all()
    assert last_record(call).source is AnswerSource.SCRIPT


def test_what_follows_harmless_words_is_withheld_by_itself(call: Conversing) -> None:
    asks_the_model(call, "I like elephants.")
    call.model_says("That sounds lovely!")
    commands = call.model_says("They cost five dollars.")
    assert commands == []
    call.hears_all()
    assert last_record(call).said == "That sounds lovely!"
    assert phase(call) is Phase.LISTENING


@pytest.mark.parametrize("is_all_heard", [True, False])
def test_a_reply_withheld_after_its_beginning_was_heard_ends_the_turn(
    call: Conversing, is_all_heard: bool
) -> None:
    asks_the_model(call, "I like elephants.")
    call.model_says("That sounds lovely!")
    if is_all_heard:
        call.hears_all()
    call.model_says("They cost five dollars.")
    call.hears_all()
    assert phase(call) is Phase.LISTENING


def test_a_model_that_fails_is_owned_up_to(call: Conversing) -> None:
    asks_the_model(call, "Hello")
    failed = call.model_fails()
    assert spoken(failed) == PHRASES.trouble


def test_a_model_with_nothing_to_say_does_not_leave_silence(call: Conversing) -> None:
    asks_the_model(call, "Hello")
    assert spoken(call.model_finishes()) == PHRASES.unknown


def test_a_model_that_fails_in_the_middle_has_said_what_it_said(call: Conversing) -> None:
    asks_the_model(call, "Hello")
    call.model_says("Hello!")
    assert call.model_fails() == []
    call.hears_all()
    assert last_record(call).said_heard == "Hello!"


def test_a_recognizer_that_fails_has_the_caller_say_it_again(call: Conversing) -> None:
    call.happens(*call.world.caller_events())
    call.happens(*call.world.caller_events())
    failed = call.happens(on.RecognitionFailed(UtteranceId("u1"), "inference-timeout"))
    assert spoken(failed) == PHRASES.not_understood


def says_something_unrecognised(call: Conversing) -> list[do.Command]:
    call.happens(*call.world.caller_events())
    call.happens(*call.world.caller_events())
    failed = on.RecognitionFailed(call.world.recognizing[-1], "inference-timeout")
    commands = call.happens(failed)
    assert call.happens(failed) == [], "told twice, it has failed once"
    return commands


def test_a_caller_whom_nobody_recognises_is_handed_over(call: Conversing) -> None:
    for _ in range(UNRECOGNISED_TO_GIVE_UP - 1):
        assert spoken(says_something_unrecognised(call)) == PHRASES.not_understood
        call.hears_all()
    assert says_something_unrecognised(call) == [do.Leave("recognition-unavailable")]
    assert phase(call) is Phase.OVER
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
        call.happens(*call.world.caller_events())
        call.happens(*call.world.caller_events())
    call.happens(*call.world.caller_events())
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


# --- offers, goodbye, repeating ---------------------------------------------------------------


def test_a_near_match_is_asked_about_and_told_on_yes(call: Conversing) -> None:
    assert is_told(call, "Where?", "address", score=0.5) == "Do you mean our address?"
    call.hears_all()
    assert spoken(call.speaks("Yes, please.")) == ADDRESS
    call.hears_all()
    assert last_record(call).fact_id == "address"


@pytest.mark.parametrize("no", ["No.", "No, thanks."])
def test_an_offer_declined_is_followed_by_a_question(call: Conversing, no: str) -> None:
    is_told(call, "Where?", "address", score=0.5)
    call.hears_all()
    assert spoken(call.speaks(no)) == PHRASES.ask_again


def test_an_offer_answered_by_another_question_is_over(call: Conversing) -> None:
    is_told(call, "Where?", "address", score=0.5)
    call.hears_all()
    assert is_told(call, "No, how long does a repair take?", "repairs") == REPAIRS
    call.hears_all()
    call.speaks("Yes.")
    assert call.sought == "Yes."


def test_a_yes_that_goes_on_is_still_a_yes(call: Conversing) -> None:
    is_told(call, "Where?", "address", score=0.5)
    call.hears_all()
    call.speaks("Yes.")
    assert spoken(call.speaks("Yes, right.")) == ADDRESS


def test_an_offer_nobody_heard_cannot_be_taken(call: Conversing) -> None:
    is_told(call, "Where?", "address", score=0.5)
    call.speaks("I mean, how long does a repair take?")
    call.finds(*SURE_OF_REPAIRS)
    call.hears_all()
    call.speaks("Yes.")
    assert call.sought == "Yes."


def test_an_offer_survives_a_noise(call: Conversing) -> None:
    is_told(call, "Where?", "address", score=0.5)
    call.hears_all()
    call.speaks("")
    assert spoken(call.speaks("Yes.")) == ADDRESS


def test_an_offer_cut_short_by_a_noise_can_still_be_taken(call: Conversing) -> None:
    is_told(call, "Where?", "address", score=0.5)
    begins_to_hear(call)
    interrupts(call, 400)
    assert spoken(call.finishes("")) == "Do you mean our address?"
    call.hears_all()
    assert spoken(call.speaks("Yes.")) == ADDRESS


def test_goodbye_is_answered_and_then_the_call_ends(call: Conversing) -> None:
    assert spoken(call.speaks("That's all, goodbye!")) == PHRASES.farewell
    call.hears_all()
    assert in_s(call) == pytest.approx(AFTER_FAREWELL_S)
    assert call.waits() == [do.HangUp(16)]
    assert call.context.conversation.caller_took_leave


def test_no_thanks_without_an_offer_is_a_goodbye(call: Conversing) -> None:
    assert spoken(call.speaks("No, thank you.")) == PHRASES.farewell


def test_thanks_are_answered_from_the_script(call: Conversing) -> None:
    assert spoken(call.speaks("Thank you, that was very helpful.")) == PHRASES.welcome
    call.hears_all()
    assert phase(call) is Phase.LISTENING


def test_a_sentence_the_model_says_twice_is_said_once(call: Conversing) -> None:
    asks_the_model(call, "I had a lovely day.")
    call.model_says("That sounds lovely!")
    again = call.model_says("That sounds lovely!")
    assert again == []


def test_a_farewell_is_never_cut(call: Conversing) -> None:
    call.speaks("Goodbye!")
    begins_to_hear(call)
    assert interrupts(call) == []
    assert call.happens(*call.world.caller_events()) == []
    call.hears_all()
    assert call.waits() == [do.HangUp(16)]


def test_a_farewell_that_cannot_be_spoken_still_ends_the_call(call: Conversing) -> None:
    call.speaks("Goodbye!")
    while call.world.saying:
        call.happens(on.PhraseFailed(next(iter(call.world.saying)), "inference-timeout"))
    assert call.waits() == [do.HangUp(16)]


def test_what_was_said_is_said_again(call: Conversing) -> None:
    is_told(call, "How long does a repair take?", "repairs")
    call.hears_all()
    assert spoken(call.speaks("Sorry, could you say that again?")) == REPAIRS
    call.hears_all()
    record = last_record(call)
    assert (record.source, record.fact_id) == (AnswerSource.FACT, "repairs")


def test_an_answer_cut_short_is_repeated_whole(call: Conversing) -> None:
    is_told(call, "How long does a repair take?", "repairs")
    begins_to_hear(call)
    interrupts(call, 300, 0)
    assert spoken(call.finishes("What?")) == REPAIRS


# --- the caller interrupts --------------------------------------------------------------------


def test_speech_stops_the_agent_and_only_what_was_heard_is_remembered(call: Conversing) -> None:
    is_told(call, "How long does a repair take?", "repairs")
    begins_to_hear(call)
    assert interrupts(call, 500, 0) == [do.StopSpeaking()]
    record = last_record(call)
    assert record.was_interrupted
    assert record.said == REPAIRS
    assert record.said_heard == "Most repairs are"
    heard = Exchange("How long does a repair take?", "Most repairs are")
    assert call.context.conversation.history[-1] == heard
    call.finishes("And how much is it?")
    assert call.sought == "And how much is it?"


def test_a_reply_still_being_made_is_cancelled(call: Conversing) -> None:
    asks_the_model(call, "Hello")
    call.model_says("Hello!")
    begins_to_hear(call)
    thinking = call.thinking
    assert thinking is not None
    assert interrupts(call, 500) == [do.CancelThinking(thinking.reply_id), do.StopSpeaking()]
    assert call.happens(on.Stepped(thinking.reply_id, Say("Anything else?"))) == []
    assert call.happens(on.ThinkingDone(thinking.reply_id, {})) == []


def test_a_noise_does_not_cost_the_rest_of_the_answer(call: Conversing) -> None:
    is_told(call, "How long does a repair take?", "repairs")
    call.happens(on.PhrasePlayed(begins_to_hear(call)))
    begins_to_hear(call)
    interrupts(call, 400)
    assert spoken(call.finishes("")) == "A flat tire we fix while you wait."
    call.hears_all()
    record = last_record(call)
    assert (record.source, record.fact_id) == (AnswerSource.FACT, "repairs")
    assert record.heard == ""


def test_two_noises_do_not_either(call: Conversing) -> None:
    is_told(call, "Where are you?", "address")
    begins_to_hear(call)
    interrupts(call, 400)
    call.finishes("")
    interrupts(call, 0)
    assert spoken(call.finishes("")) == ADDRESS


def test_the_rest_is_dropped_when_the_caller_asked_something_else(call: Conversing) -> None:
    is_told(call, "Where are you?", "address")
    begins_to_hear(call)
    interrupts(call, 400)
    call.finishes("How long does a repair take?")
    call.finds(*SURE_OF_REPAIRS)
    call.hears_all()
    assert call.speaks("") == []
    assert phase(call) is Phase.LISTENING


def test_the_rest_is_dropped_when_recognition_failed(call: Conversing) -> None:
    is_told(call, "Where are you?", "address")
    begins_to_hear(call)
    interrupts(call, 400)
    call.happens(*call.world.caller_events())
    call.happens(on.RecognitionFailed(call.world.recognizing[0], "inference-timeout"))
    call.hears_all()
    assert call.speaks("") == []


def test_a_mark_under_way_when_the_agent_is_stopped_still_counts(call: Conversing) -> None:
    is_told(call, "Where are you?", "address")
    phrase_id = begins_to_hear(call)
    call.happens(*call.world.caller_events())
    call.happens(on.PhrasePlayed(phrase_id))
    call.happens(on.Silenced(()))
    assert last_record(call).said_heard == ADDRESS
    assert call.finishes("") == [], "nothing is left to be said"


def test_a_caller_who_goes_on_before_the_answer_is_heard_is_understood_whole(
    call: Conversing,
) -> None:
    is_told(call, "How long does", "repairs")
    (started,) = call.world.caller_events()
    assert call.happens(started) == [do.StopSpeaking()]
    call.finishes("a repair take?")
    assert call.sought == "How long does a repair take?"
    call.finds(*SURE_OF_REPAIRS)
    call.hears_all()
    record = last_record(call)
    assert (record.number, record.heard) == (1, "How long does a repair take?")
    assert record.said == REPAIRS
    assert not record.was_interrupted


def test_a_caller_who_goes_on_before_being_understood_is_understood_whole(
    call: Conversing,
) -> None:
    call.happens(*call.world.caller_events())
    call.happens(*call.world.caller_events())
    call.happens(*call.world.caller_events())
    assert call.happens(on.Transcribed(UtteranceId("u1"), "How long does")) == []
    call.happens(*call.world.caller_events())
    call.happens(on.Transcribed(UtteranceId("u2"), "a repair take?"))
    assert call.sought == "How long does a repair take?"


def test_transcripts_out_of_order_are_joined_as_they_were_spoken(call: Conversing) -> None:
    for _ in range(4):
        call.happens(*call.world.caller_events())
    assert call.happens(on.Transcribed(UtteranceId("u2"), "a repair take?")) == []
    call.happens(on.Transcribed(UtteranceId("u1"), "How long does"))
    assert call.sought == "How long does a repair take?"


def test_results_of_an_abandoned_answer_change_nothing(call: Conversing) -> None:
    call.speaks("How long does")
    (started,) = call.world.caller_events()
    thinking = call.thinking
    assert thinking is not None
    assert call.happens(started) == [do.CancelThinking(thinking.reply_id)]
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
    assert phase(call) is Phase.UNDERSTANDING


def test_a_result_told_twice_is_one_result(call: Conversing) -> None:
    call.speaks("Where are you?")
    assert call.happens(on.Transcribed(UtteranceId("u1"), "Goodbye")) == []
    assert call.happens(on.RecognitionFailed(UtteranceId("u1"), "inference-timeout")) == []
    call.finds(Candidate("address", 0.9))
    call.hears_all()
    assert last_record(call).heard == "Where are you?"


def test_a_second_interruption_does_not_wait_for_news_of_the_first(call: Conversing) -> None:
    """What was heard of the first is not known: nothing is taken as heard."""
    is_told(call, "Where are you?", "address")
    begins_to_hear(call)
    (started,) = call.world.caller_events()
    call.happens(started)
    call.finishes("How long does a repair take?")
    call.finds(*SURE_OF_REPAIRS)
    begins_to_hear(call)
    (started,) = call.world.caller_events()
    stop, note = call.happens(started)
    assert stop == do.StopSpeaking()
    assert isinstance(note, do.NoteTurn)
    assert (note.turn.fact_id, note.turn.said_heard) == ("address", "")


# --- silence ----------------------------------------------------------------------------------


def test_a_noise_leaves_the_silence_clock_running(call: Conversing) -> None:
    assert call.speaks("") == []
    assert phase(call) is Phase.LISTENING
    assert in_s(call) == pytest.approx(PATIENCE_S)
    assert call.context.conversation.next_number == 1, "a noise is no turn"


def test_a_silent_caller_is_asked_twice_and_then_sent_off(call: Conversing) -> None:
    assert in_s(call) == pytest.approx(PATIENCE_S)
    assert spoken(call.waits()) == PHRASES.still_there_first
    call.hears_all()
    assert spoken(call.waits()) == PHRASES.still_there_second
    call.hears_all()
    assert spoken(call.waits()) == PHRASES.silent_farewell
    assert call.session.next_deadline() is None, "a farewell is heard before the call ends"
    call.hears_all()
    assert call.waits() == [do.HangUp(16)]
    assert not call.context.conversation.caller_took_leave


def test_noises_do_not_make_a_caller_present(call: Conversing) -> None:
    call.waits()
    call.hears_all()
    call.speaks("")
    assert spoken(call.waits()) == PHRASES.still_there_second


def test_a_line_that_brings_nothing_but_noise_is_sent_off(call: Conversing) -> None:
    began_s = call.t
    said = ""
    while not said:
        assert call.t < began_s + 2 * LONGEST_NOISE_S, "noise holds the call for ever"
        (started,) = call.world.caller_events()
        call.happens(started)
        call.t += 5
        said = spoken(call.finishes(""))
    assert said == PHRASES.silent_farewell
    assert call.t - began_s >= LONGEST_NOISE_S
    call.hears_all()
    assert call.waits() == [do.HangUp(16)]


def test_an_agent_whom_noise_never_lets_finish_a_phrase_gives_up(call: Conversing) -> None:
    is_told(call, "Where are you?", "address")
    began_s = call.t
    said = ADDRESS
    while said == ADDRESS:
        assert call.t < began_s + 2 * LONGEST_NOISE_S, "it would begin again for ever"
        begins_to_hear(call)
        interrupts(call, 0)
        call.t += 5
        said = spoken(call.finishes(""))
    assert said == PHRASES.silent_farewell


def test_a_noise_in_a_long_answer_or_after_a_hold_sends_nobody_off(call: Conversing) -> None:
    is_told(call, "How long does a repair take?", "repairs")
    call.t += LONGEST_NOISE_S + 1
    call.happens(on.PhrasePlayed(begins_to_hear(call)))
    begins_to_hear(call)
    interrupts(call, 400)
    assert spoken(call.finishes("")) == "A flat tire we fix while you wait."
    call.happens(on.PutOnHold())
    call.t += LONGEST_NOISE_S + 1
    call.happens(on.TakenOffHold())
    assert phase(call) is not Phase.CLOSING


def test_words_do(call: Conversing) -> None:
    call.waits()
    call.hears_all()
    is_told(call, "Where are you?", "address")
    call.hears_all()
    assert spoken(call.waits()) == PHRASES.still_there_first


def test_an_utterance_whose_end_is_never_told_does_not_hold_the_call_for_ever(
    call: Conversing,
) -> None:
    (started,) = call.world.caller_events()
    call.happens(started)
    assert in_s(call) == pytest.approx(LONGEST_HEARING_S)
    assert call.happens(started) == [], "it had begun before"
    assert call.waits() == []
    assert phase(call) is Phase.LISTENING
    assert call.happens(on.SpeechEnded(UtteranceId("u1"), 480)) == []
    assert spoken(call.waits()) == PHRASES.still_there_first


def test_words_heard_before_an_endless_utterance_are_answered(call: Conversing) -> None:
    call.speaks("Where are you?")
    call.happens(*call.world.caller_events())
    call.waits()
    assert call.sought == "Where are you?"


# --- what fails -------------------------------------------------------------------------------


def test_an_answer_that_cannot_be_spoken_is_owned_up_to_at_once(call: Conversing) -> None:
    is_told(call, "Where are you?", "address")
    failed = on.PhraseFailed(next(iter(call.world.saying)), "inference-timeout")
    assert spoken(call.happens(failed)) == PHRASES.trouble
    assert call.happens(failed) == []
    call.hears_all()
    record = last_record(call)
    assert record.said_heard == PHRASES.trouble
    assert record.source is AnswerSource.SCRIPT


def test_a_phrase_that_fails_amid_others_is_passed_over(call: Conversing) -> None:
    is_told(call, "How long does a repair take?", "repairs")
    call.happens(on.PhrasePlayed(begins_to_hear(call)))
    call.happens(on.PhraseFailed(next(iter(call.world.saying)), "inference-timeout"))
    assert last_record(call).said_heard == "Most repairs are done within two days."
    assert phase(call) is Phase.LISTENING


def test_two_failures_in_a_row_hand_the_call_over(call: Conversing) -> None:
    is_told(call, "Where are you?", "address")
    commands: Sequence[do.Command] = ()
    for _ in range(2):
        commands = call.happens(on.PhraseFailed(next(iter(call.world.saying)), "inference"))
    assert commands == [do.Leave("speech-unavailable")]
    assert phase(call) is Phase.OVER
    assert call.happens(*call.world.caller_events()) == []


def test_a_phrase_heard_between_two_failures_forgives_the_first(call: Conversing) -> None:
    for _ in range(3):
        is_told(call, "Where are you?", "address")
        failed = on.PhraseFailed(next(iter(call.world.saying)), "inference")
        assert spoken(call.happens(failed)) == PHRASES.trouble
        call.hears_all()


# --- the end ----------------------------------------------------------------------------------


def test_a_hangup_in_the_middle_keeps_what_was_heard(call: Conversing) -> None:
    is_told(call, "How long does a repair take?", "repairs")
    call.happens(on.PhrasePlayed(begins_to_hear(call)))
    begins_to_hear(call)
    note, _ = call.happens(on.HungUp(16))
    assert isinstance(note, do.NoteTurn)
    assert note.turn.said_heard == "Most repairs are done within two days."
    assert not note.turn.was_interrupted


def test_a_hangup_while_the_caller_speaks_leaves_no_empty_turn(call: Conversing) -> None:
    call.happens(*call.world.caller_events())
    call.happens(on.HungUp(16))
    assert [turn.number for turn in call.world.written[0].turns] == [0]


def test_a_hangup_after_an_interruption_keeps_both_turns(call: Conversing) -> None:
    is_told(call, "Where are you?", "address")
    begins_to_hear(call)
    (started,) = call.world.caller_events()
    call.happens(started)
    call.happens(on.SpeechEnded(UtteranceId("u2"), 480))
    call.happens(on.HungUp(16))
    turns = call.world.written[0].turns
    assert [(turn.number, turn.was_interrupted) for turn in turns] == [
        (0, False),
        (1, True),
        (2, False),
    ]


def test_a_conversation_that_is_over_says_nothing_more() -> None:
    conversation = Conversation(a_business(), STARTED_AT, ConversationState(phase=Phase.OVER))
    assert conversation.receive(on.SpeechStarted(UtteranceId("u1")), 1.0) == []
    assert conversation.on_deadline(1.0) == []
    assert conversation.end() == []


def test_a_deadline_that_has_not_come_changes_nothing() -> None:
    conversation = Conversation(a_business(), STARTED_AT, ConversationState(deadline_s=5.0))
    assert conversation.on_deadline(4.9) == []
    assert conversation.next_deadline_s() == 5.0


def test_reply_ids_are_never_used_twice(call: Conversing) -> None:
    seen: set[ReplyId] = set()
    for text in ("Hello", "how", "are you"):
        call.speaks(text)
        assert call.thinking is not None
        assert call.thinking.reply_id not in seen
        seen.add(call.thinking.reply_id)


# --- what every caller must hear ---------------------------------------------


def test_a_disclosure_that_was_cut_comes_before_the_answer_until_it_was_heard() -> None:
    call = Conversing()
    call.connects()
    call.happens(on.CallerAudible())
    begins_to_hear(call)
    interrupts(call, *(0 for _ in call.world.saying))
    disclosure = " ".join(a_business().disclosures)
    call.finishes("Where are you?")
    told = call.finds(Candidate("address", 0.9))
    assert spoken(told) == f"{disclosure} {ADDRESS}"
    call.hears_all()
    assert is_told(call, "Where are you?", "address") == ADDRESS


def test_a_greeting_that_was_heard_is_not_repeated(call: Conversing) -> None:
    assert is_told(call, "Where are you?", "address") == ADDRESS
