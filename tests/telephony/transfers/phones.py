"""Telephones played by SIPp: callers, operators and a carrier."""

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.stack_fixture import free_ports
from tests.telephony import sipp
from tests.telephony.transfers.headset import Headset, headset
from voicebot.settings import Settings
from voicebot.stack.phones import Phone

SCENARIOS_DIR = Path(__file__).parent
CALL_LIMIT_S = 90
CALLER_HZ = 440


class Node(Protocol):
    """An Asterisk to be called."""

    @property
    def settings(self) -> Settings: ...


@dataclass(frozen=True, slots=True)
class Telephone:
    """A phone in the middle of its scenario."""

    headset: Headset
    process: subprocess.Popen[bytes]
    messages: Path
    sip_port: int

    def is_as_expected(self) -> bool:
        """Waits for the scenario's end."""
        return self.process.wait(CALL_LIMIT_S) == 0

    @property
    def log(self) -> str:
        """The SIP messages so far."""
        return self.messages.read_text() if self.messages.exists() else ""

    def hang_up(self) -> None:
        """For scenarios that wait to be told: they take any MESSAGE within their call for it."""
        call_id = re.search(r"^Call-ID: *(\S+)", self.log, re.MULTILINE | re.IGNORECASE)
        assert call_id is not None, "there is a call to be ended"
        via = f"SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{time.monotonic_ns()}"
        request = (
            f"MESSAGE sip:test@127.0.0.1 SIP/2.0\r\nVia: {via}\r\nFrom: <sip:test>;tag=1\r\n"
            f"To: <sip:test>\r\nCall-ID: {call_id[1]}\r\nCSeq: 1 MESSAGE\r\n"
            "Content-Length: 0\r\n\r\n"
        )
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(request.encode(), ("127.0.0.1", self.sip_port))

    @property
    def is_ringing(self) -> bool:
        return "SIP/2.0 180" in self.log


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator's phone, which keeps its place on the network."""

    phone: Phone
    node: Node
    sip_port: int
    hz: int

    @property
    def id(self) -> str:
        return self.phone.name

    def register(self, work_dir: Path) -> None:
        with self._plays("uac-operator-registers-expect-200", work_dir) as phone:
            assert phone.is_as_expected(), phone.log

    @contextmanager
    def waits(self, scenario: str, work_dir: Path, *, pause_ms: int = 300) -> Iterator[Telephone]:
        """The phone can be rung inside the block; the scenario says what becomes of the call."""
        with self._plays(scenario, work_dir, "-d", str(pause_ms)) as phone:
            yield phone

    @contextmanager
    def _plays(self, scenario: str, work_dir: Path, *arguments: str) -> Iterator[Telephone]:
        account = ("-s", self.id, "-au", self.id, "-ap", self.phone.password)
        with playing(
            self.node, scenario, work_dir / self.id, self.sip_port, self.hz, *account, *arguments
        ) as phone:
            yield phone


@contextmanager
def calling(
    node: Node, number: str, caller: str, work_dir: Path, *, stay_ms: int | None = None
) -> Iterator[Telephone]:
    """A caller, who stays until Asterisk hangs up, unless told to hang up after `stay_ms`."""
    [sip_port] = free_ports(1, socket.SOCK_DGRAM)
    scenario = "uac-stays-expect-bye" if stay_ms is None else "uac-hangs-up-expect-200"
    arguments = ("-s", number, "-key", "caller", caller, "-d", str(stay_ms or 0))
    with playing(node, scenario, work_dir, sip_port, CALLER_HZ, *arguments) as phone:
        yield phone


@contextmanager
def playing(
    node: Node,
    scenario: str,
    work_dir: Path,
    sip_port: int,
    hz: int,
    *arguments: str,
    address: str = "127.0.0.1",
) -> Iterator[Telephone]:
    """Plays a scenario file; what is left of it at the block's end is ended."""
    work_dir.mkdir(parents=True, exist_ok=True)
    messages = work_dir / f"{scenario}-{time.monotonic_ns()}.log"
    with (
        headset(hz, address) as worn,
        sipp.playing(
            SCENARIOS_DIR / f"{scenario}.xml",
            *arguments,
            server=f"127.0.0.1:{node.settings.sip_port}",
            sip_port=sip_port,
            audio_port=worn.port,
            messages=messages,
            limit_s=CALL_LIMIT_S,
            address=address,
        ) as process,
    ):
        yield Telephone(worn, process, messages, sip_port)
