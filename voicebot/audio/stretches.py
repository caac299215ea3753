"""How is a long recording divided, so that no word is cut?

Recognizers hear half a minute at a time. Each cut is made in the quietest moment that
lies near enough to the limit.
"""

from collections.abc import Sequence

import numpy as np

from voicebot.audio.g711 import Samples

# Whisper's window of 30 s, less what its worker puts before the words.
LONGEST_S = 25.0
# A cut falls into the last part of a stretch: no stretch is needlessly short.
_SEARCHED_S = 10.0
_QUIET_S = 0.3


def stretches(samples: Samples, rate_hz: int) -> Sequence[Samples]:
    """The recording in pieces of at most 25 s, nothing left out."""
    longest, searched = int(LONGEST_S * rate_hz), int(_SEARCHED_S * rate_hz)
    pieces = []
    while samples.size > longest:
        first = longest - searched
        cut = first + _quietest(samples[first:longest], int(_QUIET_S * rate_hz))
        pieces.append(samples[:cut])
        samples = samples[cut:]
    return [*pieces, samples] if samples.size else pieces


def _quietest(samples: Samples, length: int) -> int:
    """The middle of the quietest stretch of this length."""
    power = np.concatenate(([0.0], np.cumsum(samples.astype(np.float64) ** 2)))
    return int(np.argmin(power[length:] - power[:-length])) + length // 2
