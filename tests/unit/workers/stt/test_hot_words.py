"""A hint helps where a name was missed, and nowhere else."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from workers.stt.hot_words import DOUBTFUL_BELOW, better, is_worth_a_hint, prompt_of
from workers.stt.trust import Reading

HINT = "Lakeside Bikes, Nguyen"
UNSURE = Reading("My name is Neu Wien.", -0.6, 0.0, 1.0, is_cut=False, is_full_window=False)
texts = st.sampled_from(["", "My name is Nguyen.", "Bikes", "Yes.", "Neu Wien", "nguyen's bikes"])
readings = st.builds(
    Reading,
    texts,
    st.floats(-3, 0),
    st.just(0.0),
    st.just(1.0),
    is_cut=st.just(False),
    is_full_window=st.just(False),
)


def test_a_name_that_was_missed_is_found() -> None:
    hinted = replace(UNSURE, text="My name is Nguyen.", log_probability=-0.4)
    assert is_worth_a_hint(UNSURE, HINT)
    assert better(UNSURE, hinted, HINT) is hinted


def test_other_words_are_left_as_they_were_understood() -> None:
    hinted = replace(UNSURE, text="My name is new, Ian.", log_probability=-0.1)
    assert better(UNSURE, hinted, HINT) is UNSURE


@given(readings, readings)
def test_only_a_likelier_reading_with_another_name_wins(plain: Reading, hinted: Reading) -> None:
    if better(plain, hinted, HINT) is not plain:
        assert hinted.log_probability > plain.log_probability
        assert any(word in hinted.text.lower() for word in ("lakeside", "bikes", "nguyen"))
        assert hinted.text != plain.text


@given(readings)
def test_what_is_sure_or_empty_is_not_heard_again(reading: Reading) -> None:
    assert not is_worth_a_hint(reading, " ")
    if is_worth_a_hint(reading, HINT):
        assert reading.text
        assert reading.log_probability < DOUBTFUL_BELOW


@given(st.text(max_size=30))
def test_a_hint_ends_as_a_sentence_does(hint: str) -> None:
    assert prompt_of(hint).endswith(".")
    assert not prompt_of(hint).endswith("..")
