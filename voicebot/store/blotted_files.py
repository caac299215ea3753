"""Blots out of files what has to be forgotten, while others append to them."""

import os
from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path

from voicebot.store.blotting import (
    Blot,
    asterisk_log_blot,
    cdr_blot,
    log_blot,
    number_blot,
    words_blot,
)
from voicebot.store.cdr_import import CDR_FILE

# Below the state directory.
LOGS, ASTERISK_LOGS = Path("log"), Path("asterisk/log")


def blot_old(state_dir: Path, before: datetime) -> int:
    """What was written of callers before this time, in logs and in Asterisk's CDR file."""
    changed = blot_files([state_dir / CDR_FILE], cdr_blot(before))
    changed += blot_files(_logs(state_dir / LOGS), log_blot(before))
    return changed + blot_files(_logs(state_dir / ASTERISK_LOGS), asterisk_log_blot(before))


def blot_caller(state_dir: Path, number: str, call_ids: Collection[str]) -> int:
    """The number (E.164) wherever it stands, and what is private in the logs of these calls."""
    blot = number_blot(number)
    # In the database they may be nameless already, as it was erased from another node.
    known = {*call_ids, *_calls_of(state_dir / CDR_FILE, blot)}
    changed = blot_files(_logs(state_dir / LOGS), words_blot(known))
    files = [state_dir / CDR_FILE, *_logs(state_dir / LOGS), *_logs(state_dir / ASTERISK_LOGS)]
    return changed + blot_files(files, blot)


def _calls_of(cdr_file: Path, blot: Blot) -> set[str]:
    """Whose lines have the number: each begins with its call's id."""
    try:
        with cdr_file.open("rb") as file:
            lines = [line for line in file if blot(line) != line]
    except FileNotFoundError:
        return set()
    return {line.split(b'"')[1].decode(errors="replace") for line in lines if line[:1] == b'"'}


def _logs(folder: Path) -> list[Path]:
    """With those that were rotated."""
    found = sorted(folder.glob("*.log*")) if folder.is_dir() else []
    return [file for file in found if file.is_file() and not file.is_symlink()]


def blot_files(files: Iterable[Path], blot: Blot) -> int:
    """How many lines were changed. What is no file, or gone by now, has nothing to be blotted.

    A line that is being written just now may be missed: ask again.
    """
    return sum(_blot_file(file, blot) for file in files)


def _blot_file(path: Path, blot: Blot) -> int:
    try:
        # A link is not followed.
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (FileNotFoundError, IsADirectoryError):
        return 0
    changed = offset = 0
    with open(descriptor, "rb", buffering=1 << 16) as file:
        for line in file:
            blotted = blot(line)
            assert len(blotted) == len(line), "nothing moves"
            if blotted != line:
                os.pwrite(descriptor, blotted, offset)
                changed += 1
            offset += len(line)
    return changed
