"""Calls placed by SIPp, with the audio in our own hands.

SIPp speaks SIP only: the media address that it offers is a socket of ours, which sends a tone
frame by frame and keeps what it hears.
"""

import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.stack_fixture import free_ports
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
                self.socket.sendto(self._header(sequence) + said[start : start + FRAME_BYTES], peer)
                sequence += 1

    def _header(self, sequence: int) -> bytes:
        return (
            bytes([0x80, self.payload_type])
            + (sequence & 0xFFFF).to_bytes(2, "big")
            + (sequence * FRAME_BYTES & 0xFFFFFFFF).to_bytes(4, "big")
            + b"test"
        )


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
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp:
        rtp.bind((source, 0))
        ear = _Ear(rtp, payload_type)
        thread = threading.Thread(target=ear.run)
        thread.start()
        try:
            done = subprocess.run(
                [
                    "sipp",
                    f"{server}:{node.settings.sip_port}",
                    *("-nostdin", "-m", "1", "-sf", str(scenarios_dir / f"{scenario}.xml")),
                    *("-i", source, "-p", str(sip_port), "-mi", source, "-s", number),
                    *("-key", "caller", caller, "-au", caller, "-ap", password),
                    *(word for key in (keys or {}).items() for word in ("-key", *key)),
                    *("-key", "audio_port", str(rtp.getsockname()[1])),
                    *("-key", "laws", "8" if payload_type == 8 else "0 8"),
                    *("-timeout", str(CALL_LIMIT_S), "-timeout_error"),
                    *("-trace_msg", "-message_file", str(messages)),
                ],
                cwd=work_dir,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=CALL_LIMIT_S + 10,
                check=False,
            )
        finally:
            ear.is_over.set()
            thread.join()
    return Call(
        is_as_expected=done.returncode == 0,
        messages=messages.read_text(),
        heard=decode(b"".join(ear.frames), ear.encoding),
        heard_payload_types=frozenset(ear.payload_types),
    )
