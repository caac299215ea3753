"""A call by SIPp whose audio is ours to spoil."""

import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.integration.ami.rtp_far_end import Faults, RtpFarEnd
from tests.polling import until
from tests.stack_fixture import free_ports

STAYS_A_WHILE = Path(__file__).parent / "uac-stays-a-while-expect-200.xml"
ANSWERS_OPTIONS = Path(__file__).parent / "uas-answers-options.xml"
CALL_LIMIT_S = 40


@contextmanager
def sipp(
    scenario: Path, *arguments: str, messages: Path, port: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """SIPp at work inside the block; it is over after it, whatever its scenario says."""
    [free_port] = free_ports(1, socket.SOCK_DGRAM)
    with (messages.parent / "sipp.out").open("wb") as output:
        process = subprocess.Popen(
            [
                "sipp",
                *("-nostdin", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-sf", str(scenario)),
                *("-p", str(free_port if port is None else port)),
                *("-timeout", str(CALL_LIMIT_S), "-timeout_error"),
                *("-trace_msg", "-message_file", str(messages)),
                *arguments,
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(CALL_LIMIT_S)


def call(sip_port: int, number: str, lasts_s: float, work_dir: Path, faults: Faults) -> None:
    """Calls, stays for so long and hangs up; the network treats the audio as told."""
    messages = work_dir / "messages.log"
    with (
        RtpFarEnd(faults) as far_end,
        sipp(
            STAYS_A_WHILE,
            f"127.0.0.1:{sip_port}",
            *("-m", "1", "-s", number, "-d", str(round(lasts_s * 1000))),
            *("-key", "caller", "+4930123456", "-key", "audio_port", str(far_end.port)),
            messages=messages,
        ) as process,
    ):
        far_end.talk_to(until(lambda: answered_port(messages), "the call is answered", 20))
        assert process.wait(CALL_LIMIT_S) == 0, messages.read_text()


def answered_port(messages: Path) -> int | None:
    """Where Asterisk wants the caller's audio, once it has said so."""
    said = messages.read_text(errors="replace") if messages.exists() else ""
    answer = re.search(r"^SIP/2\.0 200 .*?^m=audio (\d+) ", said, re.MULTILINE | re.DOTALL)
    return int(answer[1]) if answer else None
