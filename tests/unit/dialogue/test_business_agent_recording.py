"""When our own agent has a call recorded, and what it keeps secret, told as conversations."""

import pytest

from tests.fakes.sample_business import ADDRESS, a_business
from tests.unit.calls.playing import spoken, transfers_in
from tests.unit.dialogue.conversing import PIN_ENTRY, a_call
from voicebot.calls import events as on

PHRASES = a_business().phrases
RECORDED = {"enabled": True, "announcement": "This call is recorded."}
CONSENT = {"enabled": True, "asks_consent": True}


def test_a_secret_number_is_neither_recorded_nor_read_back() -> None:
    call = a_call(recording=RECORDED, menu={"1": {"entry": "pin"}}, entries=[PIN_ENTRY])
    call.presses("1")
    assert call.world.recordings == [False]
    call.hears_all()
    assert spoken(call.presses("1234")) == "Thank you."
    assert call.world.recordings == [False, True]
    call.hears_all()
    assert "1234" not in str(call.context.conversation.records)


def test_card_data_pauses_the_recording_until_the_caller_speaks_of_something_else() -> None:
    call = a_call(recording=RECORDED)
    assert call.wants("@pause-recording") == PHRASES.recording_paused
    assert call.world.recordings == [False]
    call.hears_all()
    # Neither facts nor model are asked: such numbers go nowhere.
    assert spoken(call.speaks("It is 4242 4242 4242 4242.")) == PHRASES.anything_else
    assert call.world.recordings == [False]
    call.hears_all()
    assert "4242" not in str(call.context.conversation.records)
    # By keys, too; none of them is the menu's now.
    assert spoken(call.presses("4242424242424242#")) == PHRASES.anything_else
    call.hears_all()
    call.speaks("Where are you?")
    assert call.world.recordings == [False, True]


def test_a_card_number_said_at_any_time_reaches_neither_model_nor_operator() -> None:
    call = a_call()
    call.speaks("My card is 4242 4242 4242 4242.")
    call.finds()
    assert call.last_user_message is not None
    assert "4242" not in call.last_user_message
    call.model_finishes()
    call.hears_all()
    call.asks("An operator for 4242 4242 4242 4242, please.", "@operator")
    (transfer,) = transfers_in(call.hears_all())
    assert "4242" not in transfer.summary


def test_a_key_pauses_the_recording_and_lets_it_go_on() -> None:
    call = a_call(recording=RECORDED, menu={"7": {"pause_recording": True}})
    assert spoken(call.presses("7")) == PHRASES.recording_paused
    call.hears_all()
    call.presses("7")
    assert call.world.recordings == [False, True]


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
    assert call.world.recordings == is_recorded
    call.happens(on.HungUp(16))
    (record,) = call.world.written
    assert (record.recording_caller is not None) is bool(is_recorded)


def test_a_caller_who_asks_instead_of_agreeing_is_answered_and_not_recorded() -> None:
    call = a_call(recording=CONSENT)
    call.context.conversation.is_recording_paused = True
    assert call.asks_where() == ADDRESS
    assert call.world.recordings == []


def test_who_did_not_agree_is_not_recorded_after_a_secret_either() -> None:
    call = a_call(recording=CONSENT, menu={"1": {"entry": "pin"}}, entries=[PIN_ENTRY])
    call.context.conversation.is_recording_paused = True
    call.speaks("No.")
    call.hears_all()
    call.presses("1")
    call.hears_all()
    call.presses("1234")
    assert call.world.recordings == []
