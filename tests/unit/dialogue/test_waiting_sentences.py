import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.queue_settings import QueuePhrases, QueueSettings
from voicebot.dialogue.waiting_sentences import digits_told, position_told, wait_told

PHRASES = QueuePhrases()
KNOWN = set(QueueSettings(name="main").texts)


@pytest.mark.parametrize(
    ("low_s", "high_s", "told"),
    [
        (0, 90, "It will probably take less than 2 minutes."),
        (61, 90, "It will probably take between 1 and 2 minutes."),
        (200, 400, "It will probably take between 3 and 10 minutes."),
        (3_000, 4_000, None),
    ],
)
def test_a_range_is_told_in_minutes_that_hold_it(
    low_s: float, high_s: float, told: str | None
) -> None:
    assert wait_told(PHRASES, low_s, high_s) == told


@given(st.integers(1, 5_000), st.floats(0, 5_000), st.floats(0, 5_000))
def test_whatever_is_told_was_made_into_speech_beforehand(
    position: int, low_s: float, more_s: float
) -> None:
    assert position_told(PHRASES, position) in KNOWN
    told = wait_told(PHRASES, low_s, low_s + more_s)
    assert told is None or told in KNOWN


def test_a_number_is_told_digit_by_digit() -> None:
    assert digits_told(PHRASES, "+12") == ("one", "two")
    assert digits_told(PHRASES, "anonymous") == ()
