"""A real Asterisk with the project's own configuration, for tests."""

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.stack_fixture import RTP_PORTS, settings_of_own_stack
from tests.telephony.fallback.polling import until
from voicebot.settings import Settings
from voicebot.stack import asterisk_console
from voicebot.stack.asterisk_config import InboundNumber, render
from voicebot.stack.asterisk_instance import prepare_instance
from voicebot.stack.paths import ENTER_ROOT, StackPaths, asterisk_root

START_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Node:
    """A running Asterisk."""

    settings: Settings
    paths: StackPaths
    process: subprocess.Popen[bytes]

    def console(self, command: str) -> str:
        """What Asterisk's console answers to a command."""
        return asterisk_console.ask(self.paths, command)

    @property
    def log(self) -> str:
        return (self.paths.asterisk_instance / "log" / "messages.log").read_text()

    @property
    def spool(self) -> Path:
        return self.paths.asterisk_instance / "spool"

    @property
    def cdr_file(self) -> Path:
        return self.paths.asterisk_instance / "log" / "cdr-custom" / "voicebot.csv"


def find_asterisk_root() -> Path:
    """VOICEBOT_ASTERISK_ROOT, or the one that set-up builds."""
    named = os.environ.get("VOICEBOT_ASTERISK_ROOT")
    return asterisk_root(Settings.load().cache_dir) if named is None else Path(named)


@contextmanager
def running_node(
    root: Path, state_dir: Path, numbers: Sequence[InboundNumber], rtp_ports: int = RTP_PORTS
) -> Iterator[Node]:
    """Starts Asterisk on free ports of loopback and stops it in the end."""
    settings = settings_of_own_stack(state_dir)
    last_port = settings.rtp_first_port + rtp_ports - 1
    settings = settings.model_copy(update={"rtp_last_port": last_port})
    paths = StackPaths(state_dir, root)
    prepare_instance(paths)
    render(settings, numbers, paths.asterisk_instance / "etc")
    output = (state_dir / "asterisk.out").open("wb")
    with output:
        process = subprocess.Popen(
            [
                str(ENTER_ROOT),
                str(root),
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
