"""What kind of thing is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.questions_asked import Asked, asks, kinds_asked, kinds_told


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("How much is a tune-up?", {Asked.PRICE}),
        ("When does it start?", {Asked.TIME}),
        ("Where can I find you?", {Asked.PLACE}),
        ("Who is the owner?", {Asked.PERSON}),
        ("Where and when?", {Asked.PLACE, Asked.TIME}),
        ("Do you have a tandem?", set()),
    ],
)
def test_questions_tell_what_they_want(text: str, kinds: set[Asked]) -> None:
    assert kinds_asked(text) == kinds


def test_an_answer_with_money_in_it_tells_a_price() -> None:
    assert kinds_told("It costs eighteen dollars.") == {Asked.PRICE}
    assert kinds_told("We are across from the boat landing.") == frozenset()


@pytest.mark.parametrize(
    "text", ["Where are you", "um, can I rent a bike", "I'd like a tandem", "A bike?", "Tell me"]
)
def test_whoever_wants_something_asks(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize("text", ["I had a lovely day.", "My daughter passed her exam."])
def test_whoever_only_tells_something_does_not(text: str) -> None:
    assert not asks(text)


@given(st.text())
def test_a_question_mark_always_asks(text: str) -> None:
    assert asks(text + "?")
