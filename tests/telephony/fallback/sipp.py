"""Calls placed by SIPp, with the audio in our own hands.

SIPp speaks SIP only: the media address that it offers is a socket of ours, which sends a tone
frame by frame and keeps what it hears.
"""

import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.stack_fixture import free_ports
from tests.telephony import rtp, sipp
from tests.telephony.fallback.node import Node
from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import decode, encode

SCENARIOS_DIR = Path(__file__).parent
FRAME_S = 0.02
FRAME_BYTES = 160
TONE_HZ = 440
CALL_LIMIT_S = 25


def tone(hz: int = TONE_HZ, encoding: Encoding = Encoding.ULAW) -> bytes:
    """One second of it, which may be repeated without a click."""
    at_s = np.arange(8_000) / 8_000
    samples = (10_000 * np.sin(2 * np.pi * hz * at_s)).astype(np.int16)
    return encode(samples, encoding)


@dataclass(frozen=True, slots=True)
class Call:
    """What came of a call."""

    is_as_expected: bool
    messages: str  # the whole SIP dialogue
    heard: NDArray[np.int16]  # what the caller heard, 8 kHz
    heard_payload_types: frozenset[int]


@dataclass(slots=True)
class _Ear:
    """A caller's RTP socket: once it hears the other side, it speaks a tone until it is closed."""

    socket: socket.socket
    payload_type: int
    frames: list[bytes] = field(default_factory=list)
    payload_types: set[int] = field(default_factory=set)
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def encoding(self) -> Encoding:
        return Encoding.ALAW if self.payload_type == 8 else Encoding.ULAW

    def run(self) -> None:
        said = tone(TONE_HZ, self.encoding)
        self.socket.settimeout(FRAME_S)
        peer: tuple[str, int] | None = None
        sequence, next_at = 0, time.monotonic()
        while not self.is_over.is_set():
            try:
                packet, peer = self.socket.recvfrom(2048)
                self.payload_types.add(packet[1] & 0x7F)
                if packet[1] & 0x7F == self.payload_type:
                    self.frames.append(packet[12:])
            except TimeoutError:
                pass  # silence: look at the clock
            if peer is not None and time.monotonic() >= next_at:
                next_at = max(next_at + FRAME_S, time.monotonic() - 1.0)
                start = sequence * FRAME_BYTES % len(said)
                header = rtp.header(self.payload_type, sequence, sequence * FRAME_BYTES)
                self.socket.sendto(header + said[start : start + FRAME_BYTES], peer)
                sequence += 1


def place_call(
    node: Node,
    scenario: str,
    number: str,
    work_dir: Path,
    *,
    caller: str = "+4930123456",
    password: str = "",
    source: str = "127.0.0.1",
    payload_type: int = 0,
    server: str = "127.0.0.1",
    scenarios_dir: Path = SCENARIOS_DIR,
    keys: Mapping[str, str] | None = None,
) -> Call:
    """Plays a scenario file against the node, to its end."""
    work_dir.mkdir(parents=True, exist_ok=True)
    messages = work_dir / "messages.log"
    [sip_port] = free_ports(1, socket.SOCK_DGRAM)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind((source, 0))
        ear = _Ear(own, payload_type)
        with (
            rtp.beside(ear.run, ear.is_over.set),
            sipp.playing(
                scenarios_dir / f"{scenario}.xml",
                *("-s", number, "-key", "caller", caller, "-au", caller, "-ap", password),
                *(word for key in (keys or {}).items() for word in ("-key", *key)),
                *("-key", "laws", "8" if payload_type == 8 else "0 8"),
                server=f"{server}:{node.settings.sip_port}",
                sip_port=sip_port,
                audio_port=own.getsockname()[1],
                messages=messages,
                limit_s=CALL_LIMIT_S,
                address=source,
            ) as process,
        ):
            is_as_expected = sipp.is_played_to_its_end(process, CALL_LIMIT_S)
    return Call(
        is_as_expected=is_as_expected,
        messages=messages.read_text(),
        heard=decode(b"".join(ear.frames), ear.encoding),
        heard_payload_types=frozenset(ear.payload_types),
    )
