"""A real Asterisk with the project's own configuration, for tests."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.telephony.fallback.polling import until
from voicebot.settings import Settings
from voicebot.stack.asterisk_config import InboundNumber, render
from voicebot.stack.asterisk_instance import prepare_instance
from voicebot.stack.paths import ENTER_ROOT, StackPaths

ARI_PASSWORD = "secret-of-the-test"
START_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Node:
    """A running Asterisk."""

    settings: Settings
    paths: StackPaths
    process: subprocess.Popen[bytes]

    def console(self, command: str) -> str:
        """What Asterisk's console answers to a command."""
        entered = (ENTER_ROOT, self.paths.asterisk_root, self.paths.asterisk_instance)
        done = subprocess.run(
            [*map(str, entered), "asterisk", "-rx", command],
            capture_output=True,
            check=True,
            text=True,
            timeout=30,
        )
        return done.stdout

    @property
    def log(self) -> str:
        return (self.paths.asterisk_instance / "log" / "messages.log").read_text()

    @property
    def spool(self) -> Path:
        return self.paths.asterisk_instance / "spool"

    @property
    def cdr_file(self) -> Path:
        return self.paths.asterisk_instance / "log" / "cdr-custom" / "voicebot.csv"


def find_asterisk_root() -> Path | None:
    """VOICEBOT_ASTERISK_ROOT, or the newest one in the cache."""
    named = os.environ.get("VOICEBOT_ASTERISK_ROOT")
    if named is not None:
        return Path(named)
    built = Settings.load().cache_dir.glob("asterisk-*")
    return max(built, key=lambda path: path.stat().st_mtime, default=None)


def free_ports(count: int, kind: socket.SocketKind, host: str = "127.0.0.1") -> list[int]:
    """Ports that were free a moment ago, all different."""
    with ExitStack() as bound:
        sockets = [bound.enter_context(socket.socket(socket.AF_INET, kind)) for _ in range(count)]
        for one in sockets:
            one.bind((host, 0))
        return [one.getsockname()[1] for one in sockets]


@contextmanager
def running_node(
    asterisk_root: Path, state_dir: Path, numbers: Sequence[InboundNumber]
) -> Iterator[Node]:
    """Starts Asterisk on free ports of loopback and stops it in the end."""
    [sip_port] = free_ports(1, socket.SOCK_DGRAM)
    [http_port] = free_ports(1, socket.SOCK_STREAM)
    # RTP ports cannot be reserved ahead: a range of its own for each process that tests.
    rtp_first_port = 20_000 + os.getpid() % 100 * 200
    settings = Settings.model_validate(
        {
            "state_dir": state_dir,
            "node_name": "testnode",
            "sip_port": sip_port,
            "http_port": http_port,
            "rtp_first_port": rtp_first_port,
            "rtp_last_port": rtp_first_port + 199,
            "ari_password": ARI_PASSWORD,
        }
    )
    paths = StackPaths(state_dir, asterisk_root)
    prepare_instance(paths)
    render(settings, numbers, paths.asterisk_instance / "etc")
    output = (state_dir / "asterisk.out").open("wb")
    with output:
        process = subprocess.Popen(
            [
                str(ENTER_ROOT),
                str(asterisk_root),
                str(paths.asterisk_instance),
                "asterisk",
                "-f",
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until(
            lambda: b"Asterisk Ready" in (state_dir / "asterisk.out").read_bytes(),
            "Asterisk is ready",
            START_LIMIT_S,
        )
        yield Node(settings, paths, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
