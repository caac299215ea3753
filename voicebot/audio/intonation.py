"""Has the voice fallen, as it does at the end of what is said?

Speakers of most languages let their pitch fall to the bottom of their range when they have said
all, and keep it up when they only pause (J. Pierrehumbert, J. Hirschberg, "The meaning of
intonational contours", 1990). Pitch here is the lag of the highest autocorrelation between 55
and 400 Hz, corrected for the window's own (P. Boersma, "Accurate short-term analysis of the
fundamental frequency", 1993), and is compared with the same speaker's own in the same utterance.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voicebot.audio.g711 import Samples

LOWEST_HZ, HIGHEST_HZ = 55, 400
WINDOW_MS: Final = 40
STEP_MS: Final = 20
# So much of the end of an utterance is heard; it bounds the work.
HEARD_MS: Final = 4_000
# Less correlated with itself than this, a sound has no pitch.
VOICED_MIN: Final = 0.7
# Further below the loudest moment lies what is not the speaker.
RANGE_DB: Final = 35.0
# The first lag whose correlation comes so close to the highest is the period, not twice it.
NEARLY: Final = 0.9
END_STEPS: Final = 3
VOICED_STEPS_MIN: Final = 6

# Of 203 whole sentences 95 % fell so far, of 414 that were broken off 31 % (2026-11).
FALLEN_SEMITONES: Final = -3.5

Pitches = NDArray[np.float64]


def has_fallen(samples: Samples, rate_hz: int) -> bool:
    """Also when too little of it is voiced to say so."""
    pitch = final_pitch(samples, rate_hz)
    return pitch is None or pitch <= FALLEN_SEMITONES


def final_pitch(samples: Samples, rate_hz: int) -> float | None:
    """By how many semitones the utterance's end lies above the middle of its pitch; None: too
    little of it is voiced."""
    voiced = pitches_hz(samples[-HEARD_MS * rate_hz // 1000 :], rate_hz)
    if len(voiced) < VOICED_STEPS_MIN:
        return None
    return 12 * math.log2(float(np.median(voiced[-END_STEPS:])) / float(np.median(voiced)))


def pitches_hz(samples: Samples, rate_hz: int) -> Pitches:
    """The pitch of every voiced step, in order."""
    window, step = WINDOW_MS * rate_hz // 1000, STEP_MS * rate_hz // 1000
    if len(samples) < window:
        return np.empty(0)
    frames = np.lib.stride_tricks.sliding_window_view(samples, window)[::step].astype(np.float64)
    frames = frames - frames.mean(axis=1, keepdims=True)
    power = np.mean(frames * frames, axis=1) + 1e-9
    frames = frames[power > power.max() * 10 ** (-RANGE_DB / 10)]
    shortest, longest = rate_hz // HIGHEST_HZ, rate_hz // LOWEST_HZ
    taper = np.hanning(window)
    size = 1 << (2 * window - 1).bit_length()
    own = _autocorrelation(taper[None, :], size, longest)
    correlation = _autocorrelation(frames * taper, size, longest)
    correlation = correlation / (correlation[:, :1] + 1e-9) / (own / own[:, :1])
    searched = correlation[:, shortest:]
    highest = searched.max(axis=1, initial=0.0)
    near = searched >= NEARLY * highest[:, None]
    # The top of the first hill that is nearly as high as the highest.
    falls = np.diff(searched, axis=1, append=-np.inf) <= 0
    lags = shortest + np.argmax(near & falls, axis=1)
    pitches: Pitches = rate_hz / lags[highest > VOICED_MIN]
    return pitches


def _autocorrelation(frames: NDArray[np.float64], size: int, longest: int) -> NDArray[np.float64]:
    spectrum = np.abs(np.fft.rfft(frames, size)) ** 2
    lags: NDArray[np.float64] = np.fft.irfft(spectrum)[:, : longest + 1]
    return lags
