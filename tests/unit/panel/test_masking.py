from hypothesis import given
from hypothesis import strategies as st

from voicebot.panel.masking import masked


@given(st.text("+0123456789", min_size=1, max_size=30))
def test_at_most_two_digits_are_shown_and_never_the_length(number: str) -> None:
    assert len(masked(number).replace("•", "")) <= 2
    assert masked(number).count("•") == 6


def test_the_end_tells_two_callers_apart() -> None:
    assert masked("+436601234567") == "••••••67"


def test_a_withheld_number_stays_withheld() -> None:
    assert masked("") == ""
