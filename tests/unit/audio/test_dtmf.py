"""Keys pressed in band, by what ITU-T Q.24 wants of a receiver."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from voicebot.audio.dtmf import KEYS, DtmfDetector, holds_key, tones_of
from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import encode

Signal = NDArray[np.float64]
ORDINARY_DBFS = -16.0
any_key = st.sampled_from(sorted(KEYS))
# Where in a frame a key begins, in samples at 8 kHz.
any_start = st.integers(160, 319)
any_law = st.sampled_from([Encoding.ULAW, Encoding.ALAW])


def quiet(ms: float, rate_hz: int = 8_000) -> Signal:
    return np.zeros(int(rate_hz * ms / 1000))


def tone(
    key: str,
    ms: float,
    level_dbfs: float = ORDINARY_DBFS,
    twist_db: float = 0.0,
    deviation: float = 0.0,
    rate_hz: int = 8_000,
) -> Signal:
    """The low tone at the level, the high one `twist_db` above it."""
    at_s = np.arange(int(rate_hz * ms / 1000)) / rate_hz
    amplitude = 32_768 * 10 ** (level_dbfs / 20) * np.sqrt(2)
    low_hz, high_hz = (hz * (1 + deviation) for hz in tones_of(key))
    high = 10 ** (twist_db / 20) * np.sin(2 * np.pi * high_hz * at_s)
    signal: Signal = amplitude * (np.sin(2 * np.pi * low_hz * at_s) + high)
    return signal


def heard(*parts: Signal, encoding: Encoding = Encoding.ULAW) -> str:
    """The keys found in these sounds, one after the other, and a pause after them."""
    signal = np.concatenate([*parts, quiet(100, encoding.rate_hz)])
    audio = encode(np.clip(signal, -32_768, 32_767).astype(np.int16), encoding)
    size = encoding.frame_bytes
    detector = DtmfDetector(encoding)
    frames = [audio[at : at + size] for at in range(0, len(audio) - size + 1, size)]
    return "".join(key for key in map(detector.receive, frames) if key is not None)


@given(key=any_key, start=any_start, law=any_law)
def test_a_key_of_40_ms_is_found_once(key: str, start: int, law: Encoding) -> None:
    assert heard(np.zeros(start), tone(key, 40), encoding=law) == key


@given(key=any_key, start=any_start)
def test_a_key_in_wide_band_is_found_once(key: str, start: int) -> None:
    found = heard(np.zeros(start), tone(key, 40, rate_hz=16_000), encoding=Encoding.SLIN16)
    assert found == key


@given(key=any_key, start=any_start, ms=st.integers(1, 23))
def test_a_tone_of_23_ms_is_none(key: str, start: int, ms: int) -> None:
    assert heard(np.zeros(start), tone(key, ms)) == ""


@given(key=any_key, ms=st.integers(40, 3_000))
def test_a_key_held_for_long_is_one_press(key: str, ms: int) -> None:
    assert heard(quiet(30), tone(key, ms)) == key


@given(keys=st.text(alphabet=sorted(KEYS), max_size=12), start=any_start)
def test_keys_dialled_at_full_speed_come_each_and_in_order(keys: str, start: int) -> None:
    assert heard(np.zeros(start), *(s for k in keys for s in (tone(k, 40), quiet(40)))) == keys


@given(key=any_key, start=any_start, at_ms=st.integers(35, 60))
def test_an_interruption_of_10_ms_splits_no_key(key: str, start: int, at_ms: int) -> None:
    signal = tone(key, 120)
    signal[at_ms * 8 : (at_ms + 10) * 8] = 0
    assert heard(np.zeros(start), signal) == key


@given(key=any_key, start=any_start, level_dbfs=st.floats(-31.2, -10.0))
def test_levels_down_to_minus_25_dbm0_are_taken(key: str, start: int, level_dbfs: float) -> None:
    assert heard(np.zeros(start), tone(key, 40, level_dbfs)) == key


@given(key=any_key, start=any_start)
def test_a_tone_far_below_that_is_crosstalk(key: str, start: int) -> None:
    assert heard(np.zeros(start), tone(key, 40, -42.0)) == ""


@given(key=any_key, start=any_start, twist_db=st.floats(-8.0, 4.0))
def test_the_twist_of_ordinary_telephones_is_taken(key: str, start: int, twist_db: float) -> None:
    assert heard(np.zeros(start), tone(key, 40, -20.0, twist_db)) == key


@pytest.mark.parametrize("twist_db", [-12.0, 7.0])
def test_two_tones_too_unlike_are_no_key(twist_db: float) -> None:
    assert heard(quiet(30), tone("5", 100, -20.0, twist_db)) == ""


@given(key=any_key, start=any_start, deviation=st.floats(-0.018, 0.018))
def test_frequencies_off_by_less_than_two_percent_are_taken(
    key: str, start: int, deviation: float
) -> None:
    assert heard(np.zeros(start), tone(key, 40, deviation=deviation)) == key


@given(key=any_key, start=any_start, sign=st.sampled_from([-1, 1]))
def test_frequencies_off_by_more_than_three_percent_are_not(
    key: str, start: int, sign: int
) -> None:
    assert heard(np.zeros(start), tone(key, 100, deviation=0.035 * sign)) == ""


@given(key=any_key, start=any_start, seed=st.integers(0, 2**32 - 1))
def test_keys_are_found_in_noise_15_db_below_them(key: str, start: int, seed: int) -> None:
    signal = np.concatenate([np.zeros(start), tone(key, 50), quiet(100)])
    power = 2 * (32_768 * 10 ** (ORDINARY_DBFS / 20)) ** 2 * 10 ** (-15 / 10)
    noise = np.random.default_rng(seed).normal(size=len(signal)) * np.sqrt(power)
    assert heard(signal + noise) == key


@given(seed=st.integers(0, 2**32 - 1), level=st.floats(10, 20_000))
def test_noise_is_no_key(seed: int, level: float) -> None:
    assert heard(np.random.default_rng(seed).normal(size=16_000) * level) == ""


@pytest.mark.parametrize("hz", [350, 440, 697, 1_000, 1_209, 1_336, 2_600])
def test_a_single_tone_is_no_key(hz: int) -> None:
    assert heard(8_000 * np.sin(2 * np.pi * hz * np.arange(8_000) / 8_000)) == ""


@given(key=any_key)
def test_a_frame_filled_with_a_keys_tones_is_told(key: str) -> None:
    assert holds_key(tone(key, 20).astype(np.int16), 8_000)
    assert not holds_key(np.zeros(160, np.int16), 8_000)
