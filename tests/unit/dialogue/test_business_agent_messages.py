"""How our own agent takes messages and callback requests, told as conversations."""

import pytest

from tests.fakes.sample_business import a_business
from tests.unit.calls.playing import a_context, spoken
from tests.unit.dialogue.conversing import Conversing, a_call
from voicebot.calls import events as on
from voicebot.calls.outbound_rules import Refusal, Refused
from voicebot.errors import StoreError

PHRASES = a_business().phrases


def test_a_message_is_taken_with_name_and_number_read_back() -> None:
    call = a_call()
    assert call.wants("@message") == PHRASES.ask_name
    assert call.hears_and_says("My name is Ann Smith.") == (
        "That is Ann Smith, at 1, 2 0 2, 5 5 5, 0 1 2 3. Is that right?"
    )
    assert call.hears_and_says("Yes.") == PHRASES.ask_message
    call.hears_all()
    assert call.session.end_silence_ms == 2_000, "a message has pauses"
    answer = spoken(call.speaks("My chain is broken again."))
    assert answer.startswith(PHRASES.message_taken.strip())
    message = ("Ann Smith", "+12025550123", "My chain is broken again.")
    assert call.tools.messages == [message]


def test_another_number_is_read_back_before_it_is_used() -> None:
    call = a_call()
    call.wants("@message")
    call.hears_and_says("Ann.")
    assert call.hears_and_says("No.") == PHRASES.ask_number
    assert call.hears_and_says("two oh two, five five five, zero one double nine") == (
        "That is Ann, at 2 0 2, 5 5 5, 0 1 9 9. Is that right?"
    )
    assert call.hears_and_says("Right.") == PHRASES.ask_message
    call.hears_and_says("Call me.")
    assert call.tools.messages == [("Ann", "2025550199", "Call me.")]


def test_a_number_can_be_entered_with_the_keys() -> None:
    call = a_call()
    call.wants("@callback")
    call.hears_and_says("No.")
    call.hears_all()
    assert spoken(call.presses("2025550177#")) == PHRASES.call_back_at.format(
        number="2 0 2, 5 5 5, 0 1 7 7"
    )
    call.hears_all()
    call.presses("1")
    assert call.tools.callbacks == ["2025550177"]


def test_a_caller_with_a_withheld_number_is_asked_for_one() -> None:
    facts = a_context().facts
    context = a_context()
    context.facts = type(facts)(facts.call_id, facts.channel_id, "", "1000", "ulaw")
    call = Conversing(context=context)
    call.greets()
    assert call.wants("@callback") == PHRASES.ask_number


def test_a_number_that_is_not_rung_is_refused_and_another_asked_for() -> None:
    call = a_call()
    call.wants("@callback")
    call.tools.refused = Refused(Refusal.PREMIUM_RATE, "it costs extra")
    said = call.hears_and_says("Yes.")
    assert said == f"{PHRASES.number_refused} {PHRASES.ask_number}"
    assert call.tools.callbacks == []
    call.hears_all()
    call.tools.refused = None
    call.presses("2025550177#")
    call.hears_all()
    call.presses("1")
    assert call.tools.callbacks == ["2025550177"]


def test_who_gives_such_numbers_only_is_not_asked_for_ever() -> None:
    call = a_call()
    call.wants("@callback")
    call.tools.refused = Refused(Refusal.PREMIUM_RATE, "it costs extra")
    for _ in range(2):
        call.hears_and_says("Yes.")
        call.hears_all()
        call.presses("2025550177#")
        call.hears_all()
    assert call.hears_and_says("Yes.") == f"{PHRASES.number_refused} {PHRASES.ask_again}"


def test_what_cannot_be_kept_is_not_promised() -> None:
    call = a_call()
    call.wants("@callback")
    call.tools.failure = StoreError("the database is away")
    assert call.hears_and_says("Yes.") == PHRASES.not_kept
    assert call.tools.callbacks == []


@pytest.mark.parametrize("words", ["Never mind.", "Cancel."])
def test_a_caller_may_drop_it(words: str) -> None:
    call = a_call()
    call.wants("@message")
    assert call.hears_and_says(words) == PHRASES.ask_again


def test_a_number_nobody_understands_is_given_up_and_the_message_taken() -> None:
    call = a_call()
    call.wants("@message")
    call.hears_and_says("Ann.")
    call.hears_and_says("No.")
    for _ in range(1):
        assert call.hears_and_says("Blue.") == PHRASES.ask_number_again
    assert call.hears_and_says("Green.") == PHRASES.ask_message
    call.hears_and_says("Call me.")
    assert call.tools.messages == [("Ann", "", "Call me.")]


def test_a_read_back_that_could_not_be_spoken_is_not_agreed_to() -> None:
    call = a_call()
    call.wants("@callback")
    failed = call.cannot_hear()
    assert spoken(failed) == PHRASES.trouble
    call.hears_all()
    call.speaks("Yes.")
    assert call.tools.callbacks == []


def test_a_form_does_not_outlive_an_apology_in_the_middle_of_it() -> None:
    call = a_call()
    call.wants("@message")
    call.hears_and_says("Ann.")
    call.hears_and_says("Yes.")
    assert spoken(call.cannot_hear()) == PHRASES.trouble
    call.hears_all()
    # The caller was invited to try something else: this is neither a name nor the message.
    assert "Harbor Street" in call.asks_where()
    call.hears_all()
    assert call.wants("@message") == PHRASES.ask_name
    assert call.tools.messages == []


@pytest.mark.parametrize("heard_so_far", [(), ("No.",), ("No.", "Blue.")])
def test_keys_mashed_at_any_question_of_a_booking_book_nothing(
    heard_so_far: tuple[str, ...],
) -> None:
    call = a_call()
    call.wants("@callback")
    for words in heard_so_far:
        call.hears_and_says(words)
    for _ in range(4):
        call.hears_all()
        call.presses("*3*9*#")
    assert call.tools.callbacks == []


@pytest.mark.parametrize("heard_so_far", [(), ("No.",), ("No.", "two oh two, five five five")])
def test_who_hangs_up_while_booking_has_booked_nothing_and_is_on_record(
    heard_so_far: tuple[str, ...],
) -> None:
    call = a_call()
    call.wants("@callback")
    for words in heard_so_far:
        call.hears_and_says(words)
    call.happens(on.HungUp(16))
    assert call.tools.callbacks == []
    (record,) = call.world.written
    assert record.hangup_cause == 16
