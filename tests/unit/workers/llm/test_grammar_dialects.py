"""How does a server take a grammar?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.llm.grammar_dialects import DIALECTS, is_obeyed


@pytest.mark.parametrize("reply", ["ok-42", " ok-00\n"])
def test_a_reply_that_fits_the_grammar_shows_that_it_was_obeyed(reply: str) -> None:
    assert is_obeyed(reply)


@given(st.text(max_size=12))
def test_what_a_model_says_freely_shows_nothing(reply: str) -> None:
    assert not is_obeyed(f"Hello! {reply}")


@pytest.mark.parametrize("reply", ["", "ok", "ok-1", "ok-123", "ok-42 and more"])
def test_a_reply_that_fits_in_part_shows_nothing(reply: str) -> None:
    assert not is_obeyed(reply)


def test_every_dialect_carries_the_grammar_under_a_name_of_its_own() -> None:
    places = [dialect.fields("root") for dialect in DIALECTS]
    assert len({tuple(place) for place in places}) == len(DIALECTS)
    assert all("root" in str(place) for place in places)
