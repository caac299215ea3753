"""SIPp speaks SIP as a scenario file says; the audio address that it offers is a test's own."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# SIPp gives up by itself at its limit, and may take so much longer to say so.
GRACE_S = 10


@contextmanager
def playing(
    scenario: Path,
    *arguments: str,
    server: str,
    sip_port: int,
    audio_port: int,
    messages: Path,
    limit_s: int,
    address: str = "127.0.0.1",
    calls: int = 1,
) -> Iterator[subprocess.Popen[bytes]]:
    """Plays inside the block; what is left of the scenario at its end is ended.

    All SIP messages go to that file, and whatever else SIPp writes, beside it.
    """
    process = subprocess.Popen(
        [
            "sipp",
            server,
            *("-nostdin", "-m", str(calls), "-sf", str(scenario)),
            *("-i", address, "-p", str(sip_port), "-mi", address),
            *("-key", "audio_port", str(audio_port)),
            *("-timeout", str(limit_s), "-timeout_error"),
            *("-trace_msg", "-message_file", str(messages)),
            *arguments,
        ],
        cwd=messages.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def is_played_to_its_end(process: subprocess.Popen[bytes], limit_s: int) -> bool:
    """Waits for it; whether all went as the scenario says."""
    return process.wait(limit_s + GRACE_S) == 0
