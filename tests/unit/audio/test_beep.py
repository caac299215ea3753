"""Beeps of answering machines, and all that is none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from voicebot.audio.beep import BeepDetector
from voicebot.audio.dtmf import tones_of
from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import encode

QUIET_S = 0.3


def tone(
    *hz: float, length_s: float, amplitude: float = 8_000, rate_hz: int = 8_000
) -> NDArray[np.int16]:
    at_s = np.arange(round(length_s * rate_hz)) / rate_hz
    waves = np.sin(2 * np.pi * np.outer(hz, at_s)).sum(axis=0)
    samples: NDArray[np.int16] = (amplitude / len(hz) * waves).astype(np.int16)
    return samples


def beeps(samples: NDArray[np.int16], encoding: Encoding = Encoding.ULAW) -> list[float]:
    """When each beep was over, in seconds; quiet is before and behind."""
    quiet = np.zeros(round(QUIET_S * encoding.rate_hz), np.int16)
    audio = np.concatenate((quiet, samples, quiet))
    coded = audio.tobytes() if encoding is Encoding.SLIN16 else encode(audio, encoding)
    detector, size = BeepDetector(encoding), encoding.frame_bytes
    return [
        number * 0.02
        for number in range(len(coded) // size)
        if detector.receive(coded[number * size : (number + 1) * size])
    ]


@given(
    st.floats(440, 2_500), st.floats(0.2, 1.5), st.floats(1_000, 20_000),
    st.sampled_from([Encoding.ULAW, Encoding.ALAW, Encoding.SLIN16]),
)  # fmt: skip
def test_a_steady_tone_of_a_beeps_length_is_one(
    hz: float, length_s: float, amplitude: float, encoding: Encoding
) -> None:
    samples = tone(hz, length_s=length_s, amplitude=amplitude, rate_hz=encoding.rate_hz)
    found = beeps(samples, encoding)
    assert len(found) == 1
    assert found[0] == pytest.approx(QUIET_S + length_s, abs=0.08)


@pytest.mark.parametrize("length_s", [0.04, 0.1, 2.0, 5.0])
def test_a_click_and_a_line_tone_are_no_beep(length_s: float) -> None:
    assert beeps(tone(1_000, length_s=length_s)) == []


@pytest.mark.parametrize("key", "0123456789*#")
def test_a_key_is_no_beep(key: str) -> None:
    assert beeps(tone(*tones_of(key), length_s=0.4)) == []


def test_a_tone_in_noise_is_still_one_and_noise_is_none() -> None:
    noise = np.random.default_rng(7).normal(0, 400, 4_000).astype(np.int16)
    assert beeps(noise) == []
    assert len(beeps((tone(1_000, length_s=0.5) + noise).astype(np.int16))) == 1


def test_a_sliding_tone_is_no_beep() -> None:
    at_s = np.arange(4_000) / 8_000
    siren = 8_000 * np.sin(2 * np.pi * (500 * at_s + 2_000 * at_s**2))
    assert beeps(siren.astype(np.int16)) == []
