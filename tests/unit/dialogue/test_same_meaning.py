"""When a reply may be given again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.same_meaning import (
    Remembered,
    Replies,
    marks_of,
    may_be_kept,
    stands_alone,
)

VECTOR = (1.0, 0.0)
NAMES = ("Denver", "Peter", "Christmas")
NUMBERS = ("two", "three", "17", "hundred")
DAYS = ("Monday", "Saturday", "yesterday", "tomorrow")


def replies(*texts: str) -> Replies:
    found = Replies()
    found.add([Remembered(VECTOR, marks_of(text), (f"To {text}",)) for text in texts])
    return found


def test_what_means_the_same_is_answered_alike() -> None:
    found = replies("I had a lovely day at the lake.").find(VECTOR, "My day was lovely.")
    assert found is not None
    assert found.phrases == ("To I had a lovely day at the lake.",)


def test_what_does_not_is_not() -> None:
    assert replies("I had a lovely day.").find((0.5, 0.86), "I had a lovely day.") is None
    assert Replies().find(VECTOR, "I had a lovely day.") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("My daughter passed her exam.", "My daughter failed her exam."),
        ("My daughter passed her exam.", "My son passed his exam."),
        ("I like your store.", "I do not like your store."),
        ("What is your name?", "What is my name?"),
        ("Do you sell boats?", "Do you sell horses?"),
        ("You are nice.", "Are you nice?"),
        ("I have two bikes.", "I have three bikes."),
        ("I come on Monday.", "I come on Friday."),
        ("We were in Boston.", "We were in Denver."),
    ],
)
def test_what_differs_in_a_mark_does_not_mean_the_same(one: str, other: str) -> None:
    assert replies(one).find(VECTOR, other) is None
    assert replies(other).find(VECTOR, one) is None


holes = st.tuples(st.sampled_from(NAMES), st.sampled_from(NUMBERS), st.sampled_from(DAYS))


@given(holes, holes)
def test_a_hit_agrees_in_names_numbers_and_days(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    def said(hole: tuple[str, str, str]) -> str:
        return f"We saw {hole[0]} with {hole[1]} friends {hole[2]}."

    found = replies(said(one)).find(VECTOR, said(other))
    assert (found is not None) == (one == other)


@given(st.text(), st.text())
def test_agreeing_is_mutual(one: str, other: str) -> None:
    assert (replies(one).find(VECTOR, other) is None) == (replies(other).find(VECTOR, one) is None)


@pytest.mark.parametrize(
    "text", ["And the other one?", "I like that.", "What about the red?", "Yes, indeed", "Him too"]
)
def test_words_that_point_back_do_not_stand_alone(text: str) -> None:
    assert not stands_alone(text)


@pytest.mark.parametrize(
    "text", ["I had a lovely day.", "My daughter passed her exam.", "It is raining outside."]
)
def test_words_that_tell_all_do(text: str) -> None:
    assert stands_alone(text)


def test_who_names_private_people_or_numbers_is_not_remembered() -> None:
    known = frozenset({"maria"})
    assert may_be_kept("I talked with Maria about bikes.", "Nice!", known)
    assert not may_be_kept("I talked with Peter about bikes.", "Nice!", known)
    assert not may_be_kept("My number is 5 5 5.", "Nice!", known)


def test_what_does_not_suit_is_not_said_again() -> None:
    bad, good = "I had a terrible day at work.", "I had a lovely day at work."
    glad, sorry = "That sounds wonderful!", "I'm sorry to hear that."
    assert may_be_kept(bad, sorry, frozenset())
    assert may_be_kept(good, glad, frozenset())
    assert not may_be_kept(bad, glad, frozenset())
    assert not may_be_kept(good, sorry, frozenset())


def test_the_oldest_go_first() -> None:
    found = Replies(limit=2)
    for number in range(3):
        found.add([Remembered(VECTOR, marks_of(""), (str(number),))])
    assert len(found) == 2
    assert [one.phrases for one in found.latest(5)] == [("2",), ("1",)]
