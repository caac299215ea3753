"""Recordings whose truth is known: bursts of speech-like noise on a noisy line."""

import numpy as np

from voicebot.caller.sound import RATE_HZ, Samples, Span


def line(length_ms: int, speech: list[Span], noise_dbfs: float = -90.0, seed: int = 1) -> Samples:
    """White noise of the line's level, and louder, syllable-like noise where there is speech."""
    dice = np.random.default_rng(seed)
    at = np.arange(length_ms * RATE_HZ // 1000)
    signal = dice.normal(0.0, 10 ** (noise_dbfs / 20), len(at))
    for span in speech:
        inside = slice(span.start_ms * RATE_HZ // 1000, span.end_ms * RATE_HZ // 1000)
        # Four syllables a second, between -14 and -26 dBFS.
        loudness = 10 ** ((-20 + 6 * np.cos(2 * np.pi * 4 * at[inside] / RATE_HZ)) / 20)
        signal[inside] += dice.normal(0.0, 1.0, len(at[inside])) * loudness
    whole: Samples = np.clip(signal * 32768, -32768, 32767).astype(np.int16)
    return whole
