"""Where in a recording is a sound that is known to the sample?

By normalised cross-correlation: 1 where the recording is the sound, whatever its loudness.
"""

from collections.abc import Iterable

import numpy as np

from voicebot.caller.sound import RATE_HZ, Samples

# Kept speech is sent alike each time, and reaches 0.6 where the jitter buffer moves in it; music
# and other words reach 0.3.
LEAST_LIKENESS = 0.5
# The peak is a few samples wide.
NEIGHBOURS = RATE_HZ // 100


def first_of_any_ms(recording: Samples, sounds: Iterable[Samples]) -> int | None:
    """Where the first of these sounds begins; None where none of them occurs."""
    found = (first_match_ms(recording, sound) for sound in sounds)
    return min((at_ms for at_ms in found if at_ms is not None), default=None)


def first_match_ms(recording: Samples, sound: Samples) -> int | None:
    """Where the sound begins first, in ms of the recording; None where it does not occur."""
    count, length = len(recording), len(sound)
    if length == 0 or count < length:
        return None
    known = sound.astype(np.float64) - sound.mean()
    heard = recording.astype(np.float64)
    size = 1 << (count + length - 1).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(known, size))
    products = np.fft.irfft(spectrum, size)[: count - length + 1]
    energies = _moving_energy(heard, length)
    scale = np.sqrt(energies * float(known @ known))
    likeness = np.divide(products, scale, out=np.zeros_like(products), where=scale > 1e-6)
    (matching,) = np.nonzero(likeness >= LEAST_LIKENESS)
    if len(matching) == 0:
        return None
    first = int(matching[0])
    best = first + int(np.argmax(likeness[first : first + NEIGHBOURS]))
    return best * 1000 // RATE_HZ


def _moving_energy(
    heard: np.ndarray[tuple[int], np.dtype[np.float64]], length: int
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Of each stretch of this length, about its mean."""
    sums = np.concatenate([[0.0], np.cumsum(heard)])
    squares = np.concatenate([[0.0], np.cumsum(heard * heard)])
    total = sums[length:] - sums[:-length]
    energy = squares[length:] - squares[:-length] - total * total / length
    # No stretch is quieter than one that is off by a single step in each sample.
    floor: np.ndarray[tuple[int], np.dtype[np.float64]] = np.maximum(energy, float(length))
    return floor
