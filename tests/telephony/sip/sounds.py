"""Tones to say, and the pitch of what was heard."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import encode

Samples = NDArray[np.int16]
AMPLITUDE = 8_000
# Above what 8 kHz can carry: heard only where the band is wide all the way.
WIDE_HZ, NARROW_HZ = 5_000, 440
AGENT_WIDE_HZ, AGENT_NARROW_HZ = 6_000, 1_000


def samples_of(hz: int, rate_hz: int, seconds: int) -> Samples:
    at_s = np.arange(rate_hz * seconds) / rate_hz
    return (AMPLITUDE * np.sin(2 * np.pi * hz * at_s)).astype(np.int16)


def tone(hz: int, encoding: Encoding, seconds: int = 1) -> bytes:
    return encode(samples_of(hz, encoding.rate_hz, seconds), encoding)


def write_tone(path: Path, hz: int, rate_hz: int, seconds: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate_hz, 0, "NONE", ""))
        file.writeframes(samples_of(hz, rate_hz, seconds).tobytes())


def read_wav(path: Path) -> tuple[Samples, int]:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16), file.getframerate()


def pitch_hz(samples: Samples, rate_hz: int) -> float:
    """The strongest frequency; 0 where there is no sound to speak of."""
    if samples.size == 0 or np.sqrt(np.mean(samples.astype(float) ** 2)) < 300:
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(spectrum.argmax() * rate_hz / samples.size)
