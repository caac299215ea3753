"""Words heard wrong."""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.caller.word_errors import WordErrors, distance, total, word_errors

words = st.lists(st.sampled_from("abcde"), max_size=8)


def test_digits_case_and_punctuation_are_no_errors() -> None:
    assert word_errors("Press 1, then 25.", "press one then twenty five") == WordErrors(0, 5)


def test_substitutions_deletions_and_insertions_count_one_each() -> None:
    assert word_errors("please hold my line now", "please hold your").wrong == 3
    assert word_errors("", "press star").wrong == 2


def test_rates_of_many_are_weighted_by_their_words() -> None:
    assert total([WordErrors(1, 2), WordErrors(0, 8)]).rate == 0.1
    assert total([]).rate == 0.0


@given(words, words, words)
def test_the_distance_is_a_metric(some: list[str], others: list[str], third: list[str]) -> None:
    assert (distance(some, others) == 0) == (some == others)
    assert distance(some, others) == distance(others, some)
    assert distance(some, others) <= distance(some, third) + distance(third, others)
    assert distance(some, others) <= max(len(some), len(others))
