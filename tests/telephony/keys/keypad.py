"""What a telephone sends when its keys are pressed: RTP packets, 20 ms each.

By RFC 4733 a key is a series of events with one timestamp; in band it is a sum of two tones
(ITU-T Q.23) in the audio itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicebot.audio.dtmf import tones_of
from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.audio.g711 import encode

EVENT_PAYLOAD_TYPE = 101
PAYLOAD_TYPES = {Encoding.ULAW: 0, Encoding.ALAW: 8}
SAMPLES_PER_FRAME = 160
END_BIT = 0x80
VOLUME_DBM0 = 10


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of the caller's stream; `age` says how many frames ago its event began."""

    payload: bytes
    is_event: bool = False
    is_first: bool = False
    age: int = 0


def silence(ms: int, encoding: Encoding) -> list[Packet]:
    return [Packet(encoding.silence_frame)] * (ms // FRAME_MS)


def audio(samples: NDArray[np.float64], encoding: Encoding) -> list[Packet]:
    data = encode(samples.astype(np.int16), encoding)
    size = encoding.frame_bytes
    return [Packet(data[at : at + size]) for at in range(0, len(data) - size + 1, size)]


def tone(key: str, ms: int = 100, level_dbfs: float = -16.0) -> NDArray[np.float64]:
    """Both tones of a key, each at this level."""
    at_s = np.arange(8 * ms) / 8_000
    amplitude = 32_768 * 10 ** (level_dbfs / 20) * np.sqrt(2)
    low_hz, high_hz = tones_of(key)
    samples: NDArray[np.float64] = amplitude * (
        np.sin(2 * np.pi * low_hz * at_s) + np.sin(2 * np.pi * high_hz * at_s)
    )
    return samples


def events(key: str, ms: int = 100) -> list[Packet]:
    """RFC 4733, section 2.5.1: updates while the key is down, then its end, three times."""
    code = "0123456789*#ABCD".index(key)
    frames = ms // FRAME_MS

    def payload(frames_long: int, end: int) -> bytes:
        duration = frames_long * SAMPLES_PER_FRAME
        return bytes([code, end | VOLUME_DBM0]) + duration.to_bytes(2, "big")

    down = [Packet(payload(age + 1, 0), True, age == 0, age) for age in range(frames)]
    ends = [Packet(payload(frames, END_BIT), True, False, frames + again) for again in range(3)]
    return down + ends
