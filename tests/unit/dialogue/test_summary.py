"""What an operator is told."""

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.sample_business import a_business
from voicebot.dialogue.history import Exchange
from voicebot.dialogue.summary import MAX_QUOTED_WORDS, summarise

ADDRESS = Exchange("Where are you?", "We are at forty two Harbor Street.")


def test_the_operator_hears_what_it_is_about_and_what_was_said_last() -> None:
    told = summarise(a_business(), [Exchange("", "Hello."), ADDRESS], "An operator, please.")
    assert told == (
        "The caller asked about our address. The caller said: An operator, please. "
        "Before that: Where are you?"
    )


def test_a_caller_who_said_nothing_is_announced_as_such() -> None:
    assert summarise(a_business(), [], "") == "The caller has not said what it is about."


words = st.text("abc .?", max_size=400)


@given(st.lists(st.builds(Exchange, words, words), max_size=12), words)
def test_a_summary_is_short_and_says_something(history: list[Exchange], heard: str) -> None:
    told = summarise(a_business(), history, heard)
    assert told.strip()
    assert len(told.split()) < 3 * MAX_QUOTED_WORDS + 40
