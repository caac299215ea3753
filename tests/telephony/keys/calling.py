"""A caller who presses keys: SIPp speaks SIP, and the test speaks RTP."""

import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.stack_fixture import free_ports
from tests.telephony.fallback.node import Node
from tests.telephony.keys.keypad import (
    EVENT_PAYLOAD_TYPE,
    PAYLOAD_TYPES,
    SAMPLES_PER_FRAME,
    Packet,
)
from voicebot.audio.frames import FRAME_MS, Encoding

SCENARIOS_DIR = Path(__file__).parent
CALL_LIMIT_S = 40


@dataclass(slots=True)
class Mouth:
    """Sends its packets on time, once the other side was heard; silence after the last."""

    encoding: Encoding
    packets: Sequence[Packet]
    is_over: threading.Event = field(default_factory=threading.Event)
    has_said_all: threading.Event = field(default_factory=threading.Event)

    def run(self, rtp: socket.socket) -> None:
        rtp.settimeout(0.1)
        peer: tuple[str, int] | None = None
        while peer is None and not self.is_over.is_set():
            with suppress(TimeoutError):  # not connected yet
                _, peer = rtp.recvfrom(2048)
        quiet = Packet(self.encoding.silence_frame)
        sequence, next_at = 0, time.monotonic()
        while peer is not None and not self.is_over.is_set():
            said_all = sequence >= len(self.packets)
            packet = quiet if said_all else self.packets[sequence]
            rtp.sendto(self._header(packet, sequence) + packet.payload, peer)
            sequence += 1
            if said_all:
                self.has_said_all.set()
            next_at += FRAME_MS / 1000
            self.is_over.wait(max(0.0, next_at - time.monotonic()))

    def _header(self, packet: Packet, sequence: int) -> bytes:
        payload_type = EVENT_PAYLOAD_TYPE if packet.is_event else PAYLOAD_TYPES[self.encoding]
        # All packets of an event carry the time at which it began.
        timestamp = (sequence - packet.age) * SAMPLES_PER_FRAME
        return (
            bytes([0x80, payload_type | (0x80 if packet.is_first else 0)])
            + (sequence & 0xFFFF).to_bytes(2, "big")
            + (timestamp & 0xFFFFFFFF).to_bytes(4, "big")
            + b"keys"
        )


def place_call(
    node: Node,
    scenario: str,
    number: str,
    work_dir: Path,
    mouth: Mouth,
    caller: str = "+4930123456",
) -> bool:
    """Plays a scenario file against the node, to its end; whether all went as it says."""
    work_dir.mkdir(parents=True, exist_ok=True)
    [sip_port] = free_ports(1, socket.SOCK_DGRAM)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp:
        rtp.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=mouth.run, args=(rtp,))
        thread.start()
        try:
            done = subprocess.run(
                [
                    "sipp",
                    f"127.0.0.1:{node.settings.sip_port}",
                    *("-nostdin", "-m", "1", "-sf", str(SCENARIOS_DIR / f"{scenario}.xml")),
                    *("-i", "127.0.0.1", "-p", str(sip_port), "-mi", "127.0.0.1", "-s", number),
                    *("-key", "caller", caller, "-key", "law", str(PAYLOAD_TYPES[mouth.encoding])),
                    *("-key", "audio_port", str(rtp.getsockname()[1])),
                    *("-timeout", str(CALL_LIMIT_S), "-timeout_error"),
                    *("-trace_msg", "-message_file", str(work_dir / "messages.log")),
                ],
                cwd=work_dir,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=CALL_LIMIT_S + 10,
                check=False,
            )
        finally:
            mouth.is_over.set()
            thread.join()
    return done.returncode == 0
