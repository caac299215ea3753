"""What our own agent does beside answering questions, told as conversations."""

from typing import Any

import pytest

from tests.fakes.sample_business import a_business
from tests.unit.calls.playing import a_context, spoken
from tests.unit.dialogue.conversing import Conversing
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import HandledBy, Outcome, TransferResult
from voicebot.calls.transitions import CallState
from voicebot.dialogue.answers import Candidate
from voicebot.errors import ActionFailed, StoreError

PHRASES = a_business().phrases
OPERATOR = Candidate("@operator", 0.9)
MESSAGE = Candidate("@message", 0.9)
CALLBACK = Candidate("@callback", 0.9)
PIN_ENTRY = {
    "id": "pin",
    "offer": "take your pin",
    "ask": "Please enter your pin.",
    "done": "Thank you.",
    "min_digits": 4,
    "max_digits": 4,
    "is_secret": True,
}
ORDER_ENTRY = {
    "id": "order",
    "offer": "look up your order",
    "ask": "Please enter your order number.",
    "done": "I have noted your order.",
    "min_digits": 3,
    "max_digits": 6,
    "webhook": "http://127.0.0.1/orders",
}
RECORDED = {"enabled": True, "announcement": "This call is recorded."}


def a_call(**changes: Any) -> Conversing:
    """Greeted; a Monday at 11:00 in Chicago, when the business is open."""
    is_recorded = "recording" in changes
    call = Conversing(business=a_business(**changes), context=a_context(is_recorded=is_recorded))
    call.greets()
    return call


def asks_for(call: Conversing, found: Candidate, words: str = "Can you do that?") -> str:
    call.speaks(words)
    return spoken(call.finds(found))


def says(call: Conversing, words: str) -> str:
    call.hears_all()
    return spoken(call.speaks(words))


def presses(call: Conversing, keys: str) -> list[do.Command]:
    commands: list[do.Command] = []
    for key in keys:
        commands = call.happens(on.KeyPressed(key))
        if call.world.stopping:
            call.happens(on.Silenced(()))
    return commands


# --- people -----------------------------------------------------------------------------------


def is_handed_over(call: Conversing) -> None:
    assert asks_for(call, OPERATOR, "I want an operator.") == PHRASES.connecting
    commands = call.hears_all()
    (transfer,) = [command for command in commands if isinstance(command, do.Transfer)]
    assert transfer.transfer_id == "workshop"
    assert "I want an operator." in transfer.summary
    call.happens(on.LeftStasis())
    assert call.session.state is CallState.TRANSFERRING


def test_a_caller_who_wants_a_person_is_handed_over_once_the_agent_has_said_so() -> None:
    call = a_call()
    is_handed_over(call)
    call.happens(on.OperatorTook("maria"))
    call.happens(on.HungUp(16))
    (record,) = call.world.written
    assert (record.outcome, record.handled_by) == (Outcome.TRANSFERRED, HandledBy.OPERATOR)
    (transfer,) = record.transfers
    assert (transfer.target, transfer.operator) == ("workshop", "maria")
    assert transfer.result is TransferResult.CONNECTED
    assert transfer.connected_at is not None
    assert transfer.ended_at == record.ended_at


def test_a_caller_who_changes_their_mind_is_not_handed_over() -> None:
    call = a_call()
    asks_for(call, OPERATOR)
    call.happens(on.PhraseStarted(next(iter(call.world.saying)), 70))
    (started,) = call.world.caller_events()
    call.happens(started)
    call.happens(on.Silenced(()))
    call.finishes("No, wait, where are you?")
    call.finds(Candidate("address", 0.9))
    call.hears_all()
    assert call.session.state is CallState.TALKING


def test_a_noise_does_not_cost_a_caller_the_operator() -> None:
    call = a_call()
    asks_for(call, OPERATOR)
    call.happens(on.PhraseStarted(next(iter(call.world.saying)), 70))
    (started,) = call.world.caller_events()
    call.happens(started)
    call.happens(on.Silenced(()))
    call.finishes("")
    assert any(isinstance(command, do.Transfer) for command in call.hears_all())


