"""Which human recordings are at hand, and what is said on each?

Asterisk's own prompts come with a list of their texts; any directory of others holds a text
file beside each recording, or one list of them all as the CMU Sphinx programs keep it.
"""

import gzip
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from voicebot.errors import CallerError

PROMPT_TEXTS = "usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz"
PROMPTS = "usr/share/asterisk/sounds/en_US_f_Allison"
# A text that is not only what is said: "[beep]", "(2 seconds of silence)", "press #".
_NOTE = re.compile(r"[\[(#*]")
# <s> ten of clubs </s> (001)
_LISTED = re.compile(r"^(?:<s>)?\s*(?P<text>.*?)\s*(?:</s>)?\s*\((?P<name>[^()]+)\)\s*$")


@dataclass(frozen=True, slots=True)
class HumanRecording:
    """One recording and its words."""

    name: str
    file: Path
    text: str


def asterisk_prompts(root: Path) -> tuple[HumanRecording, ...]:
    """The prompts in the directory that Asterisk runs in. Raises CallerError."""
    try:
        with gzip.open(root / PROMPT_TEXTS, "rt", encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError as error:
        raise CallerError(f"the texts of Asterisk's prompts are missing: {error}") from error
    return tuple(_there(prompt_texts(lines), root / PROMPTS))


def prompt_texts(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Name and text of every prompt that is speech and says a whole thing."""
    for line in lines:
        name, colon, text = line.partition(":")
        text = text.strip()
        is_part = text.startswith("...") or text.endswith("...")
        if colon and not line.startswith(";") and text and not is_part and not _NOTE.search(text):
            yield name.strip(), text


def recordings_in(directory: Path) -> tuple[HumanRecording, ...]:
    """The recordings of one directory that have a text. Raises CallerError."""
    try:
        texts = {file.stem: file.read_text("utf-8") for file in sorted(directory.glob("*.txt"))}
        for listing in (*directory.glob("transcription"), *directory.glob("*.transcription")):
            matches = (_LISTED.match(line) for line in listing.read_text("utf-8").splitlines())
            texts |= {match["name"]: match["text"] for match in matches if match}
    except (OSError, UnicodeDecodeError) as error:
        raise CallerError(f"the texts in {directory} cannot be read: {error}") from error
    found = tuple(_there(texts.items(), directory))
    if not found:
        raise CallerError(f"{directory} holds no .wav file with its text")
    return found


def _there(texts: Iterable[tuple[str, str]], directory: Path) -> Iterator[HumanRecording]:
    for name, text in texts:
        file = directory / f"{name}.wav"
        if file.exists():
            yield HumanRecording(name, file, " ".join(text.split()))
