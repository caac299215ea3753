"""What our own agent does with keys, told as conversations."""

from typing import Any

from tests.fakes.sample_business import ADDRESS, a_business
from tests.unit.calls.playing import spoken, transfers_in
from tests.unit.dialogue.conversing import PIN_ENTRY, a_call
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.errors import ActionFailed

PHRASES = a_business().phrases
ORDER_ENTRY = {
    "id": "order",
    "offer": "look up your order",
    "ask": "Please enter your order number.",
    "done": "I have noted your order.",
    "min_digits": 3,
    "max_digits": 6,
    "webhook": "http://127.0.0.1/orders",
}
MENU: dict[str, Any] = {
    "1": {"fact": "address"},
    "0": {"transfer": "workshop"},
    "2": {"message": True},
    "3": {"entry": "order"},
    "7": {"pause_recording": True},
    "*": {"repeat": True},
}
WITH_MENU: dict[str, Any] = {"menu": MENU, "entries": [ORDER_ENTRY]}


def test_a_key_of_the_menu_does_what_it_says_and_stops_the_agent() -> None:
    call = a_call(**WITH_MENU)
    call.asks_how_long()
    call.begins_to_hear()
    commands = call.happens(on.KeyPressed("1"))
    assert do.StopSpeaking() in commands
    assert spoken(commands) == ADDRESS
    call.happens(on.Silenced(()))
    call.hears_all()
    assert call.last_record.heard == "[1 keys]"
    assert spoken(call.happens(on.KeyPressed("*"))) == ADDRESS


def test_the_operator_is_one_key_away() -> None:
    call = a_call(**WITH_MENU)
    assert spoken(call.presses("0")) == PHRASES.connecting
    assert transfers_in(call.hears_all())


def test_a_key_without_a_meaning_is_owned_up_to() -> None:
    call = a_call(**WITH_MENU)
    assert spoken(call.presses("9")) == PHRASES.not_understood


def test_a_number_is_read_back_and_sent_to_the_business() -> None:
    call = a_call(**WITH_MENU)
    assert spoken(call.presses("3")) == ORDER_ENTRY["ask"]
    call.hears_all()
    assert spoken(call.presses("4711#")) == "You entered 4 7 1 1. Is that right?"
    call.tools.web_answer = {"say": "It will be ready on Monday."}
    assert call.hears_and_says("Yes.") == "It will be ready on Monday."
    assert call.tools.posted == [(ORDER_ENTRY["webhook"], {"digits": "4711"})]


def test_a_number_may_be_begun_by_voice_and_ended_by_keys() -> None:
    call = a_call(**WITH_MENU)
    call.presses("3")
    assert call.hears_and_says("four seven one one") == "You entered 4 7 1 1. Is that right?"
    call.hears_all()
    assert spoken(call.presses("2")) == ORDER_ENTRY["ask"]
    call.hears_all()
    assert spoken(call.presses("815#")) == "You entered 8 1 5. Is that right?"
    call.hears_all()
    call.tools.failure = ActionFailed("500")
    assert spoken(call.presses("1")) == PHRASES.not_kept


def test_keys_that_stop_coming_are_taken_as_they_are() -> None:
    call = a_call(**WITH_MENU)
    call.presses("3")
    call.hears_all()
    assert call.presses("4711") == []
    assert spoken(call.waits()) == "You entered 4 7 1 1. Is that right?"


def test_a_pound_key_too_many_costs_nobody_the_answer() -> None:
    call = a_call(menu={"1": {"entry": "pin"}}, entries=[PIN_ENTRY])
    call.presses("1")
    call.hears_all()
    assert spoken(call.presses("1234")) == "Thank you."
    call.hears_all()
    assert spoken(call.presses("#")) == "Thank you."


def test_keys_pressed_while_the_caller_speaks_count_with_the_words() -> None:
    call = a_call(**WITH_MENU)
    call.begins_to_speak()
    call.happens(on.KeyPressed("1"))
    assert spoken(call.finishes("this one")) == ADDRESS
