"""Where were the pauses of the sentences that a call played? Kept beside its recordings."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from voicebot.caller.pauses import Pause, PausedSentence
from voicebot.caller.sound import Span
from voicebot.errors import CallerError

FILE = "sentences.json"


def keep_sentences(sentences: Sequence[PausedSentence], record_dir: Path) -> None:
    """Their audio lies there already, as it was played."""
    document = [
        {
            "name": one.name,
            "text": one.text,
            "voice": asdict(one.voice),
            "pauses": [asdict(pause) for pause in one.pauses],
        }
        for one in sentences
    ]
    (record_dir / FILE).write_text(json.dumps(document, ensure_ascii=False) + "\n", "utf-8")


def kept_sentences(record_dir: Path) -> tuple[PausedSentence, ...]:
    """Without their samples. Raises CallerError."""
    try:
        document = json.loads((record_dir / FILE).read_text("utf-8"))
        return tuple(
            PausedSentence(
                name=str(one["name"]),
                text=str(one["text"]),
                samples=np.zeros(0, np.int16),
                voice=Span(**one["voice"]),
                pauses=tuple(
                    Pause(str(p["before"]), Span(**p["span"]), bool(p["is_natural"]))
                    for p in one["pauses"]
                ),
            )
            for one in document
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CallerError(f"{record_dir / FILE} is missing or damaged") from error
