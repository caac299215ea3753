"""How do the workers of one machine keep out of each other's measurements?

By a lock on a file, which the kernel gives back when its holder dies: any number load their models
side by side, and one alone measures, while nobody loads. Whoever has waited too long goes on
without it.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import structlog

ASK_AGAIN_S: Final = 0.05

log = structlog.get_logger("workers")


class MachineTurn:
    """This worker's place at its machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def loading(self, for_s: float) -> Iterator[bool]:
        """Whether nobody measures meanwhile. Waits for those who do, for so long at most."""
        with self._locked(fcntl.LOCK_SH, for_s) as is_ours:
            yield is_ours

    @contextmanager
    def alone(self, for_s: float) -> Iterator[bool]:
        """Whether no other worker loads or measures meanwhile. Waits for so long at most."""
        with self._locked(fcntl.LOCK_EX, for_s) as is_ours:
            yield is_ours

    @contextmanager
    def _locked(self, kind: int, for_s: float) -> Iterator[bool]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = self._path.open("ab")
        except OSError as error:
            log.warning("calibration.no_lock", error=type(error).__name__)
            yield False
            return
        # Closing the file gives the lock back.
        with file:
            yield _lock(file, kind, for_s)


def _lock(file: IO[bytes], kind: int, for_s: float) -> bool:
    until_s = time.monotonic() + for_s
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until_s:
                return False
            time.sleep(ASK_AGAIN_S)
        else:
            return True
