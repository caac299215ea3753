"""How likely a fact is meant."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.evidence import ALIKE, STRANGE_GAIN, STRANGE_WEIGHT, Evidence, UnknownWord

SURE = Evidence(
    similarity=0.9,
    lead=0.3,
    statement_lead=0.2,
    unknown=(),
    kinds_missed=0,
    asks=True,
    names_a_stranger=False,
)
shares = st.floats(-1, 1)
evidences = st.builds(
    Evidence,
    similarity=shares,
    lead=shares,
    statement_lead=shares,
    unknown=st.lists(st.builds(UnknownWord, st.floats(0, 1), shares), max_size=4).map(tuple),
    kinds_missed=st.integers(0, 4),
    asks=st.booleans(),
    names_a_stranger=st.booleans(),
)


def test_the_same_question_is_all_but_certain() -> None:
    assert SURE.likelihood > 0.95
    assert not SURE.is_about_another


@given(evidences)
def test_a_likelihood_is_a_share(one: Evidence) -> None:
    assert 0 <= one.likelihood <= 1


@given(evidences, st.builds(UnknownWord, st.floats(0, 1), shares))
def test_a_word_that_is_not_known_never_helps(one: Evidence, word: UnknownWord) -> None:
    more = replace(one, unknown=(*one.unknown, word))
    assert more.likelihood <= one.likelihood
    assert more.is_about_another >= one.is_about_another


@given(evidences, st.floats(0, 1))
def test_a_nearer_fact_is_never_less_likely(one: Evidence, by: float) -> None:
    for nearer in (
        replace(one, similarity=one.similarity + by),
        replace(one, lead=one.lead + by),
        replace(one, statement_lead=one.statement_lead + by),
        replace(one, asks=True),
    ):
        assert nearer.likelihood >= one.likelihood


def test_what_makes_another_thing_of_it_is_not_told() -> None:
    for another in (
        replace(SURE, unknown=(UnknownWord(0.0, STRANGE_GAIN),)),
        replace(SURE, unknown=(UnknownWord(STRANGE_WEIGHT, 0.0),)),
        replace(SURE, similarity=ALIKE - 0.01),
        replace(SURE, names_a_stranger=True),
        replace(SURE, names_another=True),
    ):
        assert another.is_about_another
