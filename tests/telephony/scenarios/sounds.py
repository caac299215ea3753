"""What does a caller send while it is heard, packet by packet?

Each way of speaking is an endless or finite row of packets with the time at which each is due.
Nothing is sent here; `caller_media` does that.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from tests.telephony import rtp
from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.audio.g711 import encode

# Whole periods in every frame: each frame of a tone is the same as the next.
CALLER_HZ, AGENT_HZ, STRANGER_HZ = 450, 1_000, 700
_AMPLITUDE = 10_000
_EVENT_TYPE = 101
_COMFORT_NOISE_TYPE = 13
_RTP_VERSION = 0x80


class Sender(Enum):
    """The sockets of a caller, and of somebody who has no business here."""

    CALLER = auto()
    RTCP = auto()
    STRANGER = auto()


@dataclass(frozen=True, slots=True)
class Packet:
    due_ms: int
    data: bytes
    sender: Sender = Sender.CALLER


def tone_frame(hz: int, encoding: Encoding, length_ms: int = FRAME_MS) -> bytes:
    at_s = np.arange(encoding.rate_hz * length_ms // 1_000) / encoding.rate_hz
    samples = (_AMPLITUDE * np.sin(2 * np.pi * hz * at_s)).astype("<i2")
    return samples.tobytes() if encoding.bytes_per_sample == 2 else encode(samples, encoding)


class _Stream:
    """One RTP stream: counts packets, samples and time as it goes."""

    def __init__(self, encoding: Encoding, ssrc: bytes = b"test", start_ms: int = 0) -> None:
        self.encoding, self.ssrc = encoding, ssrc
        self.payload_type = 8 if encoding is Encoding.ALAW else 0
        self.sequence, self.timestamp, self.due_ms = 0, 0, start_ms

    def packet(
        self,
        payload: bytes,
        payload_type: int | None = None,
        *,
        timestamp: int | None = None,
        is_first: bool = False,
    ) -> Packet:
        """The next packet of the stream; the clock goes on with `pass_ms`."""
        kind = self.payload_type if payload_type is None else payload_type
        at = self.timestamp if timestamp is None else timestamp
        header = rtp.header(kind, self.sequence, at, source=self.ssrc, is_marked=is_first)
        self.sequence += 1
        return Packet(self.due_ms, header + payload)

    def pass_ms(self, length_ms: int = FRAME_MS) -> None:
        self.due_ms += length_ms
        self.timestamp += length_ms * 8

    def tone(
        self, length_ms: int, hz: int = CALLER_HZ, packet_ms: int = FRAME_MS
    ) -> Iterator[Packet]:
        frame = tone_frame(hz, self.encoding, packet_ms)
        for _ in range(length_ms // packet_ms):
            yield self.packet(frame)
            self.pass_ms(packet_ms)

    def key(
        self, digit: str, *, starts: int = 4, ends: int = 3, copies: int = 1
    ) -> Iterator[Packet]:
        """RFC 4733: one timestamp, growing duration, the last packet three times."""
        began, event = self.timestamp, "0123456789*#".index(digit)
        for number in range(1, starts + ends + 1):
            is_end = number > starts
            duration = 160 * min(number, starts + 1)
            payload = bytes([event, 0x8A if is_end else 0x0A]) + duration.to_bytes(2, "big")
            packet = self.packet(payload, _EVENT_TYPE, timestamp=began, is_first=number == 1)
            yield from [packet] * copies
            if number <= starts:
                self.pass_ms()


LONG_MS = 60_000


def _tone(encoding: Encoding) -> Iterator[Packet]:
    yield from _Stream(encoding).tone(LONG_MS)


def _nothing(encoding: Encoding) -> Iterator[Packet]:
    yield from ()


def _stops(encoding: Encoding) -> Iterator[Packet]:
    yield from _Stream(encoding).tone(1_000)


def _long_packets(encoding: Encoding) -> Iterator[Packet]:
    yield from _Stream(encoding).tone(LONG_MS, packet_ms=40)


def _with_pauses(encoding: Encoding) -> Iterator[Packet]:
    """DTX: while the caller is silent, one packet of comfort noise (RFC 3389), then none."""
    stream = _Stream(encoding)
    while stream.due_ms < LONG_MS:
        yield from stream.tone(300)
        yield stream.packet(b"\x4e", _COMFORT_NOISE_TYPE)
        stream.pass_ms(200)


def _wrong_types(encoding: Encoding) -> Iterator[Packet]:
    """Between its own packets come some of types that were never agreed upon."""
    stream, noise = _Stream(encoding), random.Random(1).randbytes(160)
    for payload_type in [3, 18, 96, 127, 34] * (LONG_MS // 100):
        yield from stream.tone(FRAME_MS)
        yield stream.packet(noise, payload_type)


def _garbage(encoding: Encoding) -> Iterator[Packet]:
    """Between good packets come some that are none, to RTP and to RTCP."""
    stream, dice = _Stream(encoding), random.Random(2)
    own = bytes([_RTP_VERSION, stream.payload_type])
    noise = dice.randbytes(160)
    while stream.due_ms < LONG_MS:
        yield from stream.tone(FRAME_MS)
        for bad in (
            b"",
            b"\x80",
            own + b"\x00\x01\x00",  # cut off in the header
            b"\x00" + dice.randbytes(171),  # version 0
            b"\x40" + dice.randbytes(171),  # version 1
            b"\xc0" + dice.randbytes(171),  # version 3
            b"\x90" + own[1:] + dice.randbytes(10) + b"\xbe\xde\xff\xff" + noise,  # extension lies
            b"\x8f" + own[1:] + dice.randbytes(10),  # 15 sources that are not there
            b"\xa0" + own[1:] + dice.randbytes(10) + b"\xff" * 8,  # padding longer than the packet
            b"\x00\x01\x00\x08\x21\x12\xa4\x42" + dice.randbytes(20),  # STUN
        ):
            yield Packet(stream.due_ms, bad)
        yield Packet(stream.due_ms, b"\x81\xc8\xff\xff" + dice.randbytes(20), Sender.RTCP)
        yield Packet(stream.due_ms, dice.randbytes(1_400), Sender.RTCP)


def _beside_a_stranger(encoding: Encoding) -> Iterator[Packet]:
    stream, stranger = _Stream(encoding), _Stream(encoding, b"evil", start_ms=400)
    yield from stream.tone(400)
    for own, foreign in zip(stream.tone(LONG_MS), stranger.tone(LONG_MS, STRANGER_HZ), strict=True):
        yield own
        yield Packet(foreign.due_ms, foreign.data, Sender.STRANGER)


def _in_disorder(encoding: Encoding) -> Iterator[Packet]:
    """Neighbours change places, every seventh comes twice and every eleventh is lost."""
    packets = list(_Stream(encoding).tone(LONG_MS))
    for number in range(0, len(packets) - 1, 2):
        for packet in (packets[number + 1], packets[number]):
            if number % 11:
                yield from [Packet(packets[number].due_ms, packet.data)] * (2 - bool(number % 7))


def _new_sources(encoding: Encoding) -> Iterator[Packet]:
    """Every 300 ms another synchronisation source, as after a change in the caller's network."""
    for number in range(LONG_MS // 300):
        stream = _Stream(encoding, number.to_bytes(4, "big"), start_ms=number * 300)
        stream.sequence, stream.timestamp = number * 40_503, number * 2_654_435_761
        yield from stream.tone(300)


def _jumping_clock(encoding: Encoding) -> Iterator[Packet]:
    """Timestamps that leap forth and back while the sequence goes on."""
    stream = _Stream(encoding)
    for number in range(LONG_MS // 200):
        stream.timestamp = (number * 2_654_435_761) & 0xFFFFFFFF
        yield from stream.tone(200)


def _key_presses(press: Callable[[_Stream], Iterator[Packet]]) -> Callable[..., Iterator[Packet]]:
    def speaking(encoding: Encoding) -> Iterator[Packet]:
        stream = _Stream(encoding)
        yield from stream.tone(300)
        yield from press(stream)
        yield from stream.tone(LONG_MS)

    return speaking


def _two_keys(stream: _Stream) -> Iterator[Packet]:
    yield from stream.key("5")
    yield from stream.tone(200)
    yield from stream.key("5")
    yield from stream.tone(200)
    yield from stream.key("#")


class Says(Enum):
    """What the caller sends once the other side is heard."""

    TONE = (_tone,)
    NOTHING = (_nothing,)
    STOPS = (_stops,)
    LONG_PACKETS = (_long_packets,)
    WITH_PAUSES = (_with_pauses,)
    WRONG_TYPES = (_wrong_types,)
    GARBAGE = (_garbage,)
    BESIDE_A_STRANGER = (_beside_a_stranger,)
    IN_DISORDER = (_in_disorder,)
    NEW_SOURCES = (_new_sources,)
    JUMPING_CLOCK = (_jumping_clock,)
    KEYS = (_key_presses(_two_keys),)
    KEY_WITHOUT_ITS_ENDS = (_key_presses(lambda stream: stream.key("7", ends=0)),)
    KEY_WITHOUT_ITS_START = (_key_presses(lambda stream: stream.key("7", starts=0)),)
    KEY_THRICE_OVER = (_key_presses(lambda stream: stream.key("7", copies=3)),)

    def packets(self, encoding: Encoding) -> Iterator[Packet]:
        packets: Iterator[Packet] = self.value[0](encoding)
        return packets
