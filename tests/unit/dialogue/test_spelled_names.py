"""Letters become names."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.spelled_names import SpelledName, spelled_name

NATO = [
    *("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet"),
    *("kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango"),
    *("uniform", "victor", "whiskey", "xray", "yankee", "zulu"),
]
letters = st.text(string.ascii_lowercase, min_size=3, max_size=12)


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        ("Keller, K-E-L-L-E-R", "Keller"),
        ("Keller, K. E. L. L. E. R.", "Keller"),
        ("Anna Kellar, K E L L E R", "Anna Keller"),
        ("Anna, K, E, double L, E, R.", "Anna Keller"),
        ("Keller, that's spelled K E double L E R", "Keller"),
        ("M as in Nancy, G, U, Y, E, N", "Nguyen"),
        ("Kilo Echo Lima Lima Echo Romeo", "Keller"),
        ("Lee, L, E, E.", "Lee"),
        ("O, apostrophe, B, R, I, E, N", "O'Brien"),
        ("K-E-LLER", "Keller"),
        ("B for Bravo, O, N, D", "Bond"),
        ("Ann-Marie S M I T H", "Ann-Marie Smith"),
    ],
)
def test_a_spelled_name_is_joined(heard: str, name: str) -> None:
    found = spelled_name(heard)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "heard",
    ["", "Anna Keller", "I am Anna", "It's a boy", "Mike", "Victor Oscar", "J R Smith", "No."],
)
def test_a_name_that_is_only_said_is_not_taken_for_spelled(heard: str) -> None:
    assert spelled_name(heard) is None


def test_it_is_read_back_letter_by_letter() -> None:
    assert SpelledName("Anna Keller", "Keller").read_back == "Anna Keller, K, E, L, L, E, R"


@given(letters, st.sampled_from([" ", ", ", "-", ". "]))
def test_letters_are_heard_however_they_are_written(name: str, between: str) -> None:
    found = spelled_name(between.join(name.upper()))
    assert found is not None
    assert found.letters.lower() == name


@given(letters)
def test_the_telephone_alphabet_spells_every_name(name: str) -> None:
    found = spelled_name(" ".join(NATO[ord(letter) - ord("a")] for letter in name))
    assert found is not None
    assert found.letters.lower() == name


@given(letters, st.sampled_from(string.ascii_lowercase))
def test_the_word_decides_where_a_letter_was_misheard(name: str, misheard: str) -> None:
    word = NATO[ord(name[0]) - ord("a")]
    found = spelled_name(f"{misheard} as in {word}, {', '.join(name[1:])}")
    assert found is not None
    assert found.letters.lower() == name


@given(st.text(max_size=60))
def test_anything_at_all_may_be_said(heard: str) -> None:
    found = spelled_name(heard)
    assert found is None or sum(sign.isalpha() for sign in found.letters) >= 3
