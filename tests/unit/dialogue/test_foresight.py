"""What callers ask next is learned from what they asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.foresight import ForesightRules, NextQuestions, says_the_same

FACTS = st.sampled_from(["hours", "address", "parking", "warranty"])


def test_what_most_callers_asked_next_is_likely() -> None:
    questions = NextQuestions()
    for fact_id in ("address", "address", "parking", "address"):
        questions.asked(fact_id, after="hours")
    assert questions.likely("hours") == "address"


def test_of_a_fact_that_nobody_has_heard_nothing_is_known() -> None:
    assert NextQuestions().likely("hours") is None


def test_few_callers_prove_nothing() -> None:
    questions = NextQuestions(ForesightRules(least_seen=4))
    for _ in range(3):
        questions.asked("address", after="hours")
    assert questions.likely("hours") is None


def test_where_everybody_asks_something_else_nothing_is_likely() -> None:
    questions = NextQuestions(ForesightRules(least_seen=4, least_share=0.25))
    for number in range(8):
        questions.asked(f"fact-{number}", after="hours")
    assert questions.likely("hours") is None


@given(st.lists(st.tuples(FACTS, FACTS), max_size=60))
def test_only_the_latest_callers_count(asked: list[tuple[str, str]]) -> None:
    rules = ForesightRules(least_seen=1, least_share=0.0, remembered=10)
    long_lived, fresh = NextQuestions(rules), NextQuestions(rules)
    for after, fact_id in asked:
        long_lived.asked(fact_id, after=after)
    for after, fact_id in asked[-10:]:
        fresh.asked(fact_id, after=after)
    for fact_id in ("hours", "address", "parking", "warranty"):
        likely = long_lived.likely(fact_id)
        assert (likely is None) == (fresh.likely(fact_id) is None)
        if likely is not None:
            assert (fact_id, likely) in asked[-10:]


@pytest.mark.parametrize(
    ("heard", "foreseen", "is_same"),
    [
        ("Yeah, sure.", "Yes.", True),
        ("Yes.", "No.", False),
        ("Yes, and where are you?", "Yes.", False),
        ("no", "No.", True),
        ("Where are you", "Where are you?", True),
        ("Where were you?", "Where are you?", False),
        ("", "Yes.", False),
    ],
)
def test_other_words_for_a_yes_are_a_yes(heard: str, foreseen: str, *, is_same: bool) -> None:
    assert says_the_same(heard, foreseen) is is_same
