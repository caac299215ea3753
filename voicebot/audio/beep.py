"""Has an answering machine just beeped?

A beep is one steady tone, nothing beside it, for 0.16 to 1.6 s. Speech does not hold one tone so
purely for so long, keys have two (`dtmf`), a line's busy and congestion tones last for ever.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.audio.g711 import decode

LOWEST_HZ, HIGHEST_HZ = 350.0, 2_800.0
SHORTEST_MS, LONGEST_MS = 160, 1_600
QUIETEST_DBFS = -38.0
# How much of a frame's power lies in its strongest tone, the window's main lobe included.
SMALLEST_SHARE = 0.93
# From frame to frame the tone stays within this.
STEADY_HZ = 30.0
# A click in the middle ends no beep.
MISSES_ALLOWED = 1

_FULL_SCALE = 32_768.0


@cache
def _window(size: int) -> NDArray[np.float32]:
    return np.hanning(size + 1)[:size].astype(np.float32)


def pure_tone_hz(frame: bytes, encoding: Encoding) -> float | None:
    """The frequency of the one tone that fills 20 ms; None when there is more, or less, in it."""
    samples = decode(frame, encoding).astype(np.float32) / np.float32(_FULL_SCALE)
    if samples.size == 0 or float(np.mean(samples**2)) < 10 ** (QUIETEST_DBFS / 10):
        return None
    powers = np.abs(np.fft.rfft(samples * _window(samples.size))) ** 2
    powers[0] = 0.0
    peak = int(powers.argmax())
    if not 2 <= peak < powers.size - 2:
        return None
    # A Hann window spreads a tone over its bin and two to either side.
    near = powers[peak - 2 : peak + 3]
    if float(near.sum()) < SMALLEST_SHARE * float(powers.sum()):
        return None
    bin_hz = encoding.rate_hz / samples.size
    tone_hz = float((near * np.arange(peak - 2, peak + 3)).sum() / near.sum()) * bin_hz
    return tone_hz if LOWEST_HZ <= tone_hz <= HIGHEST_HZ else None


class BeepDetector:
    """Listens to one call."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._tone_hz: float | None = None
        self._length_ms = 0
        self._misses = 0

    def receive(self, frame: bytes) -> bool:
        """Takes the next 20 ms; whether a beep has just ended."""
        tone_hz = pure_tone_hz(frame, self._encoding)
        if self._tone_hz is not None:
            if tone_hz is not None and abs(tone_hz - self._tone_hz) <= STEADY_HZ:
                self._length_ms += FRAME_MS * (1 + self._misses)
                self._misses = 0
                return False
            if tone_hz is None and self._misses < MISSES_ALLOWED:
                self._misses += 1
                return False
        was_beep = SHORTEST_MS <= self._length_ms <= LONGEST_MS
        self._tone_hz, self._misses = tone_hz, 0
        self._length_ms = 0 if tone_hz is None else FRAME_MS
        return was_beep
