"""Which key's tones does this audio hold?

A key is two tones at once, one of a low group and one of a high one (ITU-T Q.23). What a
receiver must take and what it must not is ITU-T Q.24's: the levels, twist and frequency
deviations below, tones of 40 ms and more, pauses of 40 ms and more; none shorter than 20 ms,
and no key split by an interruption of 10 ms. Speech must not sound like a key: nearly all power
of five windows in a row has to be in two tones of the right frequencies and levels.

A window of 20 ms is looked at every 5 ms. Its power at a tone and 3 % to either side of it
(Goertzel's sums, for all tones and windows in one product of matrices) tells, by a parabola
through their logarithms, where the peak lies and how high it is.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import Samples, decode

LOW_HZ = (697.0, 770.0, 852.0, 941.0)
HIGH_HZ = (1209.0, 1336.0, 1477.0, 1633.0)
_ROWS = ("123A", "456B", "789C", "*0#D")
KEYS = frozenset("".join(_ROWS))

WINDOW_MS = 20
HOP_MS = 5
# Q.24: 1.5 % (and 2 Hz) must be taken, 3.5 % must not.
MAX_DEVIATION = 0.025
_SIDE = 0.03
# Q.24: down to -25 dBm0 must be taken. A sine of 0 dBm0 has -6.2 dBFS; 3 dB are in hand.
QUIETEST_TONE_DBFS = -34.2
# High tone over low tone. Q.24 has -8 to +4 dB taken; the margin is for noise.
LOWEST_TWIST_DB = -9.0
HIGHEST_TWIST_DB = 5.0
# Noise 15 dB below the tones, which Q.24 has taken, leaves them 97 %.
SMALLEST_SHARE = 0.85
# A tone of 40 ms makes 5 such windows or more, one of 23 ms 3 at most.
HITS_NEEDED = 5
# An interruption of 10 ms spoils 5 windows at most, a pause of 30 ms 7 or more.
MISSES_NEEDED = 6

_FULL_SCALE = 32_768.0
_FLOOR = 1e-12


def tones_of(key: str) -> tuple[float, float]:
    """The two frequencies of a key, in Hz."""
    row = next(row for row, keys in enumerate(_ROWS) if key in keys)
    return LOW_HZ[row], HIGH_HZ[_ROWS[row].index(key)]


@dataclass(frozen=True, slots=True)
class _Analysis:
    """What does not change from window to window, for one sampling rate."""

    window: NDArray[np.float32]
    waves: NDArray[np.float32]  # cosines, then sines, of every tone and its sides
    power_scale: float  # of a window's weighted energy, for its mean square
    tone_scale: float  # of a squared sum, for the mean square of a tone


@cache
def _analysis(rate_hz: int) -> _Analysis:
    size = rate_hz * WINDOW_MS // 1000
    window = np.hanning(size + 1)[:size]
    ratios = np.array([1 - _SIDE, 1.0, 1 + _SIDE])
    frequencies_hz = (np.array(LOW_HZ + HIGH_HZ)[:, None] * ratios).ravel()
    phases = 2 * np.pi * np.outer(np.arange(size), frequencies_hz) / rate_hz
    waves = np.hstack([np.cos(phases), np.sin(phases)]) * window[:, None]
    return _Analysis(
        window=(window**2).astype(np.float32),
        waves=waves.astype(np.float32),
        power_scale=1.0 / float(np.sum(window**2)),
        tone_scale=2.0 / float(np.sum(window)) ** 2,
    )


def key_tones(windows: NDArray[np.float32], rate_hz: int) -> list[str | None]:
    """For each window of 20 ms (a row, full scale is 1), the key whose tones fill it."""
    analysis = _analysis(rate_hz)
    powers = (windows * windows) @ analysis.window * analysis.power_scale
    # Both tones at their quietest; most windows of most calls end here.
    loud = powers > 2 * 10 ** (QUIETEST_TONE_DBFS / 10)
    if not loud.any():
        return [None] * len(windows)
    sums = windows @ analysis.waves
    half = sums.shape[1] // 2
    tones: NDArray[np.float32] = sums[:, :half] ** 2 + sums[:, half:] ** 2
    tones *= analysis.tone_scale
    by_tone = tones.reshape(len(windows), len(LOW_HZ) + len(HIGH_HZ), 3)
    return [
        _key_of(peaks, power) if is_loud else None
        for peaks, power, is_loud in zip(by_tone, powers.tolist(), loud.tolist(), strict=True)
    ]


def holds_key(samples: Samples, rate_hz: int) -> bool:
    """Whether one frame of 20 ms is filled with a key's tones."""
    scaled = samples.astype(np.float32) / np.float32(_FULL_SCALE)
    return key_tones(scaled[None, :], rate_hz)[0] is not None


def _key_of(tones: NDArray[np.float32], power: float) -> str | None:
    row = int(tones[: len(LOW_HZ), 1].argmax())
    column = int(tones[len(LOW_HZ) :, 1].argmax())
    # Cheap, and sorts out nearly all of speech.
    if float(tones[row, 1] + tones[len(LOW_HZ) + column, 1]) < SMALLEST_SHARE / 2 * power:
        return None
    low = _peak_power(tones[row])
    high = _peak_power(tones[len(LOW_HZ) + column])
    if low is None or high is None or low + high < SMALLEST_SHARE * power:
        return None
    if min(low, high) < 10 ** (QUIETEST_TONE_DBFS / 10):
        return None
    twist_db = 10 * math.log10(high / low)
    return _ROWS[row][column] if LOWEST_TWIST_DB <= twist_db <= HIGHEST_TWIST_DB else None


def _peak_power(powers: NDArray[np.float32]) -> float | None:
    """How much there is of a tone, wherever its peak is near enough; None when it is not."""
    below, at, above = (math.log(max(value, _FLOOR)) for value in powers.tolist())
    curvature = below - 2 * at + above
    if curvature >= 0:
        return None
    offset = (below - above) / (2 * curvature)
    if abs(offset) * _SIDE > MAX_DEVIATION:
        return None
    return math.exp(at - (below - above) * offset / 4)


class DtmfDetector:
    """Finds the keys that are pressed in band on one call."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._window = encoding.rate_hz * WINDOW_MS // 1000
        self._hop = encoding.rate_hz * HOP_MS // 1000
        self._before = np.zeros(self._window - self._hop, np.float32)
        self._candidate: str | None = None
        self._hits = 0
        self._misses = 0
        self._down: str | None = None  # the key that was reported and is not yet released

    def receive(self, frame: bytes) -> str | None:
        """Takes the next 20 ms; returns a key once, as soon as 40 ms of it were heard."""
        samples = decode(frame, self._encoding).astype(np.float32) / np.float32(_FULL_SCALE)
        audio = np.concatenate((self._before, samples))
        self._before = audio[-len(self._before) :]
        windows = sliding_window_view(audio, self._window)[:: self._hop]
        pressed = None
        for key in key_tones(windows, self._encoding.rate_hz):
            pressed = self._step(key) or pressed
        return pressed

    def _step(self, key: str | None) -> str | None:
        if key is not None and key == self._candidate:
            self._hits += 1
        else:
            self._candidate, self._hits = key, int(key is not None)
        self._misses = 0 if key is not None and key == self._down else self._misses + 1
        if self._misses >= MISSES_NEEDED:
            self._down = None
        if self._hits < HITS_NEEDED or self._candidate == self._down:
            return None
        self._down, self._misses = self._candidate, 0
        return self._down
