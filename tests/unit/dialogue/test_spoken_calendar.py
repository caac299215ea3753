"""Times, dates and years in English."""

import pytest

from voicebot.dialogue.spoken_forms import spoken_form


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("at 9:30", "at nine thirty"),
        ("at 9:05.", "at nine oh five."),
        ("at 9:00", "at nine o'clock"),
        ("at 9 am", "at nine A M"),
        ("at 9:15 p.m. and", "at nine fifteen P M and"),
        ("at 9 a.m. We", "at nine A M. We"),
        ("at 17:45", "at five forty-five P M"),
        ("at 0:10", "at twelve ten A M"),
        ("9-5", "nine to five"),
        ("9-5 pm", "nine to five P M"),
        ("9:30-5 pm", "nine thirty to five P M"),
        ("9:00\u201318:00", "nine A M to six P M"),
        ("13:00-18:30", "one P M to six thirty P M"),
        ("9:00-11:00", "nine o'clock to eleven o'clock"),
        ("Mon\u2013Fri", "Monday to Friday"),
        ("Tue/Thu", "Tuesday and Thursday"),
        ("Mon, Wed, Sat 9-5", "Monday, Wednesday, Saturday nine to five"),
        ("The cat sat in the sun.", "The cat sat in the sun."),
        ("2026-11-23", "November twenty-third, twenty twenty-six"),
        ("Nov 3", "November third"),
        ("Nov. 3rd, 2026", "November third, twenty twenty-six"),
        ("May 3\u20135", "May third to fifth"),
        ("3 March", "the third of March"),
        ("the 3rd of March 2026", "the third of March, twenty twenty-six"),
        ("31 February", "thirty-one February"),
        ("March 2027", "March twenty twenty-seven"),
        ("by 3/4", "by March fourth"),
        ("3/4/2026", "March fourth, twenty twenty-six"),
        ("since 1998", "since nineteen ninety-eight"),
        ("in 1998 dollars", "in one thousand nine hundred ninety-eight dollars"),
        ("2019\u20132024", "twenty nineteen to twenty twenty-four"),
        ("the 1990s, the '80s", "the nineteen nineties, the 'eighties"),
    ],
)
def test_times_and_dates_are_said_as_people_say_them(written: str, said: str) -> None:
    assert spoken_form(written, "en") == said


@pytest.mark.parametrize("written", ["2026-13-23", "2026-02-30", "2/30/2026", "32 March"])
def test_a_day_that_is_not_is_said_as_no_date(written: str) -> None:
    assert "twenty twenty-six" not in spoken_form(written, "en")
    assert "the thirty-second" not in spoken_form(written, "en")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("by 3/4", "by April third"),
        ("3/4/2026", "April third, twenty twenty-six"),
        ("23/11/2026", "November twenty-third, twenty twenty-six"),
        ("23.11.2026", "November twenty-third, twenty twenty-six"),
    ],
)
def test_the_day_comes_first_outside_the_united_states(written: str, said: str) -> None:
    assert spoken_form(written, "en-GB") == said
