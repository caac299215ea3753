import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio.g711 import Samples
from voicebot.audio.stretches import LONGEST_S, stretches

RATE_HZ = 100  # the division knows seconds only: few samples make quick tests


def noise(length_s: float, seed: int = 0) -> Samples:
    rolled = np.random.default_rng(seed).normal(0, 1_000, int(length_s * RATE_HZ))
    return rolled.astype(np.int16)


@given(st.floats(0, 200), st.integers(0, 5))
def test_nothing_is_left_out_or_heard_twice(length_s: float, seed: int) -> None:
    recording = noise(length_s, seed)
    pieces = stretches(recording, RATE_HZ)
    joined = np.concatenate([np.empty(0, np.int16), *pieces])
    assert np.array_equal(joined, recording)


@given(st.floats(0, 200), st.integers(0, 5))
def test_no_piece_is_empty_or_longer_than_a_recognizer_hears(length_s: float, seed: int) -> None:
    sizes = [piece.size for piece in stretches(noise(length_s, seed), RATE_HZ)]
    assert all(0 < size <= LONGEST_S * RATE_HZ for size in sizes)


@pytest.mark.parametrize("pause_s", [15.5, 18.0, 24.0])
def test_a_cut_falls_into_a_pause(pause_s: float) -> None:
    recording = noise(40)
    start = int(pause_s * RATE_HZ)
    recording[start : start + RATE_HZ // 2] = 0
    first = stretches(recording, RATE_HZ)[0]
    assert start < first.size < start + RATE_HZ // 2


def test_what_is_short_enough_stays_in_one_piece() -> None:
    assert len(stretches(noise(LONGEST_S), RATE_HZ)) == 1
    assert stretches(noise(0), RATE_HZ) == []
