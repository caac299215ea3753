"""Number words, and digits in groups."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unicode_rbnf import RbnfEngine

from voicebot.dialogue.spoken_forms import spoken_form
from voicebot.dialogue.spoken_numbers import grouped, number_words

RULES = RbnfEngine.for_language("en")


@given(st.integers(0, 10**9))
def test_every_whole_number_is_said_by_cldrs_rules(number: int) -> None:
    expected = RULES.format_number(number).text
    assert spoken_form(f"about {number} of them", "en") == f"about {expected} of them"
    if number >= 1000:
        assert spoken_form(f"{number:,}", "en") == expected


@given(st.text("0123456789", min_size=1, max_size=20), st.sampled_from(["", "+"]))
def test_all_digits_are_in_the_groups_in_order(digits: str, plus: str) -> None:
    groups = grouped(plus + digits)
    assert "".join(groups) == digits
    assert all(1 <= len(group) <= 4 for group in groups)


@pytest.mark.parametrize(
    ("number", "groups"),
    [
        ("2025550123", ["202", "555", "0123"]),
        ("+12025550123", ["1", "202", "555", "0123"]),
        ("+442079460018", ["44", "20", "7946", "0018"]),
        ("+493012345678", ["49", "30", "1234", "5678"]),
        ("12345", ["12", "345"]),
    ],
)
def test_a_number_is_grouped_as_its_country_writes_it(number: str, groups: list[str]) -> None:
    assert grouped(number) == groups


def test_a_language_without_words_for_years_says_the_number() -> None:
    polish = number_words("pl")
    assert polish is not None
    assert polish.year(1998) == polish.cardinal(1998)


def test_the_decimal_sign_is_the_languages_own() -> None:
    german, english = number_words("de-AT"), number_words("en")
    assert german is not None
    assert english is not None
    assert german.decimal("3", "05") == "drei Komma null fünf"
    assert english.decimal("3", "05") == "three point zero five"


def test_an_unknown_language_has_no_words() -> None:
    assert number_words("xx") is None
