"""How much silence is left around a piece of speech?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.tts.silence import (
    AFTER_MS,
    AT_COMMA_MS,
    BETWEEN_SENTENCES_MS,
    pause_after_ms,
    trimmed,
)

RATE_HZ = 1_000  # one sample a millisecond
lengths = st.integers(0, 300)


@given(before=lengths, speech=st.integers(1, 300), after=lengths)
def test_exactly_the_silence_asked_for_is_left(before: int, speech: int, after: int) -> None:
    samples = np.concatenate([np.zeros(before), np.ones(speech), np.zeros(after)])
    kept = trimmed(samples.astype(np.float32), RATE_HZ, before_ms=30, after_ms=60)
    assert kept.tolist() == [0.0] * 30 + [1.0] * speech + [0.0] * 60


@given(lengths)
def test_of_silence_nothing_is_left(length: int) -> None:
    assert trimmed(np.zeros(length, dtype=np.float32), RATE_HZ, 30, 60).size == 0


def test_its_own_breath_is_kept_where_there_is_one() -> None:
    samples = np.array([0.005] * 10 + [1.0] + [0.005] * 10, dtype=np.float32)
    kept = trimmed(samples, RATE_HZ, before_ms=5, after_ms=5)
    assert kept == pytest.approx([0.005] * 5 + [1.0] + [0.005] * 5)


def test_a_sentence_is_followed_by_a_longer_pause_than_a_comma() -> None:
    assert pause_after_ms("Yes.", is_last=False) == BETWEEN_SENTENCES_MS
    assert pause_after_ms("Yes,", is_last=False) == AT_COMMA_MS
    assert pause_after_ms("Yes.", is_last=True) == AFTER_MS
