"""What the agent does next, told as conversations. (Any order of events: calls/test_session.)"""

import pytest

from tests.fakes.sample_business import ADDRESS, a_business
from tests.unit.calls.playing import STARTED_AT, spoken
from tests.unit.dialogue.conversing import Conversing
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import AnswerSource, ReplyId, UtteranceId
from voicebot.dialogue.answers import Candidate
from voicebot.dialogue.conversation import Conversation
from voicebot.dialogue.conversation_state import ConversationState, Phase

PHRASES = a_business().phrases


def test_a_question_the_business_has_answered_is_answered_in_its_words(
    call: Conversing,
) -> None:
    assert call.asks_where() == ADDRESS
    commands = call.hears_all()
    (note,) = commands
    assert isinstance(note, do.NoteTurn)
    turn = note.turn
    assert (turn.number, turn.heard) == (1, "Where are you?")
    assert (turn.said, turn.said_heard) == (ADDRESS, ADDRESS)
    assert (turn.source, turn.fact_id) == (AnswerSource.FACT, "address")
    assert not turn.was_interrupted
    assert call.phase() is Phase.LISTENING


def test_an_answer_that_depends_on_the_hour_minds_the_hour(call: Conversing) -> None:
    """The call begins on a Monday at 11:00 in Chicago."""
    assert call.asks("Are you open now?", "open-now") == "Yes, we are open right now."


def test_each_stage_of_a_turn_is_timed(call: Conversing) -> None:
    call.asks_where()
    call.hears_all()
    timings = call.last_record.timings
    assert timings.endpointing_ms == 480
    assert timings.recognition_ms == 16  # one tick
    assert timings.retrieval_ms == 16
    assert timings.first_phrase_ms is None
    assert timings.synthesis_ms == 70
    assert timings.total_ms == 480 + 3 * 16 - 1


def test_a_reply_of_the_models_is_spoken_phrase_by_phrase(call: Conversing) -> None:
    call.asks_the_model("I had a lovely day.")
    assert spoken(call.model_says("That sounds lovely!"))
    call.hears_all()
    assert call.phase() is Phase.SPEAKING, "there may be more to say"
    assert spoken(call.model_says("Anything else?"))
    call.model_finishes()
    call.hears_all()
    record = call.last_record
    assert record.said_heard == "That sounds lovely! Anything else?"
    assert record.source is AnswerSource.MODEL
    assert record.timings.first_phrase_ms == 16
    assert call.phase() is Phase.LISTENING


def test_a_fact_of_the_models_own_is_replaced_by_not_knowing(call: Conversing) -> None:
    call.asks_the_model("Do you sell elephants?")
    commands = call.model_says("Yes, for five dollars.")
    assert spoken(commands) == PHRASES.unknown
    call.hears_all()
    assert call.last_record.source is AnswerSource.SCRIPT
    # It was waited for all the same.
    assert call.last_record.timings.first_phrase_ms == 16


def test_what_follows_harmless_words_is_withheld_by_itself(call: Conversing) -> None:
    call.asks_the_model("I like elephants.")
    call.model_says("That sounds lovely!")
    commands = call.model_says("They cost five dollars.")
    assert commands == []
    call.hears_all()
    assert call.last_record.said == "That sounds lovely!"
    assert call.phase() is Phase.LISTENING


@pytest.mark.parametrize("is_all_heard", [True, False])
def test_a_reply_withheld_after_its_beginning_was_heard_ends_the_turn(
    call: Conversing, is_all_heard: bool
) -> None:
    call.asks_the_model("I like elephants.")
    call.model_says("That sounds lovely!")
    if is_all_heard:
        call.hears_all()
    call.model_says("They cost five dollars.")
    call.hears_all()
    assert call.phase() is Phase.LISTENING


def test_a_sentence_the_model_says_twice_is_said_once(call: Conversing) -> None:
    call.asks_the_model("I had a lovely day.")
    call.model_says("That sounds lovely!")
    again = call.model_says("That sounds lovely!")
    assert again == []


def test_a_hangup_in_the_middle_keeps_what_was_heard(call: Conversing) -> None:
    call.asks_how_long()
    call.happens(on.PhrasePlayed(call.begins_to_hear()))
    call.begins_to_hear()
    note, _ = call.happens(on.HungUp(16))
    assert isinstance(note, do.NoteTurn)
    assert note.turn.said_heard == "Most repairs are done within two days."
    assert not note.turn.was_interrupted


def test_a_hangup_while_the_caller_speaks_leaves_no_empty_turn(call: Conversing) -> None:
    call.begins_to_speak()
    call.happens(on.HungUp(16))
    assert [turn.number for turn in call.world.written[0].turns] == [0]


def test_a_hangup_after_an_interruption_keeps_both_turns(call: Conversing) -> None:
    call.asks_where()
    call.begins_to_hear()
    call.interrupts()
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


def test_a_disclosure_that_was_cut_comes_before_the_answer_until_it_was_heard() -> None:
    call = Conversing()
    call.connects()
    call.happens(on.CallerAudible())
    call.begins_to_hear()
    call.interrupts(*(0 for _ in call.world.saying))
    disclosure = " ".join(a_business().disclosures)
    call.finishes("Where are you?")
    told = call.finds(Candidate("address", 0.9))
    assert spoken(told) == f"{disclosure} {ADDRESS}"
    call.hears_all()
    assert call.asks_where() == ADDRESS


def test_a_greeting_that_was_heard_is_not_repeated(call: Conversing) -> None:
    assert call.asks_where() == ADDRESS
