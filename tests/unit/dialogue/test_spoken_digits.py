"""Digits as people say them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.spoken_digits import digits_in, spoken_digits

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("two oh two, five five five, zero one double nine", "2025550199"),
        ("It's 202-555-0123.", "2025550123"),
        ("plus one two oh two", "1202"),
        ("+1 202 555", "+1202555"),
        ("triple four one", "4441"),
        ("twenty five, thirty, eleven", "253011"),
        ("eight hundred five five five", "800555"),
        ("for five six to one", "45621"),
        ("double 5 3", "553"),
    ],
)
def test_digits_are_found_however_they_are_said(said: str, digits: str) -> None:
    assert digits_in(said) == digits


@pytest.mark.parametrize(
    "said", ["", "I want to rent a bike for a day", "oh, to be there", "Anna Smith", "to, too, oh"]
)
def test_words_that_only_sound_like_digits_are_none(said: str) -> None:
    assert digits_in(said) == ""


@given(st.text("0123456789", min_size=1, max_size=15))
def test_digits_said_one_by_one_come_back(number: str) -> None:
    assert digits_in(" ".join(WORDS[int(digit)] for digit in number)) == number


@given(st.text("0123456789", min_size=1, max_size=17))
def test_what_is_read_aloud_is_understood_again(number: str) -> None:
    assert digits_in(spoken_digits(f"+{number}")) == number


def test_a_number_is_read_in_groups() -> None:
    assert spoken_digits("+12025550123") == "1, 2 0 2, 5 5 5, 0 1 2 3"
    assert spoken_digits("123") == "1 2 3"
