"""A caller who presses keys: SIPp speaks SIP, and the test speaks RTP."""

import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.stack_fixture import free_ports
from tests.telephony import rtp, sipp
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

    def run(self, own: socket.socket) -> None:
        own.settimeout(0.1)
        peer: tuple[str, int] | None = None
        while peer is None and not self.is_over.is_set():
            with suppress(TimeoutError):  # not connected yet
                _, peer = own.recvfrom(2048)
        quiet = Packet(self.encoding.silence_frame)
        sequence, next_at = 0, time.monotonic()
        while peer is not None and not self.is_over.is_set():
            said_all = sequence >= len(self.packets)
            packet = quiet if said_all else self.packets[sequence]
            own.sendto(self._header(packet, sequence) + packet.payload, peer)
            sequence += 1
            if said_all:
                self.has_said_all.set()
            next_at += FRAME_MS / 1000
            self.is_over.wait(max(0.0, next_at - time.monotonic()))

    def _header(self, packet: Packet, sequence: int) -> bytes:
        payload_type = EVENT_PAYLOAD_TYPE if packet.is_event else PAYLOAD_TYPES[self.encoding]
        # All packets of an event carry the time at which it began.
        timestamp = (sequence - packet.age) * SAMPLES_PER_FRAME
        return rtp.header(payload_type, sequence, timestamp, is_marked=packet.is_first)


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
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind(("127.0.0.1", 0))
        with (
            rtp.beside(lambda: mouth.run(own), mouth.is_over.set),
            sipp.playing(
                SCENARIOS_DIR / f"{scenario}.xml",
                *("-s", number, "-key", "caller", caller),
                *("-key", "law", str(PAYLOAD_TYPES[mouth.encoding])),
                server=f"127.0.0.1:{node.settings.sip_port}",
                sip_port=sip_port,
                audio_port=own.getsockname()[1],
                messages=work_dir / "messages.log",
                limit_s=CALL_LIMIT_S,
            ) as process,
        ):
            return sipp.is_played_to_its_end(process, CALL_LIMIT_S)
