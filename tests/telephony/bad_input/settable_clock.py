"""A wall clock that a test can set, for a whole stack and nobody else: libfaketime.

It is preloaded into every process that is started inside `for_processes`, Asterisk in its root
directory included. Monotonic clocks go on, as they do when the clock of a machine is set; so do the
times of files.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.stack_fixture import need

LIBRARY = "libfaketimeMT.so.1"
# Inside Asterisk's root directory: a folder of the instance is bound there.
_INSIDE = "/var/lib/asterisk/faketime"
# jemalloc, which Redis uses, asks for the time before it can give memory, and libfaketime for
# memory before it can tell the time. glibc's own allocator, which this brings back, does not.
_REDIS = """#!/bin/sh
LD_PRELOAD="libc_malloc_debug.so.0 {LIBRARY}" exec {redis} "$@"
"""
# libfaketime 0.9.10 fails at the sleep that Python uses: until a time of the monotonic clock.
_SITE = """
import threading, time
time.sleep = lambda seconds: threading.Event().wait(seconds) and None
"""


class SettableClock:
    """Goes with the machine's, `ahead` of it. Exists below /dev/shm, which all processes see."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "ahead"
        self.ahead = timedelta()
        self.set(timedelta())

    def set(self, ahead: timedelta) -> None:
        """All processes see it at once."""
        draft = self._file.with_suffix(".draft")
        draft.write_text(f"{ahead.total_seconds():+.0f}\n")
        draft.replace(self._file)
        self.ahead = ahead

    @contextmanager
    def for_processes(self, state_dir: Path) -> Iterator[None]:
        """Whatever is started inside the block goes by this clock, and so do its children."""
        with pytest.MonkeyPatch.context() as environment:
            for name, value in self.environment(state_dir).items():
                environment.setenv(name, value)
            environment.setenv("PATH", str(_own(state_dir)), prepend=os.pathsep)
            yield

    def environment(self, state_dir: Path) -> Mapping[str, str]:
        """What makes a process go by this clock; it needs files in the state directory."""
        [library] = _found()
        own, inside = _own(state_dir), state_dir / "asterisk" / "lib" / "faketime"
        if not own.is_dir():
            redis = shutil.which("redis-server")
            need("redis-server", is_there=redis is not None)
            own.mkdir()
            inside.mkdir(parents=True)
            shutil.copy(library, inside)
            (own / "sitecustomize.py").write_text(_SITE)
            (own / "redis-server").write_text(_REDIS.format(LIBRARY=LIBRARY, redis=redis))
            (own / "redis-server").chmod(0o755)
        return {
            "LD_LIBRARY_PATH": f"{library.parent}:{_INSIDE}",
            "LD_PRELOAD": LIBRARY,
            "PYTHONPATH": str(own),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_NO_CACHE": "1",
            "NO_FAKE_STAT": "1",
        }


@contextmanager
def settable_clock() -> Iterator[SettableClock]:
    need("libfaketime", is_there=bool(_found()))
    with tempfile.TemporaryDirectory(prefix="voicebot-clock-", dir="/dev/shm") as name:
        directory = Path(name)
        directory.chmod(0o755)  # Asterisk has a user of its own
        yield SettableClock(directory)


def _own(state_dir: Path) -> Path:
    return state_dir / "faketime"


def _found() -> list[Path]:
    return sorted(Path("/usr/lib").glob(f"*/faketime/{LIBRARY}"))
