"""What callers' lines bring besides a caller who asks and waits: 8 kHz linear samples."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voicebot.caller.audio_files import read_wav
from voicebot.caller.sound import RATE_HZ

Samples = NDArray[np.int16]
FULL_SCALE = 32_768.0
# A loud talker is at about -16 dBFS, and so are these.
LOUD_DBFS = -16.0
HUM_HZ = 50.0
# A person speaks on, as the prompts of Asterisk's own sounds do, with pauses shorter than any turn.
PAUSE_S = 0.2
MONOLOGUE = (
    "demo-congrats",
    "demo-instruct",
    "demo-echotest",
    "demo-abouttotry",
    "demo-moreinfo",
    "vm-instructions",
    "privacy-prompt",
    "ss-noservice",
)
BABBLE = (
    "demo-instruct",
    "demo-congrats",
    "vm-instructions",
    "privacy-prompt",
    "demo-echotest",
    "basic-pbx-ivr-main",
)


def white(length_s: float) -> Samples:
    rolled = np.random.default_rng(1)
    return _loud(rolled.standard_normal(round(length_s * RATE_HZ)))


def pink(length_s: float) -> Samples:
    """Its power falls by 3 dB an octave, as a busy street's does."""
    rolled = np.random.default_rng(2)
    size = round(length_s * RATE_HZ)
    spectrum = np.fft.rfft(rolled.standard_normal(size))
    spectrum[1:] /= np.sqrt(np.arange(1, spectrum.size))
    spectrum[0] = 0
    return _loud(np.fft.irfft(spectrum, size))


def hum(length_s: float) -> Samples:
    """Of the mains, with its harmonics."""
    at_s = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    parts = [np.sin(2 * np.pi * HUM_HZ * n * at_s) / n for n in (1, 2, 3, 5, 7)]
    return _loud(np.sum(parts, axis=0))


def music(root: Path, length_s: float) -> Samples:
    """What Asterisk plays to those on hold."""
    samples = read_wav(root / "usr/share/asterisk/moh/macroform-cold_day.wav")
    return _loud(_long_enough(samples, length_s).astype(np.float64))


def monologue(sounds: Path, length_s: float) -> Samples:
    """One person who does not stop."""
    pause = np.zeros(round(PAUSE_S * RATE_HZ), np.int16)
    parts = [part for name in MONOLOGUE for part in (_prompt(sounds, name), pause)]
    return _long_enough(np.concatenate(parts), length_s)


def babble(sounds: Path, length_s: float) -> Samples:
    """Many people at once, none of them near."""
    voices = [_long_enough(_prompt(sounds, name), length_s) for name in BABBLE]
    return _loud(np.sum([voice.astype(np.float64) for voice in voices], axis=0))


def silence(length_s: float) -> Samples:
    return np.zeros(round(length_s * RATE_HZ), np.int16)


def _prompt(sounds: Path, name: str) -> Samples:
    samples: Samples = read_wav(sounds / f"{name}.wav")
    sounding = np.flatnonzero(np.abs(samples) > 200)
    return samples[sounding[0] : sounding[-1]]


def _long_enough(samples: Samples, length_s: float) -> Samples:
    size = round(length_s * RATE_HZ)
    whole: Samples = np.resize(samples, size)  # repeats them
    return whole


def _loud(samples: NDArray[np.float64]) -> Samples:
    level = float(np.sqrt(np.mean(samples**2)))
    scaled = samples / level * FULL_SCALE * 10 ** (LOUD_DBFS / 20)
    loud: Samples = np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return loud