def test_a_caller_whom_nobody_takes_is_offered_a_message_or_a_callback() -> None:
    call = a_call()
    is_handed_over(call)
    assert call.happens(on.CameBack(TransferResult.NO_ANSWER)) == [do.Connect()]
    assert spoken(call.happens(on.Connected())) == PHRASES.nobody_free
    assert says(call, "Please call me back.").startswith("Shall we call you back at")
    assert says(call, "Yes.").startswith(PHRASES.callback_booked)
    assert call.tools.callbacks == ["+12025550123"]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("I'd like to leave a message.", PHRASES.ask_name),
        ("Yes.", PHRASES.ask_name),
        ("No.", PHRASES.anything_else),
    ],
)
def test_what_a_caller_chooses_instead_of_a_person_is_done(words: str, answer: str) -> None:
    call = a_call()
    is_handed_over(call)
    call.happens(on.CameBack(TransferResult.BUSY), on.Connected())
    assert says(call, words) == answer


def test_outside_the_hours_nobody_is_rung() -> None:
    closed = {"time_zone": "America/Chicago", "week": {"tue": ["10:00-18:00"]}}
    call = a_call(hours=closed)
    assert asks_for(call, OPERATOR) == PHRASES.nobody_in
    call.hears_all()
    assert call.session.state is CallState.TALKING


def test_without_messages_a_caller_hears_that_nobody_is_there() -> None:
    call = a_call(takes_messages=False)
    is_handed_over(call)
    call.happens(on.CameBack(TransferResult.FAILED))
    assert spoken(call.happens(on.Connected())) == PHRASES.nobody_takes_calls


def test_a_caller_may_want_a_certain_place() -> None:
    call = a_call()
    asks_for(call, Candidate("@transfer-workshop", 0.9))
    assert any(isinstance(command, do.Transfer) for command in call.hears_all())


def test_a_transfer_that_is_only_nearly_meant_is_asked_about() -> None:
    call = a_call()
    assert asks_for(call, Candidate("@operator", 0.5)) == "Shall I connect you with a mechanic?"
    assert says(call, "Yes, please.") == PHRASES.connecting


def test_a_caller_who_hangs_up_while_it_rings_was_not_transferred() -> None:
    call = a_call()
    is_handed_over(call)
    call.happens(on.HungUp(16))
    (record,) = call.world.written
    assert record.outcome is Outcome.ABANDONED
    assert record.transfers[0].result is TransferResult.ABANDONED


def test_an_agent_that_stops_leaves_a_caller_with_the_operator_to_others() -> None:
    call = a_call()
    is_handed_over(call)
    assert call.happens(on.GivenUp("agent-stopped")) == []
    assert call.session.is_over
    assert call.world.written == []


# --- messages and callbacks -------------------------------------------------------------------


def test_a_message_is_taken_with_name_and_number_read_back() -> None:
    call = a_call()
    assert asks_for(call, MESSAGE) == PHRASES.ask_name
    assert says(call, "My name is Ann Smith.") == (
        "That is Ann Smith, at 1, 2 0 2, 5 5 5, 0 1 2 3. Is that right?"
    )
    assert says(call, "Yes.") == PHRASES.ask_message
    call.hears_all()
    assert call.session.end_silence_ms == 2_000, "a message has pauses"
    answer = spoken(call.speaks("My chain is broken again."))
    assert answer.startswith(PHRASES.message_taken.strip())
    message = ("Ann Smith", "+12025550123", "My chain is broken again.")
    assert call.tools.messages == [message]


def test_another_number_is_read_back_before_it_is_used() -> None:
    call = a_call()
    asks_for(call, MESSAGE)
    says(call, "Ann.")
    assert says(call, "No.") == PHRASES.ask_number
    assert says(call, "two oh two, five five five, zero one double nine") == (
        "That is Ann, at 2 0 2, 5 5 5, 0 1 9 9. Is that right?"
    )
    assert says(call, "Right.") == PHRASES.ask_message
    says(call, "Call me.")
    assert call.tools.messages == [("Ann", "2025550199", "Call me.")]


def test_a_number_can_be_entered_with_the_keys() -> None:
    call = a_call()
    asks_for(call, CALLBACK)
    says(call, "No.")
    call.hears_all()
    assert spoken(presses(call, "2025550177#")) == PHRASES.call_back_at.format(
        number="2 0 2, 5 5 5, 0 1 7 7"
    )
    call.hears_all()
    presses(call, "1")
    assert call.tools.callbacks == ["2025550177"]


