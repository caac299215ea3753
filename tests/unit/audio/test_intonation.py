"""Whether the voice has fallen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.audio.g711 import Samples
from voicebot.audio.intonation import final_pitch, has_fallen, pitches_hz

RATE_HZ = 8_000


def voice(*pitches: tuple[float, int], rate_hz: int = RATE_HZ) -> Samples:
    """A buzz with a dozen harmonics, of these pitches for so many ms each."""
    hz = np.concatenate([np.full(ms * rate_hz // 1000, pitch) for pitch, ms in pitches])
    phase = 2 * np.pi * np.cumsum(hz) / rate_hz
    buzz = sum(np.sin(n * phase) / n for n in range(1, 9))
    return (4_000 * np.asarray(buzz)).astype(np.int16)


@pytest.mark.parametrize("pitch_hz", [75.0, 110.0, 180.0, 260.0, 370.0])
@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_the_pitch_of_men_women_and_children_is_found(pitch_hz: float, rate_hz: int) -> None:
    found = pitches_hz(voice((pitch_hz, 400), rate_hz=rate_hz), rate_hz)
    assert len(found) > 15
    assert float(np.median(found)) == pytest.approx(pitch_hz, rel=0.04)


def test_a_voice_that_ends_low_has_fallen() -> None:
    falling = voice((200.0, 700), (140.0, 200))
    assert final_pitch(falling, RATE_HZ) == pytest.approx(-6.2, abs=0.5)
    assert has_fallen(falling, RATE_HZ)


@pytest.mark.parametrize("last_hz", [185.0, 200.0, 260.0])
def test_a_voice_that_is_kept_up_has_not(last_hz: float) -> None:
    assert not has_fallen(voice((200.0, 700), (last_hz, 200)), RATE_HZ)


def test_without_a_voice_nothing_is_known() -> None:
    noise = np.random.default_rng(1).normal(0, 2_000, RATE_HZ).astype(np.int16)
    for samples in (np.zeros(RATE_HZ, np.int16), noise[:200], voice((150.0, 60)), noise[:0]):
        assert final_pitch(samples, RATE_HZ) is None
        assert has_fallen(samples, RATE_HZ)


@given(st.integers(0, 6_000), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_every_pitch_lies_in_the_range_of_voices(length: int, seed: int) -> None:
    samples = np.random.default_rng(seed).integers(-9_000, 9_000, length).astype(np.int16)
    found = pitches_hz(samples, RATE_HZ)
    assert np.all((found >= 55) & (found <= 400))
