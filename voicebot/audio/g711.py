"""How do telephone bytes become samples, and samples telephone bytes?

ITU-T G.711 (11/88) defines the two laws; we keep the 16-bit scale that telephony
software shares (µ-law 14 bits shifted by 2, A-law 13 bits shifted by 3). Decoding
follows tables 1a to 2b of the standard. Encoding takes the nearest value that can
be decoded, so decoding and encoding again never changes a byte, but for µ-law's
negative zero, which becomes positive zero.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from voicebot.audio.frames import Encoding

Samples = NDArray[np.int16]


def _ulaw_levels() -> Samples:
    """What each µ-law byte decodes to. All bits are sent inverted (G.711, table 2)."""
    byte = ~np.arange(256) & 0xFF
    segment, step = byte >> 4 & 7, byte & 0x0F
    bias = 33 << 2
    magnitude = ((step << 3) + bias << segment) - bias
    return np.where(byte & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_levels() -> Samples:
    """What each A-law byte decodes to. Even bits are sent inverted (G.711, table 1)."""
    byte = np.arange(256) ^ 0x55
    segment, step = byte >> 4 & 7, byte & 0x0F
    # The first two segments share one step size, so the leading one appears from the second on.
    linear = (step << 4) + 8 + np.where(segment > 0, 0x100, 0)
    magnitude = linear << np.maximum(segment - 1, 0)
    levels: Samples = np.where(byte & 0x80, magnitude, -magnitude).astype(np.int16)
    return levels


def _nearest_bytes(levels: Samples) -> NDArray[np.uint8]:
    """For each 16-bit sample, read as unsigned, the byte whose level is nearest."""
    # Stable sorting of the reversed table keeps 0xFF before 0x7F: zero is sent as positive zero.
    descending_bytes = np.arange(255, -1, -1)
    ascending = descending_bytes[np.argsort(levels[descending_bytes], kind="stable")]
    sorted_levels = levels[ascending].astype(np.int64)
    distinct = np.concatenate(([True], np.diff(sorted_levels) > 0))
    ascending, sorted_levels = ascending[distinct], sorted_levels[distinct]
    boundaries = (sorted_levels[1:] + sorted_levels[:-1]) / 2
    samples = np.arange(65_536, dtype=np.uint16).view(np.int16)
    # On a boundary take the upper level: A-law has no zero, and silence is its +8 (0xD5).
    nearest = ascending[np.searchsorted(boundaries, samples, side="right")]
    return nearest.astype(np.uint8)


_LEVELS: Mapping[Encoding, Samples] = {
    Encoding.ULAW: _ulaw_levels(),
    Encoding.ALAW: _alaw_levels(),
}
_BYTES: Mapping[Encoding, NDArray[np.uint8]] = {
    encoding: _nearest_bytes(levels) for encoding, levels in _LEVELS.items()
}


def decode(audio: bytes, encoding: Encoding) -> Samples:
    """The samples in `audio`; linear encodings (little-endian) are taken as they are."""
    levels = _LEVELS.get(encoding)
    if levels is None:
        return np.frombuffer(audio, dtype="<i2").astype(np.int16, copy=False)
    return levels[np.frombuffer(audio, dtype=np.uint8)]


def encode(samples: Samples, encoding: Encoding) -> bytes:
    """The bytes that carry `samples`; linear encodings are little-endian."""
    nearest = _BYTES.get(encoding)
    if nearest is None:
        return samples.astype("<i2", copy=False).tobytes()
    return nearest[samples.view(np.uint16)].tobytes()
