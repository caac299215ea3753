"""Which lines of Asterisk's CDR file have not been read yet?

Survives rotation (by renaming or by copying and truncating), truncation, and a
last line that is not complete yet. A file is recognised by its first line, which
names a call and its times: unlike an inode, that is never used twice.
"""

import hashlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

CHUNK_LINES = 500
_COMPRESSED = (".gz", ".xz", ".bz2", ".zst")


@dataclass(frozen=True, slots=True)
class Position:
    """How far one file was read."""

    first_line_sha256: str
    byte_offset: int


@dataclass(frozen=True, slots=True)
class Line:
    """One complete line, and the position behind it."""

    text: str
    end: Position


def unread_lines(path: Path, position: Position | None) -> Generator[Sequence[Line], None, None]:
    """Yields, in chunks, the lines behind the position: first of rotated files, then of this one.

    Without a position, or when its file is gone, everything there is. Blocks; raises OSError.
    """
    files = _generations(path)
    marks = [_first_line_sha256(file) for file in files]
    start, offset = 0, 0
    if position is not None and position.first_line_sha256 in marks:
        start, offset = marks.index(position.first_line_sha256), position.byte_offset
    for file, mark in zip(files[start:], marks[start:], strict=True):
        if mark is not None:
            yield from _chunks(file, mark, offset)
        offset = 0


def _generations(path: Path) -> list[Path]:
    """The rotated files that can be read, the oldest first, then the current one."""
    rotated = [
        (file.stat().st_mtime_ns, file)
        for file in path.parent.glob(f"{path.name}?*")
        if file.suffix not in _COMPRESSED and file.is_file()
    ]
    return [file for _, file in sorted(rotated)] + ([path] if path.exists() else [])


def _first_line_sha256(file: Path) -> str | None:
    with file.open("rb") as opened:
        first = opened.readline()
    return hashlib.sha256(first).hexdigest() if first.endswith(b"\n") else None


def _chunks(file: Path, mark: str, offset: int) -> Iterator[Sequence[Line]]:
    with file.open("rb") as opened:
        # A file that became shorter than what was read of it is not what it was.
        opened.seek(offset if offset <= file.stat().st_size else 0)
        lines = _lines(opened, mark, opened.tell())
        while chunk := list(islice(lines, CHUNK_LINES)):
            yield chunk


def _lines(raw: Iterable[bytes], mark: str, offset: int) -> Iterator[Line]:
    for line in raw:
        if not line.endswith(b"\n"):
            return  # still being written
        offset += len(line)
        yield Line(line.decode("utf-8", "replace").rstrip("\r\n"), Position(mark, offset))
