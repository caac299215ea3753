"""Levels are read on the full-scale scale."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio.levels import SILENCE_DBFS, rms_dbfs


def test_silence_and_nothing_have_the_floor_level() -> None:
    assert rms_dbfs(np.zeros(160, dtype=np.int16)) == SILENCE_DBFS
    assert rms_dbfs(np.array([], dtype=np.int16)) == SILENCE_DBFS


def test_a_full_scale_square_wave_is_at_zero() -> None:
    assert rms_dbfs(np.array([-32_768, 32_767] * 80, dtype=np.int16)) == pytest.approx(0, abs=0.01)


@given(st.integers(2, 16_383))
def test_doubling_the_amplitude_adds_six_decibels(amplitude: int) -> None:
    quiet = np.full(160, amplitude, dtype=np.int16)
    assert rms_dbfs(quiet * np.int16(2)) - rms_dbfs(quiet) == pytest.approx(6.02, abs=0.01)


@given(st.lists(st.integers(-32_768, 32_767), min_size=1))
def test_every_frame_lies_between_silence_and_full_scale(samples: list[int]) -> None:
    assert SILENCE_DBFS <= rms_dbfs(np.array(samples, dtype=np.int16)) <= 0
