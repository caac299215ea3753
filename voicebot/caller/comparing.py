"""How does the workers' recognizer hear recordings, on its live path and on the full window?

It listens as a process of its own, to telephone audio: through µ-law at 8 kHz.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import decode, encode
from voicebot.caller.sound import Samples
from voicebot.errors import CallerError

COMPARER = (sys.executable, "-m", "workers.stt.compare")
LIVE, FULL = "live", "full"
START_LIMIT_S = 120.0
LIMIT_PER_FILE_S = 30.0


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word of the known text, and when it was spoken."""

    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Hearing:
    """What one way made of one recording."""

    text: str
    time_ms: float
    heard_again: str  # why the full window had to judge after all


@dataclass(frozen=True, slots=True)
class Listening:
    """A file to be heard."""

    file: Path
    text: str = ""  # when given, the times of its words are found
    ways: tuple[str, ...] = (LIVE,)


@dataclass(frozen=True, slots=True)
class Compared:
    """One file, heard."""

    ways: Mapping[str, Hearing]
    words: tuple[TimedWord, ...]


def telephone(samples: Samples) -> Samples:
    """What is left of it behind a µ-law line."""
    return decode(encode(samples, Encoding.ULAW), Encoding.ULAW)


def compare(
    files: Sequence[Listening], comparer: tuple[str, ...] = COMPARER
) -> tuple[Compared, ...]:
    """One for each file, in order. Raises CallerError."""
    asked = "".join(
        json.dumps({"file": str(one.file), "text": one.text, "ways": one.ways}) + "\n"
        for one in files
    )
    limit_s = START_LIMIT_S + LIMIT_PER_FILE_S * len(files)
    try:
        done = subprocess.run(
            comparer, input=asked, capture_output=True, text=True, timeout=limit_s, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CallerError(f"the recognizer did not finish: {error}") from error
    if done.returncode != 0:
        last = "".join(done.stderr.strip().splitlines()[-1:])
        raise CallerError(f"the recognizer could not be asked: {last}")
    try:
        heard = tuple(_parsed(json.loads(line)) for line in done.stdout.splitlines())
    except (ValueError, KeyError, TypeError) as error:
        raise CallerError("the recognizer's output is not understood") from error
    if len(heard) != len(files):
        raise CallerError(f"{len(heard)} of {len(files)} recordings were heard")
    return heard


def _parsed(told: dict[str, Any]) -> Compared:
    return Compared(
        ways={
            way: Hearing(
                str(told[way]["text"]),
                float(told[way]["time_ms"]),
                str(told[way]["heard_again"]),
            )
            for way in (LIVE, FULL)
            if way in told
        },
        words=tuple(
            TimedWord(str(text), int(start_ms), int(end_ms))
            for text, start_ms, end_ms in told.get("words", ())
        ),
    )
