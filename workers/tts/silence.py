"""How much silence belongs around a piece of speech?

A synthesizer begins and ends with silence of its own, 40 to 60 ms before and up
to 180 after (piper, 2026-11). Silence before delays the answer, silence after
adds up between pieces: both are set to what speech needs. Pure.
"""

from typing import Final

import numpy as np

from workers.audio import Samples

# Below -40 dB of full scale, which a normalised voice never is for long.
AUDIBLE: Final = 0.01
BEFORE_MS: Final = 30
AFTER_MS: Final = 60
# What a speaker leaves between two sentences and at a comma.
BETWEEN_SENTENCES_MS: Final = 220
AT_COMMA_MS: Final = 90


def trimmed(samples: Samples, rate_hz: int, before_ms: int, after_ms: int) -> Samples:
    """The audible part with exactly this much around it, of its own silence where it has any."""
    audible = np.flatnonzero(np.abs(samples) > AUDIBLE)
    if audible.size == 0:
        return samples[:0]
    before, after = rate_hz * before_ms // 1000, rate_hz * after_ms // 1000
    start, end = int(audible[0]), int(audible[-1]) + 1
    kept = samples[max(0, start - before) : end + after]
    return np.pad(kept, (max(0, before - start), max(0, end + after - samples.size)))


def pause_after_ms(piece: str, is_last: bool) -> int:
    """The silence after a piece of a phrase."""
    if is_last:
        return AFTER_MS
    return BETWEEN_SENTENCES_MS if piece.rstrip().endswith((".", "!", "?", "…")) else AT_COMMA_MS
