"""How does telephone audio become samples, and samples telephone audio?

G.711 (ITU-T), its two laws as tables: decoding is one look-up, encoding one
look-up by the 16-bit sample. Whole utterances and phrases are resampled at once
or piece by piece; nothing here keeps a call's state.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import samplerate
from numpy.typing import NDArray

Samples = NDArray[np.float32]  # mono, -1 to 1

FRAME_MS: Final = 20
RATES_HZ: Final = {"ulaw": 8_000, "alaw": 8_000, "slin": 8_000, "slin16": 16_000}
SAMPLE_BYTES: Final = {"ulaw": 1, "alaw": 1, "slin": 2, "slin16": 2}


class UnknownEncoding(ValueError):
    """The work names an encoding that telephones here do not use."""


def _ulaw_decoding() -> NDArray[np.int16]:
    codes = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = (((codes & 0x0F) << 3) + 0x84 << ((codes & 0x70) >> 4)) - 0x84
    return np.where(codes & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_decoding() -> NDArray[np.int16]:
    codes = np.arange(256, dtype=np.int32) ^ 0x55
    segment = (codes & 0x70) >> 4
    mantissa = (codes & 0x0F) << 4
    magnitude = np.where(segment == 0, mantissa + 8, mantissa + 0x108 << np.maximum(segment - 1, 0))
    return np.where(codes & 0x80, magnitude, -magnitude).astype(np.int16)


def _encoding(decoding: NDArray[np.int16]) -> NDArray[np.uint8]:
    """For each 16-bit sample the code whose value lies nearest, the positive one of two."""
    order = np.argsort(decoding, kind="stable")
    values = decoding[order].astype(np.int32)
    samples = np.arange(-32768, 32768, dtype=np.int32)
    midpoints = (values[1:] + values[:-1]) / 2
    nearest = order[np.searchsorted(midpoints, samples, side="right")].astype(np.uint8)
    # Indexed by the sample read as unsigned: 0…32767, then -32768…-1.
    return np.roll(nearest, -32768)


_DECODING: Final = {"ulaw": _ulaw_decoding(), "alaw": _alaw_decoding()}
_ENCODING: Final = {law: _encoding(table) for law, table in _DECODING.items()}


def rate_hz(encoding: str) -> int:
    """Samples a second; raises UnknownEncoding."""
    try:
        return RATES_HZ[encoding]
    except KeyError as error:
        raise UnknownEncoding(encoding) from error


def frame_bytes(encoding: str) -> int:
    """Bytes of one 20 ms frame; raises UnknownEncoding."""
    return rate_hz(encoding) * FRAME_MS // 1000 * SAMPLE_BYTES[encoding]


def decode(audio: bytes, encoding: str) -> Samples:
    """Samples at the encoding's own rate; half a sample at the end is dropped."""
    rate_hz(encoding)
    if encoding in _DECODING:
        pcm = _DECODING[encoding][np.frombuffer(audio, dtype=np.uint8)]
    else:
        pcm = np.frombuffer(audio[: len(audio) // 2 * 2], dtype="<i2")
    return pcm.astype(np.float32) / np.float32(32768.0)


def encode(samples: Samples, encoding: str) -> bytes:
    """Audio from samples at the encoding's own rate; louder than full scale is clipped."""
    rate_hz(encoding)
    pcm = np.clip(np.rint(samples * 32768.0), -32768, 32767).astype("<i2")
    if encoding in _ENCODING:
        return bytes(_ENCODING[encoding][pcm.view(np.uint16)].tobytes())
    return bytes(pcm.tobytes())


def resample(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """A whole utterance at another rate."""
    if from_hz == to_hz or samples.size == 0:
        return samples
    resampled: NDArray[Any] = samplerate.resample(samples, to_hz / from_hz, "sinc_fastest")
    return resampled.astype(np.float32, copy=False)


def whole_frames(audio: Iterator[bytes], frame_length: int) -> Iterator[bytes]:
    """The same bytes, cut so that every piece but the last is whole frames."""
    rest = b""
    for piece in audio:
        rest += piece
        whole = len(rest) // frame_length * frame_length
        if whole:
            yield rest[:whole]
            rest = rest[whole:]
    if rest:
        yield rest