def test_a_caller_with_a_withheld_number_is_asked_for_one() -> None:
    facts = a_context().facts
    context = a_context()
    context.facts = type(facts)(facts.call_id, facts.channel_id, "", "1000", "ulaw")
    call = Conversing(context=context)
    call.greets()
    assert asks_for(call, CALLBACK) == PHRASES.ask_number


def test_what_cannot_be_kept_is_not_promised() -> None:
    call = a_call()
    asks_for(call, CALLBACK)
    call.tools.failure = StoreError("the database is away")
    assert says(call, "Yes.") == PHRASES.not_kept
    assert call.tools.callbacks == []


@pytest.mark.parametrize("words", ["Never mind.", "Cancel."])
def test_a_caller_may_drop_it(words: str) -> None:
    call = a_call()
    asks_for(call, MESSAGE)
    assert says(call, words) == PHRASES.ask_again


def test_a_number_nobody_understands_is_given_up_and_the_message_taken() -> None:
    call = a_call()
    asks_for(call, MESSAGE)
    says(call, "Ann.")
    says(call, "No.")
    for _ in range(1):
        assert says(call, "Blue.") == PHRASES.ask_number_again
    assert says(call, "Green.") == PHRASES.ask_message
    says(call, "Call me.")
    assert call.tools.messages == [("Ann", "", "Call me.")]


def test_a_read_back_that_could_not_be_spoken_is_not_agreed_to() -> None:
    call = a_call()
    asks_for(call, CALLBACK)
    failed = call.happens(on.PhraseFailed(next(iter(call.world.saying)), "inference-timeout"))
    assert spoken(failed) == PHRASES.trouble
    call.hears_all()
    call.speaks("Yes.")
    assert call.tools.callbacks == []


# --- keys -------------------------------------------------------------------------------------


MENU: dict[str, Any] = {
    "1": {"fact": "address"},
    "0": {"transfer": "workshop"},
    "2": {"message": True},
    "3": {"entry": "order"},
    "7": {"pause_recording": True},
    "*": {"repeat": True},
}


def test_a_key_of_the_menu_does_what_it_says_and_stops_the_agent() -> None:
    call = a_call(menu=MENU, entries=[ORDER_ENTRY])
    asks_for(call, Candidate("repairs", 0.9))
    call.happens(on.PhraseStarted(next(iter(call.world.saying)), 70))
    commands = call.happens(on.KeyPressed("1"))
    assert do.StopSpeaking() in commands
    assert spoken(commands) == "We are at forty two Harbor Street."
    call.happens(on.Silenced(()))
    call.hears_all()
    assert call.context.conversation.records[-1].heard == "[1 keys]"
    assert spoken(call.happens(on.KeyPressed("*"))) == "We are at forty two Harbor Street."


def test_the_operator_is_one_key_away() -> None:
    call = a_call(menu=MENU, entries=[ORDER_ENTRY])
    assert spoken(presses(call, "0")) == PHRASES.connecting
    assert any(isinstance(command, do.Transfer) for command in call.hears_all())


def test_a_key_without_a_meaning_is_owned_up_to() -> None:
    call = a_call(menu=MENU, entries=[ORDER_ENTRY])
    assert spoken(presses(call, "9")) == PHRASES.not_understood


def test_a_number_is_read_back_and_sent_to_the_business() -> None:
    call = a_call(menu=MENU, entries=[ORDER_ENTRY])
    assert spoken(presses(call, "3")) == ORDER_ENTRY["ask"]
    call.hears_all()
    assert spoken(presses(call, "4711#")) == "You entered 4 7 1 1. Is that right?"
    call.tools.web_answer = {"say": "It will be ready on Monday."}
    assert says(call, "Yes.") == "It will be ready on Monday."
    assert call.tools.posted == [(ORDER_ENTRY["webhook"], {"digits": "4711"})]


def test_a_number_may_be_begun_by_voice_and_ended_by_keys() -> None:
    call = a_call(menu=MENU, entries=[ORDER_ENTRY])
    presses(call, "3")
    assert says(call, "four seven one one") == "You entered 4 7 1 1. Is that right?"
    call.hears_all()
    assert spoken(presses(call, "2")) == ORDER_ENTRY["ask"]
    call.hears_all()
    assert spoken(presses(call, "815#")) == "You entered 8 1 5. Is that right?"
    call.hears_all()
    call.tools.failure = ActionFailed("500")
    assert spoken(presses(call, "1")) == PHRASES.not_kept


