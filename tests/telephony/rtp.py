"""The audio of telephones that tests play: what an RTP packet begins with, and who sends it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def header(
    payload_type: int,
    sequence: int,
    timestamp: int,
    *,
    source: bytes = b"test",
    is_marked: bool = False,
) -> bytes:
    """RFC 3550, section 5.1: version 2, one source, no extension."""
    return (
        bytes([0x80, payload_type | (0x80 if is_marked else 0)])
        + (sequence & 0xFFFF).to_bytes(2, "big")
        + (timestamp & 0xFFFFFFFF).to_bytes(4, "big")
        + source
    )


@contextmanager
def beside(run: Callable[[], None], stop: Callable[[], None]) -> Iterator[None]:
    """Runs in a thread of its own during the block, and is told at its end to stop."""
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop()
        thread.join()
