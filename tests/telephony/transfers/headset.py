"""What a telephone hears and says, with the audio in our own hands.

A UDP socket that speaks a tone of its own to whoever sends it audio, says words in its place and
presses keys (RFC 4733) when told to, and keeps what it hears with the time of its arrival.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from queue import Empty, SimpleQueue

import numpy as np
from numpy.typing import NDArray

from tests.telephony import rtp
from tests.telephony.fallback.sipp import FRAME_BYTES, FRAME_S, tone
from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import decode

ULAW, EVENTS = 0, 101
# A frame below this is silence: comfort noise and keep-alives are, music and speech are not.
QUIET = 60.0
KEYS = "0123456789*#"
EVENT_PACKETS = 8
END_PACKETS = 3
KEY_S = (EVENT_PACKETS + END_PACKETS) * FRAME_S


@dataclass(slots=True)
class Headset:
    """One phone's audio, µ-law. A tone of 0 Hz is silence."""

    socket: socket.socket
    hz: int
    heard: list[tuple[float, bytes]] = field(default_factory=list)
    keys: SimpleQueue[str] = field(default_factory=SimpleQueue)
    words: SimpleQueue[bytes] = field(default_factory=SimpleQueue)
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        port: int = self.socket.getsockname()[1]
        return port

    def press(self, key: str) -> None:
        self.keys.put(key)

    def say(self, audio: bytes) -> None:
        for at in range(0, len(audio) - FRAME_BYTES + 1, FRAME_BYTES):
            self.words.put(audio[at : at + FRAME_BYTES])

    @property
    def is_busy(self) -> bool:
        """Whether words or keys are still to go out."""
        return not (self.words.empty() and self.keys.empty())

    def samples_since(self, at_s: float) -> NDArray[np.int16]:
        return decode(b"".join(frame for at, frame in self.heard if at >= at_s), Encoding.ULAW)

    def hears(self, hz: int, at_s: float) -> bool:
        """Whether the last half second, all of it after `at_s`, was this tone."""
        samples = self.samples_since(at_s)[-4_000:]
        if samples.size < 4_000:
            return False
        spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
        return abs(float(spectrum.argmax()) * 2 - hz) < 10 and float(np.std(samples)) > 1_000

    def hears_sound(self, at_s: float) -> bool:
        """Whether half a second of sound arrived after `at_s`."""
        return sum(_is_sound(frame) for at, frame in self.heard if at >= at_s) > 25

    def sounds_since(self, at_s: float) -> list[float]:
        """When sound arrived."""
        return [at for at, frame in self.heard if at >= at_s and _is_sound(frame)]

    def longest_silence_s(self, from_s: float, to_s: float) -> float:
        """The longest time without sound, whether quiet was sent or nothing at all."""
        sounds = [at for at, frame in self.heard if from_s <= at <= to_s and _is_sound(frame)]
        instants = [from_s, *sounds, to_s]
        return max(after - before for before, after in pairwise(instants))

    def run(self) -> None:
        said = tone(self.hz)
        self.socket.settimeout(FRAME_S)
        peer: tuple[str, int] | None = None
        sequence, next_at = 0, time.monotonic()
        pressed: list[bytes] = []
        pressed_at = 0
        while not self.is_over.is_set():
            try:
                packet, peer = self.socket.recvfrom(2048)
                if packet[1] & 0x7F == ULAW:
                    self.heard.append((time.monotonic(), packet[12:]))
            except TimeoutError:
                pass  # silence: look at the clock
            if peer is None or time.monotonic() < next_at:
                continue
            next_at = max(next_at + FRAME_S, time.monotonic() - 1.0)
            if not pressed:
                pressed, pressed_at = self._key_packets(), sequence
            if pressed:
                # All packets of one event carry the time at which it began.
                packet = rtp.header(EVENTS, sequence, pressed_at * FRAME_BYTES) + pressed.pop(0)
            else:
                header = rtp.header(ULAW, sequence, sequence * FRAME_BYTES)
                packet = header + self._frame(said, sequence)
            self.socket.sendto(packet, peer)
            sequence += 1

    def _frame(self, tone_of_its_own: bytes, sequence: int) -> bytes:
        try:
            return self.words.get_nowait()
        except Empty:
            start = sequence * FRAME_BYTES % len(tone_of_its_own)
            return tone_of_its_own[start : start + FRAME_BYTES]

    def _key_packets(self) -> list[bytes]:
        try:
            return key_packets(self.keys.get_nowait())
        except Empty:
            return []


def key_packets(key: str) -> list[bytes]:
    """What RFC 4733 sends of one key, one packet a frame, without headers."""
    durations = [
        (min(n, EVENT_PACKETS) * FRAME_BYTES, n > EVENT_PACKETS)
        for n in range(1, EVENT_PACKETS + END_PACKETS + 1)
    ]
    return [
        bytes([KEYS.index(key), 0x8A if is_end else 0x0A]) + duration.to_bytes(2, "big")
        for duration, is_end in durations
    ]


def _is_sound(frame: bytes) -> bool:
    return float(np.std(decode(frame, Encoding.ULAW))) > QUIET


@contextmanager
def headset(hz: int, address: str) -> Iterator[Headset]:
    """Worn for the time of a call."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind((address, 0))
        worn = Headset(own, hz)
        with rtp.beside(worn.run, worn.is_over.set):
            yield worn