def test_keys_that_stop_coming_are_taken_as_they_are() -> None:
    call = a_call(menu=MENU, entries=[ORDER_ENTRY])
    presses(call, "3")
    call.hears_all()
    assert presses(call, "4711") == []
    assert spoken(call.waits()) == "You entered 4 7 1 1. Is that right?"


def test_a_pound_key_too_many_costs_nobody_the_answer() -> None:
    call = a_call(menu={"1": {"entry": "pin"}}, entries=[PIN_ENTRY])
    presses(call, "1")
    call.hears_all()
    assert spoken(presses(call, "1234")) == "Thank you."
    call.hears_all()
    assert spoken(presses(call, "#")) == "Thank you."


def test_keys_pressed_while_the_caller_speaks_count_with_the_words() -> None:
    call = a_call(menu=MENU, entries=[ORDER_ENTRY])
    (started,) = call.world.caller_events()
    call.happens(started)
    call.happens(on.KeyPressed("1"))
    assert spoken(call.finishes("this one")) == "We are at forty two Harbor Street."


# --- recording --------------------------------------------------------------------------------


def recordings(call: Conversing) -> list[bool]:
    return call.world.recordings


def test_a_secret_number_is_neither_recorded_nor_read_back() -> None:
    call = a_call(recording=RECORDED, menu={"1": {"entry": "pin"}}, entries=[PIN_ENTRY])
    presses(call, "1")
    assert recordings(call) == [False]
    call.hears_all()
    assert spoken(presses(call, "1234")) == "Thank you."
    assert recordings(call) == [False, True]
    call.hears_all()
    assert "1234" not in str(call.context.conversation.records)


def test_card_data_pauses_the_recording_until_the_caller_speaks_of_something_else() -> None:
    call = a_call(recording=RECORDED)
    assert asks_for(call, Candidate("@pause-recording", 0.9)) == PHRASES.recording_paused
    assert recordings(call) == [False]
    call.hears_all()
    # Neither facts nor model are asked: such numbers go nowhere.
    assert spoken(call.speaks("It is 4242 4242 4242 4242.")) == PHRASES.anything_else
    assert recordings(call) == [False]
    call.hears_all()
    assert "4242" not in str(call.context.conversation.records)
    # By keys, too; none of them is the menu's now.
    assert spoken(presses(call, "4242424242424242#")) == PHRASES.anything_else
    call.hears_all()
    call.speaks("Where are you?")
    assert recordings(call) == [False, True]


def test_a_card_number_said_at_any_time_reaches_neither_model_nor_operator() -> None:
    call = a_call()
    call.speaks("My card is 4242 4242 4242 4242.")
    call.finds()
    assert call.last_user_message is not None
    assert "4242" not in call.last_user_message
    call.model_finishes()
    call.hears_all()
    asks_for(call, OPERATOR, "An operator for 4242 4242 4242 4242, please.")
    (transfer,) = [one for one in call.hears_all() if isinstance(one, do.Transfer)]
    assert "4242" not in transfer.summary


def test_a_key_pauses_the_recording_and_lets_it_go_on() -> None:
    call = a_call(recording=RECORDED, menu={"7": {"pause_recording": True}})
    assert spoken(presses(call, "7")) == PHRASES.recording_paused
    call.hears_all()
    presses(call, "7")
    assert recordings(call) == [False, True]


CONSENT = {"enabled": True, "asks_consent": True}


@pytest.mark.parametrize(
    ("words", "answer", "is_recorded"),
    [
        ("Yes.", PHRASES.consent_given, [True]),
        ("Sure, go ahead and record it.", PHRASES.consent_given, [True]),
        ("No.", PHRASES.consent_refused, []),
        ("No, I do not want that.", PHRASES.consent_refused, []),
    ],
)
def test_nothing_is_recorded_before_the_caller_agrees(
    words: str, answer: str, is_recorded: list[bool]
) -> None:
    call = a_call(recording=CONSENT)
    call.context.conversation.is_recording_paused = True
    call.context.conversation.was_recorded = False
    assert PHRASES.ask_consent in call.business.opening
    assert spoken(call.speaks(words)) == answer
    assert recordings(call) == is_recorded
    call.happens(on.HungUp(16))
    (record,) = call.world.written
    assert (record.recording_caller is not None) is bool(is_recorded)


