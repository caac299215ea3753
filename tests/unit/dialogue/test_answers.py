"""Which fact answers a question, if any."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.sample_business import a_business
from voicebot.dialogue.answers import (
    NEAR_SCORE,
    SURE_SCORE,
    Candidate,
    FactIndex,
    NoFact,
    OfferFact,
    TellFact,
    Verdict,
    choose,
    questions_of,
    statements_of,
)

BUSINESS = a_business()
# One direction of meaning per fact; the address is asked about in two ways.
VECTORS = [[1.0, 0.0, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, 1.0], [-1.0, 0.0, 0.0]]


def index() -> FactIndex:
    return FactIndex(BUSINESS, VECTORS)


def test_questions_are_indexed_in_the_order_of_the_file() -> None:
    assert questions_of(BUSINESS) == [
        "Where are you?",
        "What is your address?",
        "How long does a repair take?",
        "Are you open now?",
    ]


def test_statements_are_indexed_in_the_order_of_the_file() -> None:
    assert statements_of(BUSINESS)[:3] == [
        "our address",
        "We are at forty two Harbor Street.",
        "how long a repair takes",
    ]


def test_facts_are_ranked_each_by_its_best_question() -> None:
    nearest = index().nearest([0.6, 0.8, 0.0], "")
    assert [candidate.fact_id for candidate in nearest] == ["address", "repairs", "open-now"]
    assert nearest[0].score > nearest[1].score


def test_words_without_a_topic_ask_for_nothing_unless_they_are_a_question_of_the_file() -> None:
    assert index().nearest([0.5, 0.0, 0.0], "Hello?") == ()
    assert index().nearest([1.0, 0.0, 0.0], "Where are you?")[0].fact_id == "address"


def test_no_more_facts_are_named_than_wanted() -> None:
    assert len(index().nearest([1.0, 0.0, 0.0], "", limit=1)) == 1


def score(text: str, *rests: list[float]) -> Candidate:
    """Of the address, asked for in exactly its own meaning."""
    vector = [1.0, 0.0, 0.0]
    doubts = index().doubts(vector, text)
    return index().nearest(vector, text, dict(zip(doubts, rests, strict=False)))[0]


def test_words_a_fact_knows_nothing_of_count_against_it() -> None:
    assert score("Where is your submarine?").score < score("Where are you?").score


def test_words_that_change_the_meaning_count_more_than_words_that_do_not() -> None:
    little, much = [1.0, 0.05, 0.0], [0.5, 0.85, 0.0]
    text = "Where is your submarine?"
    assert score(text, much).score < score(text, little).score


def test_what_is_asked_about_another_thing_is_not_told() -> None:
    vector, text = [0.9, 0.0, 0.43], "Where is your submarine?"
    (doubt,) = index().doubts(vector, text)
    assert doubt.rest == "Where is your ?"
    best = index().nearest(vector, text, {doubt: [1.0, 0.0, 0.0]})[0]
    assert best.fact_id == "address"
    assert best.is_about_another


@pytest.mark.parametrize("text", ["Where is the shop in Denver?", "Are you open at Christmas?"])
def test_a_strange_name_or_day_is_another_thing(text: str) -> None:
    assert score(text).is_about_another


def test_the_topic_of_another_fact_is_another_thing() -> None:
    assert score("Where do you repair?").is_about_another


@pytest.mark.parametrize(
    "text", ["What's the address?", "Your addresses, please", "Lakeside's tandem street address"]
)
def test_words_in_other_forms_and_the_businesss_own_names_do_not(text: str) -> None:
    assert index().doubts([1.0, 0.0, 0.0], text) == () or "repairs" not in text
    assert not score(text).is_about_another


def test_the_names_of_operators_are_known_words() -> None:
    assert not score("Where is Maria?").is_about_another


def test_a_business_without_facts_has_no_nearest() -> None:
    assert FactIndex(a_business(facts=[]), []).nearest([1.0], "Where are you?") == ()


def test_an_index_of_another_file_is_refused() -> None:
    with pytest.raises(ValueError, match="1 vectors for 4 questions"):
        FactIndex(BUSINESS, [[1.0]])


def test_statements_of_another_file_are_refused() -> None:
    with pytest.raises(ValueError, match="1 vectors for 7 statements"):
        FactIndex(BUSINESS, VECTORS, statements=[[1.0]])


SURE, NEAR = SURE_SCORE + 0.01, (SURE_SCORE + NEAR_SCORE) / 2


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [
        ([], NoFact()),
        ([NEAR_SCORE - 0.01], NoFact()),
        ([NEAR_SCORE], OfferFact("0")),
        ([NEAR], OfferFact("0")),
        ([SURE_SCORE], TellFact("0")),
        ([0.99, 0.0], TellFact("0")),
    ],
)
def test_a_fact_is_told_when_sure_and_offered_when_near(
    scores: list[float], verdict: Verdict
) -> None:
    assert choose([Candidate(str(n), score) for n, score in enumerate(scores)]) == verdict


def test_what_is_about_another_thing_is_asked_about() -> None:
    assert choose([Candidate("a", 0.99, is_about_another=True)]) == OfferFact("a")


candidates = st.lists(st.floats(0, 1), max_size=4).map(
    lambda scores: [Candidate(str(n), s) for n, s in enumerate(sorted(scores, reverse=True))]
)


@given(candidates)
def test_only_the_nearest_fact_is_told_or_offered(found: list[Candidate]) -> None:
    match choose(found):
        case TellFact(fact_id) | OfferFact(fact_id):
            assert fact_id == found[0].fact_id
            assert found[0].score >= NEAR_SCORE
        case NoFact():
            assert not found or found[0].score < NEAR_SCORE


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_nearer_question_is_never_answered_with_less(score: float, more: float) -> None:
    ranks = {NoFact: 0, OfferFact: 1, TellFact: 2}
    lower, higher = (
        ranks[type(choose([Candidate("a", value)]))] for value in (score, score + more)
    )
    assert lower <= higher


@given(st.lists(st.floats(-10, 10), min_size=3, max_size=3).filter(any), st.text())
def test_the_nearest_come_best_first(raw: list[float], text: str) -> None:
    length = math.hypot(*raw)
    found = index().nearest([value / length for value in raw], text)
    scores = [candidate.score for candidate in found]
    assert scores == sorted(scores, reverse=True)
    assert len({candidate.fact_id for candidate in found}) == len(found)
