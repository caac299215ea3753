"""What sounds over an answer ask for nothing?

Made up where no recording could be had (coughs, slams, clicks, noise of the line), the
same each time for the same seed. 8 kHz samples at the level of a telephone.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from voicebot.caller.sound import RATE_HZ, Samples

FULL_SCALE = 32_768.0
Sound = NDArray[np.float64]


def _noise(dice: np.random.Generator, length_ms: int) -> Sound:
    return dice.standard_normal(RATE_HZ * length_ms // 1000)


def _low(sound: Sound, pole: float) -> Sound:
    """One pole, as an impulse response: the rest is too soft to hear."""
    return np.convolve(sound, pole ** np.arange(64), "full")[: sound.size]


def _fading(sound: Sound, half_ms: float) -> Sound:
    faded: Sound = sound * 0.5 ** (np.arange(sound.size) * 1000 / RATE_HZ / half_ms)
    return faded


def cough(dice: np.random.Generator) -> Sound:
    """The burst of air, the voiced tail; often twice."""
    coughs = []
    for _ in range(int(dice.integers(1, 3))):
        burst = _fading(_noise(dice, 90), 35)
        pitch_hz, length_ms = dice.uniform(110, 220), int(dice.integers(120, 220))
        time_s = np.arange(RATE_HZ * length_ms // 1000) / RATE_HZ
        buzz = np.sign(np.sin(2 * np.pi * pitch_hz * time_s)) * 0.5
        tail = _fading(_low(buzz + 0.8 * _noise(dice, length_ms), 0.7), 70)
        gap = np.zeros(RATE_HZ * int(dice.integers(60, 160)) // 1000)
        coughs += [burst, tail / max(np.max(np.abs(tail)), 1e-9), gap]
    return np.concatenate(coughs)


def slam(dice: np.random.Generator) -> Sound:
    """A door."""
    return _fading(_low(_noise(dice, 350), 0.9), 45)


def click(dice: np.random.Generator) -> Sound:
    """Of the line, or a pen; a few in a row."""
    sound = np.zeros(RATE_HZ * 300 // 1000)
    for start in dice.integers(0, sound.size - 160, int(dice.integers(1, 4))):
        sound[start : start + 80] += _fading(_noise(dice, 10), 2)
    return sound


def hiss(dice: np.random.Generator) -> Sound:
    """White noise of the line, in a burst."""
    return _noise(dice, int(dice.integers(200, 1_500)))


def rumble(dice: np.random.Generator) -> Sound:
    """A lorry, or wind in the telephone."""
    return _low(_noise(dice, int(dice.integers(400, 1_500))), 0.95)


def crackle(dice: np.random.Generator) -> Sound:
    """A bad contact: noise that comes and goes every few ms."""
    sound = _noise(dice, int(dice.integers(300, 1_200)))
    gates = np.repeat(dice.random(sound.size // 80 + 1) < 0.4, 80)[: sound.size]
    gated: Sound = sound * gates
    return gated


MADE_UP: Mapping[str, Callable[[np.random.Generator], Sound]] = {
    "cough": cough,
    "slam": slam,
    "click": click,
    "hiss": hiss,
    "rumble": rumble,
    "crackle": crackle,
}
# RMS of the loudest 100 ms, in dBFS: soft to as loud as the callers' voices are.
LEVELS_DBFS = (-38.0, -30.0, -24.0, -18.0)


def made_up(name: str, seed: int) -> Samples:
    """The disturbance of this name; another one for each seed."""
    dice = np.random.default_rng([seed, *name.encode()])
    sound = MADE_UP[name](dice)
    return at_level(sound, LEVELS_DBFS[seed % len(LEVELS_DBFS)])


def at_level(sound: Sound | Samples, level_dbfs: float) -> Samples:
    """With its loudest 100 ms at this level."""
    sound = np.asarray(sound, dtype=np.float64)
    window = min(RATE_HZ // 10, sound.size)
    power = np.concatenate(([0.0], np.cumsum(sound**2)))
    loudest = float(np.sqrt(np.max(power[window:] - power[:-window]) / window))
    scaled = sound * (10 ** (level_dbfs / 20) * FULL_SCALE / max(loudest, 1e-9))
    samples: Samples = scaled.clip(-FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return samples
