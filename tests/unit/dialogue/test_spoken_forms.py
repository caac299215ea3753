"""What a voice says for what is written."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.spoken_forms import spoken_form, units

SAMPLES = (
    "$89.50", "€5", "£2.50", "USD 12", "$5-10", "$45/day", "9:30", "9 am", "9:00 a.m.", "17:45",
    "9-5",
    "9:00\u201318:00", "Mon\u2013Fri",
    "2026-11-23", "Nov 3", "3/4", "3/4/2026", "by 3/4",
    "May 5th",
    "in 1998", "the 90s", "+1 202-555-0123", "(202) 555-0123", "10-20 km", "72°F", "-5", "42nd",
    "3,500", "3.14", "2½", "hello@lakeside.example", "www.lakeside.com/a?b=1", "Mr.", "Dr. Who",
    "5 Harbor St.", "AB-123", "no. 5", "#1234", "MP3", "4x4", "USB", "NASA", "100%", "24/7", "007",
    "12345678901234", "1.2.3", "10x", "PIN is 4711", "bikes", "and", "A", "we", "&", "Hello.",
    "Are you there?", ",", "don't", "½", "5\u00b2", "٣", "o'clock", "Sat", "No.", "1,2", "$", "%",
)  # fmt: skip
texts = st.lists(st.sampled_from(SAMPLES), max_size=6).map(" ".join) | st.text(
    "0123456789 .,:/-+$€%@#&'AaBbMmPptth°x()", max_size=24
)
languages = st.sampled_from(["en", "en-GB", "de", "fr"])


@given(texts, languages)
def test_no_digit_survives(text: str, language: str) -> None:
    assert not re.search(r"\d", spoken_form(text, language))


@given(texts, languages)
def test_a_spoken_form_is_its_own(text: str, language: str) -> None:
    once = spoken_form(text, language)
    assert spoken_form(once, language) == once


@given(texts, languages)
def test_units_are_the_text_in_its_order(text: str, language: str) -> None:
    written = " ".join(unit.written for unit in units(text, language))
    assert written.split() == text.split()


@given(st.lists(st.sampled_from(["we", "rent", "bikes", "by", "Mister", "lake,", "yes."])))
def test_plain_words_stay_as_they_are(words: list[str]) -> None:
    assert spoken_form(" ".join(words), "en") == " ".join(words)


def test_a_language_whose_numbers_are_unknown_is_left_alone() -> None:
    assert spoken_form("42 dkk", "xx") == "42 dkk"


@pytest.mark.parametrize("language", ["de", "de-AT", "fr", "es", "it", "pl"])
def test_other_languages_are_never_said_in_english_words(language: str) -> None:
    said = spoken_form("42 km, 89,50 € (3.) 9:30 & 100 %", language)
    assert not set(re.findall(r"[a-z]+", said)) & {"two", "forty", "euros", "kilometers", "and"}


def test_an_answer_is_said_as_a_person_would() -> None:
    assert spoken_form(
        "A tune-up is $89. We are open 9:00\u201318:00 Mon\u2013Fri, at 42 Harbor St.", "en"
    ) == (
        "A tune-up is eighty-nine dollars. We are open nine A M to six P M Monday to Friday, "
        "at forty-two Harbor Street."
    )
