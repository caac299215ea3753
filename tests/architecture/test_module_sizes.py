"""Modules stay small enough to be read in one go."""

from pathlib import Path
from statistics import median

import pytest

from voicebot.settings import PROJECT_DIR

LONGEST = 350
MEDIAN = 150


def modules(*rooms: str) -> list[Path]:
    return [
        path
        for room in rooms
        for path in sorted((PROJECT_DIR / room).rglob("*.py"))
        if "__pycache__" not in path.parts
    ]


SOURCES = modules("voicebot", "workers", "migrations")
# Tests are read like any other module.
ALL = SOURCES + modules("tests")


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(PROJECT_DIR)))
def test_no_module_is_too_long_to_read(path: Path) -> None:
    assert lines(path) <= LONGEST


def test_most_modules_are_short() -> None:
    sizes = [lines(path) for path in SOURCES if path.name != "__init__.py"]
    assert median(sizes) <= MEDIAN


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(PROJECT_DIR)))
def test_no_module_is_a_drawer_for_odds_and_ends(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "base", "manager"}
