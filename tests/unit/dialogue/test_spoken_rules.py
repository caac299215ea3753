"""The rules that hold in every language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.spoken_forms import spoken_form
from voicebot.dialogue.spoken_numbers import number_words

NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
WORDS = {word: str(digit) for digit, word in enumerate(NAMES)}


@given(st.text("0123456789", min_size=10, max_size=10), st.sampled_from(["{}-{}-{}", "({}) {}-{}"]))
def test_every_digit_of_a_telephone_number_is_said_in_order(digits: str, form: str) -> None:
    said = spoken_form(form.format(digits[:3], digits[3:6], digits[6:]), "en")
    assert "".join(WORDS[word] for word in said.replace(",", "").split()) == digits


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("de", "1.900 Räder, 89,50", "eintausendneunhundert Räder, neunundachtzig Komma fünf null"),
        ("de", "um 9:30", "um neun dreißig"),
        ("de", "23.11.1998", "dreiundzwanzig elf neunzehnhundertachtundneunzig"),
        ("fr", "3,5", "trois virgule cinq"),
        ("es", "21", "veintiuno"),
        ("ja", "3.5", "三・五"),
    ],
)
def test_other_languages_say_numbers_by_their_own_rules(
    language: str, written: str, said: str
) -> None:
    assert number_words(language) is not None
    assert spoken_form(written, language).replace(" ", "") == said.replace(" ", "")
