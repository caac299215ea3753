"""Quantities in English."""

import pytest

from voicebot.dialogue.spoken_forms import spoken_form


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("$89.50", "eighty-nine dollars and fifty cents"),
        ("$1", "one dollar"),
        ("$0.01", "one cent"),
        ("$12.00", "twelve dollars"),
        ("-$5", "minus five dollars"),
        ("$5-10", "five to ten dollars"),
        ("$5.50\u2013$6", "five dollars and fifty cents to six dollars"),
        ("$1.9k", "one point nine thousand dollars"),
        ("$2-3 million", "two to three million dollars"),
        ("$45/day", "forty-five dollars a day"),
        ("$12/h", "twelve dollars an hour"),
        ("€5, £2.01", "five euros, two pounds and one penny"),
        ("USD 12", "twelve dollars"),
        ("89.50 EUR", "eighty-nine euros and fifty cents"),
        ("$1.999", "one point nine nine nine dollars"),
        ("3.5%", "three point five percent"),
        ("1 km, 12 km", "one kilometer, twelve kilometers"),
        ("a 12-km ride", "a twelve kilometer ride"),
        ("5\u20137 km", "five to seven kilometers"),
        ("72°F, -5°C", "seventy-two degrees Fahrenheit, minus five degrees Celsius"),
        ("1/2, 3/4", "one half, three quarters"),
        ("2 1/2, 2½", "two and a half, two and a half"),
        ("7/3", "seven over three"),
        ("24/7", "twenty-four seven"),
        ("42nd", "forty-second"),
        ("10x", "ten times"),
        ("10\u201320", "ten to twenty"),
        ("3,500", "three thousand five hundred"),
        ("1.2.3", "one point two point three"),
        ("-5", "minus five"),
        ("007", "zero zero seven"),
        ("+1 202-555-0123", "plus one, two zero two, five five five, zero one two three"),
        ("555-0123", "five five five, zero one two three"),
    ],
)
def test_a_quantity_is_said_as_people_say_it(written: str, said: str) -> None:
    assert spoken_form(written, "en") == said