def test_a_caller_who_asks_instead_of_agreeing_is_answered_and_not_recorded() -> None:
    call = a_call(recording=CONSENT)
    call.context.conversation.is_recording_paused = True
    assert asks_for(call, Candidate("address", 0.9)) == "We are at forty two Harbor Street."
    assert recordings(call) == []


def test_who_did_not_agree_is_not_recorded_after_a_secret_either() -> None:
    call = a_call(recording=CONSENT, menu={"1": {"entry": "pin"}}, entries=[PIN_ENTRY])
    call.context.conversation.is_recording_paused = True
    call.speaks("No.")
    call.hears_all()
    presses(call, "1")
    call.hears_all()
    presses(call, "1234")
    assert recordings(call) == []


# --- the model may propose --------------------------------------------------------------------


def test_what_the_model_proposes_is_asked_about_and_checked() -> None:
    call = a_call(lets_model_act=True)
    call.speaks("My bike makes a strange noise.")
    call.finds()
    assert spoken(call.model_says("@transfer-workshop")) == "Shall I connect you with a mechanic?"
    assert says(call, "Yes.") == PHRASES.connecting


@pytest.mark.parametrize("proposed", ["@transfer-nowhere", "@hack", "@operator now"])
def test_what_is_not_on_the_list_is_never_done(proposed: str) -> None:
    call = a_call(lets_model_act=True)
    call.speaks("My bike makes a strange noise.")
    call.finds()
    assert spoken(call.model_says(proposed)) == PHRASES.unknown
    call.hears_all()
    assert call.session.state is CallState.TALKING


# --- patience ---------------------------------------------------------------------------------


def test_a_caller_who_waits_long_is_asked_for_a_moment_and_then_told() -> None:
    call = a_call()
    call.speaks("Do you sell elephants?")
    assert spoken(call.waits()) == PHRASES.one_moment
    call.hears_all()
    commands = call.waits()
    assert any(isinstance(command, do.CancelThinking) for command in commands)
    assert spoken(commands) == PHRASES.trouble


def test_an_answer_after_a_moment_s_patience_is_the_answer() -> None:
    call = a_call()
    call.speaks("Where are you?")
    call.waits()
    call.hears_all()
    assert spoken(call.finds(Candidate("address", 0.9))) == "We are at forty two Harbor Street."
    call.hears_all()
    assert call.context.conversation.records[-1].said == "We are at forty two Harbor Street."


def test_a_caller_who_goes_on_while_asked_for_a_moment_is_understood_whole() -> None:
    call = a_call()
    call.speaks("How long does")
    call.waits()
    call.happens(on.PhraseStarted(next(iter(call.world.saying)), 10))
    (started,) = call.world.caller_events()
    assert do.StopSpeaking() in call.happens(started)
    call.happens(on.Silenced(()))
    call.finishes("a repair take?")
    assert call.sought == "How long does a repair take?"


def test_words_that_nobody_transcribes_are_owned_up_to() -> None:
    call = a_call()
    call.happens(*call.world.caller_events())
    call.happens(*call.world.caller_events())
    assert spoken(call.waits()) == PHRASES.one_moment
    call.hears_all()
    assert spoken(call.waits()) == PHRASES.trouble
    late = on.Transcribed(call.world.recognizing[0], "Where are you?")
    assert call.happens(late) == []


# --- hold -------------------------------------------------------------------------------------


def test_an_agent_on_hold_falls_silent_and_goes_on_when_the_caller_is_back() -> None:
    call = a_call()
    asks_for(call, Candidate("repairs", 0.9))
    call.happens(on.PhraseStarted(next(iter(call.world.saying)), 70))
    assert do.StopSpeaking() in call.happens(on.PutOnHold())
    call.happens(on.Silenced(()))
    assert spoken(call.happens(on.TakenOffHold())).startswith("Most repairs")


def test_a_caller_who_holds_is_not_asked_whether_they_are_there() -> None:
    call = a_call()
    assert call.happens(on.PutOnHold()) == []
    deadline = call.session.next_deadline()
    assert deadline is not None
    assert deadline - call.now >= 300
    assert call.happens(on.TakenOffHold()) == []
    assert spoken(call.waits()) == PHRASES.still_there_first


def test_a_farewell_is_not_held_up() -> None:
    call = a_call()
    call.speaks("Goodbye.")
    assert call.happens(on.PutOnHold()) == []
    call.hears_all()
    assert call.waits() == [do.HangUp(16)]
