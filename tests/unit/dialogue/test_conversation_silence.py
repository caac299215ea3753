"""What the agent does when it has to wait, or the caller has, told as conversations."""

import pytest

from tests.fakes.sample_business import ADDRESS, a_business
from tests.unit.calls.playing import spoken
from tests.unit.dialogue.conversing import Conversing
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import UtteranceId
from voicebot.dialogue.answers import Candidate
from voicebot.dialogue.conversation_state import Phase
from voicebot.dialogue.limits import LONGEST_HEARING_S, LONGEST_NOISE_S

PHRASES = a_business().phrases
PATIENCE_S = a_business().silence.patience_s


def test_a_noise_leaves_the_silence_clock_running(call: Conversing) -> None:
    assert call.speaks("") == []
    assert call.phase() is Phase.LISTENING
    assert call.acts_in_s == pytest.approx(PATIENCE_S)
    assert call.context.conversation.next_number == 1, "a noise is no turn"


def test_a_silent_caller_is_asked_twice_and_then_sent_off(call: Conversing) -> None:
    assert call.acts_in_s == pytest.approx(PATIENCE_S)
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
        call.begins_to_speak()
        call.t += 5
        said = spoken(call.finishes(""))
    assert said == PHRASES.silent_farewell
    assert call.t - began_s >= LONGEST_NOISE_S
    call.hears_all()
    assert call.waits() == [do.HangUp(16)]


def test_an_agent_whom_noise_never_lets_finish_a_phrase_gives_up(call: Conversing) -> None:
    call.asks_where()
    began_s = call.t
    said = ADDRESS
    while said == ADDRESS:
        assert call.t < began_s + 2 * LONGEST_NOISE_S, "it would begin again for ever"
        call.begins_to_hear()
        call.interrupts(0)
        call.t += 5
        said = spoken(call.finishes(""))
    assert said == PHRASES.silent_farewell


def test_a_noise_in_a_long_answer_or_after_a_hold_sends_nobody_off(call: Conversing) -> None:
    call.asks_how_long()
    call.t += LONGEST_NOISE_S + 1
    call.happens(on.PhrasePlayed(call.begins_to_hear()))
    call.begins_to_hear()
    call.interrupts(400)
    assert spoken(call.finishes("")) == "A flat tire we fix while you wait."
    call.happens(on.PutOnHold())
    call.t += LONGEST_NOISE_S + 1
    call.happens(on.TakenOffHold())
    assert call.phase() is not Phase.CLOSING


def test_words_do(call: Conversing) -> None:
    call.waits()
    call.hears_all()
    call.asks_where()
    call.hears_all()
    assert spoken(call.waits()) == PHRASES.still_there_first


def test_an_utterance_whose_end_is_never_told_does_not_hold_the_call_for_ever(
    call: Conversing,
) -> None:
    (started,) = call.world.caller_events()
    call.happens(started)
    assert call.acts_in_s == pytest.approx(LONGEST_HEARING_S)
    assert call.happens(started) == [], "it had begun before"
    assert call.waits() == []
    assert call.phase() is Phase.LISTENING
    assert call.happens(on.SpeechEnded(UtteranceId("u1"), 480)) == []
    assert spoken(call.waits()) == PHRASES.still_there_first


def test_words_heard_before_an_endless_utterance_are_answered(call: Conversing) -> None:
    call.speaks("Where are you?")
    call.begins_to_speak()
    call.waits()
    assert call.sought == "Where are you?"


def test_a_caller_who_waits_long_is_asked_for_a_moment_and_then_told(call: Conversing) -> None:
    call.speaks("Do you sell elephants?")
    assert spoken(call.waits()) == PHRASES.fillers[0]
    call.hears_all()
    assert spoken(call.waits()) == PHRASES.one_moment
    call.hears_all()
    commands = call.waits()
    assert any(isinstance(command, do.CancelThinking) for command in commands)
    assert spoken(commands) == PHRASES.trouble


def test_an_answer_after_a_moment_s_patience_is_the_answer(call: Conversing) -> None:
    call.speaks("Where are you?")
    call.waits()
    call.hears_all()
    assert spoken(call.finds(Candidate("address", 0.9))) == ADDRESS
    call.hears_all()
    assert call.last_record.said == ADDRESS


def test_a_caller_who_goes_on_while_asked_for_a_moment_is_understood_whole(
    call: Conversing,
) -> None:
    call.speaks("How long does")
    call.waits()
    call.begins_to_hear()
    assert do.StopSpeaking() in call.interrupts()
    call.finishes("a repair take?")
    assert call.sought == "How long does a repair take?"


def test_words_that_nobody_transcribes_are_owned_up_to(call: Conversing) -> None:
    call.has_spoken()
    assert call.waits() == [], "it may have been a noise"
    assert spoken(call.waits()) == PHRASES.one_moment
    call.hears_all()
    assert spoken(call.waits()) == PHRASES.trouble
    late = on.Transcribed(call.world.recognizing[0], "Where are you?")
    assert call.happens(late) == []


def test_noises_of_which_nothing_comes_leave_no_gap_between_turns(call: Conversing) -> None:
    call.has_spoken()
    call.has_spoken()  # into the attempt to understand the first
    assert call.waits() == []
    call.waits()
    filler = call.begins_to_hear()
    for utterance_id in call.world.recognizing[:]:
        call.happens(on.Transcribed(utterance_id, ""))
    assert call.phase() is Phase.LISTENING
    call.asks_where()
    # What the caller was told before is nobody's answer.
    assert call.happens(on.PhrasePlayed(filler)) == []
    assert call.phase() is Phase.SPEAKING
    call.hears_all()
    assert [record.number for record in call.context.conversation.records] == [0, 1]


def test_an_agent_on_hold_falls_silent_and_goes_on_when_the_caller_is_back(
    call: Conversing,
) -> None:
    call.asks_how_long()
    call.begins_to_hear()
    assert do.StopSpeaking() in call.happens(on.PutOnHold())
    call.happens(on.Silenced(()))
    assert spoken(call.happens(on.TakenOffHold())).startswith("Most repairs")


def test_a_caller_who_holds_is_not_asked_whether_they_are_there(call: Conversing) -> None:
    assert call.happens(on.PutOnHold()) == []
    deadline = call.session.next_deadline()
    assert deadline is not None
    assert deadline - call.now >= 300
    assert call.happens(on.TakenOffHold()) == []
    assert spoken(call.waits()) == PHRASES.still_there_first


def test_a_farewell_is_not_held_up(call: Conversing) -> None:
    call.speaks("Goodbye.")
    assert call.happens(on.PutOnHold()) == []
    call.hears_all()
    assert call.waits() == [do.HangUp(16)]
