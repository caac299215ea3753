"""Which of our processes took how much of a core?"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

_PARTS = (
    ("asterisk", re.compile(r"(^|/)asterisk\b")),
    ("redis", re.compile(r"redis-(server|check-rdb)")),
    ("callers", re.compile(r"-m voicebot call\b")),
    ("agents", re.compile(r"-m voicebot agent\b")),
    ("stt", re.compile(r"-m workers stt\b")),
    ("llm", re.compile(r"-m workers llm\b")),
    ("tts", re.compile(r"-m workers tts\b")),
)


def part_of(command: str) -> str | None:
    """Which part of the stack this command line is; None: none that is told apart."""
    return next((name for name, pattern in _PARTS if pattern.search(command)), None)


def processor_seconds(proc: Path = Path("/proc")) -> Mapping[str, float]:
    """User and system time so far, by part; of every such process on this machine that lives."""
    taken: dict[str, float] = {}
    for directory in proc.iterdir():
        if not directory.name.isdigit():
            continue
        try:
            command = (directory / "cmdline").read_bytes().replace(b"\0", b" ")
            stat = (directory / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        part = part_of(command.decode(errors="replace"))
        if part is not None:
            taken[part] = taken.get(part, 0.0) + _seconds_in(stat)
    return taken


def process_seconds(pid: int, proc: Path = Path("/proc")) -> float:
    """User and system time so far of one process; raises FileNotFoundError when it is gone."""
    return _seconds_in((proc / str(pid) / "stat").read_text())


def _seconds_in(stat: str) -> float:
    # After the name in parentheses: utime and stime are fields 14 and 15 of proc(5).
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
