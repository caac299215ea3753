"""What do 8 kHz hear of telephone audio in any encoding?

For detectors, not for ears: wide band is halved by the mean of two samples.
"""

import numpy as np

from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import Samples, decode

RATE_HZ = 8_000


def narrow_band(audio: bytes, encoding: Encoding) -> Samples:
    """Samples at 8 kHz."""
    samples: Samples = decode(audio, encoding)
    if encoding.rate_hz == RATE_HZ:
        return samples
    pairs = samples.reshape(-1, 2).astype(np.int32)
    narrow: Samples = (pairs.sum(axis=1) // 2).astype(np.int16)
    return narrow
