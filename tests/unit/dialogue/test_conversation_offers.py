"""What a caller's yes, no, thanks, goodbye and "what?" come to, told as conversations."""

import pytest

from tests.fakes.sample_business import ADDRESS, REPAIRS, a_business
from tests.unit.calls.playing import STARTED_AT, PlayedCall, spoken
from tests.unit.dialogue.conversing import Conversing
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import AnswerSource
from voicebot.dialogue.answers import Candidate
from voicebot.dialogue.business_agent import BusinessAgent
from voicebot.dialogue.conversation_state import Phase
from voicebot.dialogue.limits import AFTER_FAREWELL_S

PHRASES = a_business().phrases


def hears_an_offer(call: Conversing) -> None:
    call.asks("Where?", "address", score=0.5)
    call.hears_all()


def test_a_near_match_is_asked_about_and_told_on_yes(call: Conversing) -> None:
    assert call.asks("Where?", "address", score=0.5) == "Do you mean our address?"
    call.hears_all()
    assert spoken(call.speaks("Yes, please.")) == ADDRESS
    call.hears_all()
    assert call.last_record.fact_id == "address"


@pytest.mark.parametrize("no", ["No.", "No, thanks."])
def test_an_offer_declined_is_followed_by_a_question(call: Conversing, no: str) -> None:
    hears_an_offer(call)
    assert spoken(call.speaks(no)) == PHRASES.ask_again


def test_an_offer_answered_by_another_question_is_over(call: Conversing) -> None:
    hears_an_offer(call)
    assert call.asks("No, how long does a repair take?", "repairs") == REPAIRS
    call.hears_all()
    call.speaks("Yes.")
    assert call.sought == "Yes."


def test_a_yes_that_goes_on_is_still_a_yes(call: Conversing) -> None:
    hears_an_offer(call)
    call.speaks("Yes.")
    assert spoken(call.speaks("Yes, right.")) == ADDRESS


def test_an_offer_nobody_heard_cannot_be_taken(call: Conversing) -> None:
    call.asks("Where?", "address", score=0.5)
    call.speaks("I mean, how long does a repair take?")
    call.finds(Candidate("repairs", 0.9))
    call.hears_all()
    call.speaks("Yes.")
    assert call.sought == "Yes."


def test_an_offer_survives_a_noise(call: Conversing) -> None:
    hears_an_offer(call)
    call.speaks("")
    assert spoken(call.speaks("Yes.")) == ADDRESS


def test_an_offer_cut_short_by_a_noise_can_still_be_taken(call: Conversing) -> None:
    call.asks("Where?", "address", score=0.5)
    call.begins_to_hear()
    call.interrupts(400)
    assert spoken(call.finishes("")) == "Do you mean our address?"
    call.hears_all()
    assert spoken(call.speaks("Yes.")) == ADDRESS


def test_goodbye_is_answered_and_then_the_call_ends(call: Conversing) -> None:
    assert spoken(call.speaks("That's all, goodbye!")) == PHRASES.farewell
    call.hears_all()
    assert call.acts_in_s == pytest.approx(AFTER_FAREWELL_S)
    assert call.waits() == [do.HangUp(16)]
    assert call.context.conversation.caller_took_leave


def test_no_thanks_without_an_offer_is_a_goodbye(call: Conversing) -> None:
    assert spoken(call.speaks("No, thank you.")) == PHRASES.farewell


def test_thanks_are_answered_from_the_script(call: Conversing) -> None:
    assert spoken(call.speaks("Thank you, that was very helpful.")) == PHRASES.welcome
    call.hears_all()
    assert call.phase() is Phase.LISTENING


def test_a_farewell_is_never_cut(call: Conversing) -> None:
    call.speaks("Goodbye!")
    call.begins_to_hear()
    assert call.interrupts() == []
    assert call.stops_speaking() == []
    call.hears_all()
    assert call.waits() == [do.HangUp(16)]


def test_a_farewell_that_cannot_be_spoken_still_ends_the_call(call: Conversing) -> None:
    call.speaks("Goodbye!")
    while call.world.saying:
        call.cannot_hear()
    assert call.waits() == [do.HangUp(16)]


def test_what_was_said_is_said_again(call: Conversing) -> None:
    call.asks_how_long()
    call.hears_all()
    assert spoken(call.speaks("Sorry, could you say that again?")) == REPAIRS
    call.hears_all()
    record = call.last_record
    assert (record.source, record.fact_id) == (AnswerSource.FACT, "repairs")


def test_an_answer_cut_short_is_repeated_whole(call: Conversing) -> None:
    call.asks_how_long()
    call.begins_to_hear()
    call.interrupts(300, 0)
    assert spoken(call.finishes("What?")) == REPAIRS


def test_who_hears_the_question_out_is_asked_about_as_was_foreseen(call: Conversing) -> None:
    call.asks("Where?", "address", score=0.5)
    foreseen = call.session.next_turn(STARTED_AT)
    assert foreseen is not None
    assert BusinessAgent(call.business).foresees(foreseen.memory) == ("Yes.", "No.")
    call.hears_all()
    assert call.session.next_turn(STARTED_AT) is None, "it is heard out, and foreseen already"
    call.begins_to_speak()
    utterance_id = call.world.speaking
    assert utterance_id is not None
    call.happens(on.SpeechEnded(utterance_id, 480))
    (think,) = PlayedCall.happens(call, on.Transcribed(utterance_id, "Yes."))
    assert isinstance(think, do.Think)
    assert (think.history, think.memory) == (foreseen.history, foreseen.memory)


def test_nothing_is_foreseen_of_an_answer_that_is_not_known_whole(call: Conversing) -> None:
    call.asks_the_model("I had a bad day.")
    call.model_says("I'm sorry to hear that.")
    assert call.session.next_turn(STARTED_AT) is None
    call.model_finishes()
    assert call.session.next_turn(STARTED_AT) is not None
