"""The audio of a caller, in our own hands: SIPp only offers the address of these sockets.

Whoever is heard first on it is spoken to, each peer on its own, so that twenty calls may share a
caller's address.
"""

import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from tests.telephony import rtp
from tests.telephony.scenarios.sounds import Packet, Says, Sender
from voicebot.audio.frames import Encoding

STRANGERS_ADDRESS = "127.0.0.3"
_TICK_S = 0.005
_HEADER_BYTES = 12
Address = tuple[str, int]


def even_port_pair(address: str, kept: ExitStack) -> tuple[socket.socket, socket.socket]:
    """Sockets for RTP and, on the next port, RTCP."""
    for _ in range(100):
        with ExitStack() as draft:
            rtp, rtcp = (
                draft.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                for _ in range(2)
            )
            rtp.bind((address, 0))
            port = rtp.getsockname()[1]
            if port % 2:
                continue
            try:
                rtcp.bind((address, port + 1))
            except OSError:
                continue
            kept.push(draft.pop_all())
            return rtp, rtcp
    raise AssertionError("no two neighbouring ports are free")


@dataclass(slots=True)
class _Conversation:
    """With one peer on one socket."""

    packets: Iterator[Packet]
    began_s: float
    next_packet: Packet | None
    heard: list[bytes] = field(default_factory=list)


class CallerMedia:
    """Speaks and listens until the block ends; `heard` is complete then."""

    def __init__(self, says: Says, encoding: Encoding) -> None:
        self.encoding = encoding
        self._says = says
        self._payload_type = 8 if encoding is Encoding.ALAW else 0
        self._conversations: dict[tuple[socket.socket, Address], _Conversation] = {}
        self._is_over = threading.Event()

    @contextmanager
    def running(self, address: str = "127.0.0.1") -> Iterator["CallerMedia"]:
        with ExitStack() as kept:
            self._rtp, self._rtcp = even_port_pair(address, kept)
            self._second, _ = even_port_pair(address, kept)
            self._stranger, _ = even_port_pair(STRANGERS_ADDRESS, kept)
            with rtp.beside(self._run, self._is_over.set):
                yield self

    @property
    def port(self) -> int:
        port: int = self._rtp.getsockname()[1]
        return port

    @property
    def second_port(self) -> int:
        """Another address of the caller's, for a call that moves."""
        port: int = self._second.getsockname()[1]
        return port

    @property
    def heard(self) -> list[bytes]:
        """What each peer said to the caller's first address."""
        return self._heard_on(self._rtp)

    @property
    def heard_on_second(self) -> list[bytes]:
        return self._heard_on(self._second)

    def _heard_on(self, own: socket.socket) -> list[bytes]:
        found = [(key, each) for key, each in self._conversations.items() if key[0] is own]
        return [b"".join(each.heard) for _, each in found]

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            for own in (self._rtp, self._second):
                own.setblocking(False)
                selector.register(own, selectors.EVENT_READ)
            while not self._is_over.is_set():
                for key, _ in selector.select(_TICK_S):
                    assert isinstance(key.fileobj, socket.socket)
                    self._listen(key.fileobj)
                self._speak()

    def _listen(self, own: socket.socket) -> None:
        data, peer = own.recvfrom(4096)
        payload_type = data[1] & 0x7F if len(data) > _HEADER_BYTES else None
        # RTCP that went astray, for another caller's next port (RFC 5761, section 4).
        if payload_type is None or 64 <= payload_type <= 95:
            return
        known = self._conversations.get((own, peer))
        if known is None:
            packets = self._says.packets(self.encoding)
            known = _Conversation(packets, time.monotonic(), next(packets, None))
            self._conversations[own, peer] = known
        if payload_type == self._payload_type:
            known.heard.append(data[_HEADER_BYTES:])

    def _speak(self) -> None:
        for (own, peer), conversation in self._conversations.items():
            passed_ms = (time.monotonic() - conversation.began_s) * 1_000
            while (packet := conversation.next_packet) and packet.due_ms <= passed_ms:
                self._send(own, peer, packet)
                conversation.next_packet = next(conversation.packets, None)

    def _send(self, own: socket.socket, peer: Address, packet: Packet) -> None:
        match packet.sender:
            case Sender.CALLER:
                own.sendto(packet.data, peer)
            case Sender.RTCP:
                self._rtcp.sendto(packet.data, (peer[0], peer[1] + 1))
            case Sender.STRANGER:
                self._stranger.sendto(packet.data, peer)
