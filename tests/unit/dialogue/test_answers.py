"""Which fact answers a question, if any."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.sample_business import a_business
from voicebot.dialogue.answers import (
    CLEAR_LEAD,
    NEAR_SCORE,
    SURE_SCORE,
    UNKNOWN_WORD_PENALTY,
    Candidate,
    FactIndex,
    NoFact,
    OfferFact,
    TellFact,
    Verdict,
    choose,
    questions_of,
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


def test_facts_are_ranked_each_by_its_best_question() -> None:
    nearest = index().nearest([0.6, 0.8, 0.0], "")
    assert [candidate.fact_id for candidate in nearest] == ["address", "repairs", "open-now"]
    assert nearest[0].score == pytest.approx(0.96)
    assert nearest[2].score == pytest.approx(-0.6)


def test_no_more_facts_are_named_than_wanted() -> None:
    assert len(index().nearest([1.0, 0.0, 0.0], "", limit=1)) == 1


def test_words_a_fact_knows_nothing_of_count_against_it() -> None:
    plain, strange = (
        index().nearest([1.0, 0.0, 0.0], text)[0].score
        for text in ("Where are you?", "Where is your submarine?")
    )
    assert plain == pytest.approx(1.0)
    assert strange == pytest.approx(1.0 - UNKNOWN_WORD_PENALTY)


@pytest.mark.parametrize(
    "text", ["What's the address?", "Your addresses, please", "Lakeside's tandem street address"]
)
def test_words_in_other_forms_and_the_businesss_own_names_do_not(text: str) -> None:
    assert index().nearest([1.0, 0.0, 0.0], text)[0].score == pytest.approx(1.0)


def test_the_names_of_operators_are_known_words() -> None:
    assert index().nearest([1.0, 0.0, 0.0], "Where is Maria?")[0].score == pytest.approx(1.0)


def test_a_business_without_facts_has_no_nearest() -> None:
    assert FactIndex(a_business(facts=[]), []).nearest([1.0], "Where are you?") == ()


def test_an_index_of_another_file_is_refused() -> None:
    with pytest.raises(ValueError, match="1 vectors for 4 questions"):
        FactIndex(BUSINESS, [[1.0]])


SURE, NEAR = SURE_SCORE + 0.01, (SURE_SCORE + NEAR_SCORE) / 2


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [
        ([], NoFact()),
        ([NEAR_SCORE - 0.01], NoFact()),
        ([NEAR_SCORE], OfferFact("0")),
        ([NEAR], OfferFact("0")),
        ([SURE_SCORE], TellFact("0")),
        ([SURE, SURE - CLEAR_LEAD - 0.001], TellFact("0")),
        ([SURE, SURE - CLEAR_LEAD / 2], OfferFact("0")),
        ([SURE, SURE], OfferFact("0")),
        ([0.99, -1.0], TellFact("0")),
    ],
)
def test_a_fact_is_told_when_sure_and_offered_when_near(
    scores: list[float], verdict: Verdict
) -> None:
    assert choose([Candidate(str(n), score) for n, score in enumerate(scores)]) == verdict


candidates = st.lists(st.floats(-1, 1), max_size=4).map(
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


@given(st.floats(-1, 1), st.floats(0, 2))
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
