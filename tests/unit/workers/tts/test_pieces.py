"""Where may a phrase be cut?"""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.tts.pieces import FIRST_PIECE_MIN, pieces

sentences = st.lists(
    st.sampled_from(
        ["We", "are", "open", "from", "nine,", "closed;", "Sundays.", "yes!", "at", "12.30", "-"]
    ),
    max_size=60,
).map(" ".join)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("", []),
        ("Hello.", ["Hello."]),
        ("Yes, we do.", ["Yes, we do."]),
        ("Yes, we do. It costs 49.50.", ["Yes, we do.", "It costs 49.50."]),
        (
            "Thank you for calling Lakeside Bikes, you are talking to a machine.",
            ["Thank you for calling Lakeside Bikes,", "you are talking to a machine."],
        ),
        (
            "Well, we are open from nine to six on every single weekday of the year.",
            ["Well, we are open from nine to six on every single weekday of the year."],
        ),
    ],
)
def test_phrases_are_cut_where_a_speaker_breathes(text: str, cut: list[str]) -> None:
    assert pieces(text) == cut


@given(sentences)
def test_nothing_is_lost_and_nothing_is_reordered(text: str) -> None:
    assert " ".join(pieces(text)).split() == text.split()


@given(sentences)
def test_no_piece_inside_a_sentence_is_chopped_off(text: str) -> None:
    for piece, following in pairwise(pieces(text)):
        ends_a_sentence = piece.endswith((".", "!"))
        assert ends_a_sentence or len(piece) >= FIRST_PIECE_MIN
        assert ends_a_sentence or len(following) >= FIRST_PIECE_MIN


@given(st.text(max_size=300))
def test_any_text_at_all_can_be_cut(text: str) -> None:
    assert all(piece.strip() for piece in pieces(text))
