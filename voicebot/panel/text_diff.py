"""What differs between two texts, line by line? Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Final

_KINDS: Final = {"+": "added", "-": "removed", "@": "place"}


@dataclass(frozen=True, slots=True)
class DiffLine:
    """As `diff -u` writes it, with its sign; `kind` is for its look."""

    kind: str
    text: str


def diff(old: str, new: str) -> Sequence[DiffLine]:
    """Three lines around each change; nothing where both are the same."""
    lines = list(unified_diff(old.split("\n"), new.split("\n"), lineterm=""))
    return [DiffLine(_KINDS.get(line[0], "same"), line) for line in lines[2:]]
