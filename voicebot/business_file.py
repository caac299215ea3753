"""Reads business files: YAML in, validated businesses out."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError

from voicebot.dialogue.business import Business
from voicebot.errors import BusinessFileInvalid
from voicebot.yaml_places import line_of


def load_businesses(path: Path) -> tuple[Business, ...]:
    """One file, or all `*.yaml` of a folder; raises BusinessFileInvalid.

    No number may belong to two of them.
    """
    return _together((file, load_business(file)) for file in business_files(path))


def businesses_with(path: Path, changed: Path, text: str) -> tuple[Business, ...]:
    """As they would be if one of the files held this text; raises BusinessFileInvalid."""
    return _together(
        (file, business_of(text, file) if file == changed else load_business(file))
        for file in business_files(path)
    )


def business_files(path: Path) -> Sequence[Path]:
    """That make the businesses; raises BusinessFileInvalid where there are none."""
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files:
        raise BusinessFileInvalid(str(path), ("there is no *.yaml in this folder",))
    return files


def _together(read: Iterable[tuple[Path, Business]]) -> tuple[Business, ...]:
    businesses: list[Business] = []
    owners: dict[str, Path] = {}
    for file, business in read:
        for did in business.dids:
            owner = owners.setdefault(did.removeprefix("+"), file)
            if owner != file:
                raise BusinessFileInvalid(
                    str(file), (f'dids: "{did}" belongs to {owner.name} already',)
                )
        businesses.append(business)
    return tuple(businesses)


def load_business(path: Path) -> Business:
    """Raises BusinessFileInvalid, naming every problem with its place and line."""
    return business_of(text_of(path), path)


def text_of(path: Path) -> str:
    """Raises BusinessFileInvalid where it is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BusinessFileInvalid(str(path), ("there is no such file",)) from error
    except OSError as error:
        reason = f"it cannot be read: {error.strerror}"
        raise BusinessFileInvalid(str(path), (reason,)) from error
    except ValueError as error:  # bytes that are no UTF-8
        raise BusinessFileInvalid(str(path), (f"this is no YAML: {error}",)) from error


def business_of(text: str, path: Path) -> Business:
    """What this text would make of the file; raises BusinessFileInvalid."""
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        # ValueError: a date that no calendar has.
        raise BusinessFileInvalid(str(path), (f"this is no YAML: {error}",)) from error
    except RecursionError as error:
        raise BusinessFileInvalid(str(path), ("it is nested too deeply",)) from error
    if not isinstance(content, dict):
        raise BusinessFileInvalid(str(path), ("must be a mapping, beginning with name:",))
    try:
        return Business.model_validate(content)
    except ValidationError as error:
        problems = tuple(
            problem
            for fault in error.errors()
            for problem in _told(text, fault["loc"], fault["msg"].removeprefix("Value error, "))
        )
        raise BusinessFileInvalid(str(path), problems) from error


def _told(text: str, place: Sequence[int | str], message: str) -> Iterator[str]:
    """One fault, or the several that the whole file has, each with its line."""
    if place:
        yield f"line {line_of(text, place)}: {'.'.join(map(str, place))}: {message}"
        return
    for problem in message.split("; "):
        yield f"line {line_of(text, (problem.partition(':')[0],))}: {problem}"
