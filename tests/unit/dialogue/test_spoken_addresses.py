"""Addresses, codes and abbreviations in English."""

import pytest

from voicebot.dialogue.spoken_forms import spoken_form


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Mail hello@lake-bikes.example.", "Mail hello at lake dash bikes dot example."),
        ("a_b24@x.example", "a underscore b twenty-four at x dot example"),
        ("www.lake.com/a", "W W W dot lake dot com slash a"),
        ("https://lake.example", "lake dot example"),
        ("see lake.com.", "see lake dot com."),
        ("order AB-123", "order A B, one two three"),
        ("order number 471199", "order number four seven one, one nine nine"),
        ("Your PIN is 4711.", "Your PIN is four seven one one."),
        ("no. 5", "number five"),
        ("No. It is", "No. It is"),
        ("#12", "number twelve"),
        ("MP3", "M P three"),
        ("4x4", "four x four"),
        ("7-speed", "seven speed"),
        ("COVID-19", "COVID nineteen"),
        ("Mr. Smith", "Mister Smith"),
        ("Dr. Smith", "Doctor Smith"),
        ("5 Harbor Dr.", "five Harbor Drive."),
        ("Harbor St. and", "Harbor Street and"),
        ("near St. Mary", "near Saint Mary"),
        ("Visit St. Mary", "Visit Saint Mary"),
        ("this st. is", "this st. is"),
        ("bikes etc.", "bikes et cetera."),
        ("Bed & Breakfast, B&B", "Bed and Breakfast, B and B"),
        ("USB, ATMs, OK, NASA, HTML", "U S B, A T Ms, OK, NASA, H T M L"),
        ("It IS new", "It IS new"),
    ],
)
def test_what_names_something_is_said_so_that_it_can_be_written_down(
    written: str, said: str
) -> None:
    assert spoken_form(written, "en") == said
