"""What was said on a recording? The workers' recognizer listens, as a process of its own."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voicebot.caller.speech import run_worker
from voicebot.caller.words import contains_words
from voicebot.errors import CallerError

__all__ = ["Heard", "contains_words", "transcribe"]

RECOGNIZER = (sys.executable, "-m", "workers.stt.transcribe")
START_LIMIT_S = 120.0  # loading the model on a cold, busy machine
LIMIT_PER_FILE_S = 30.0


@dataclass(frozen=True, slots=True)
class Heard:
    """The words found on one recording, "" when there were none."""

    path: Path
    text: str


def transcribe(paths: Sequence[Path], recognizer: tuple[str, ...] = RECOGNIZER) -> list[Heard]:
    """One transcript for each file, in order. Raises CallerError."""
    if not paths:
        return []
    limit_s = START_LIMIT_S + LIMIT_PER_FILE_S * len(paths)
    printed = run_worker((*recognizer, *(str(path) for path in paths)), limit_s)
    try:
        texts = [str(json.loads(line)["text"]) for line in printed.splitlines() if line.strip()]
    except (ValueError, KeyError, TypeError) as error:
        raise CallerError("the recognizer's output is not understood") from error
    if len(texts) != len(paths):
        raise CallerError(f"{len(texts)} transcripts came back for {len(paths)} recordings")
    return [Heard(path, text.strip()) for path, text in zip(paths, texts, strict=True)]
