"""When was each word of a known text spoken?

Whisper's own attention tells, as faster-whisper reads it: to about a tenth of a second. A
forced alignment by another model is finer, where an operator has brought its weights.
"""

from typing import Any, Final

import numpy as np

from workers.audio import Samples
from workers.stt.conversation import Word

FULL_WINDOW_FRAMES: Final = 3_000
# What belongs to the word after it, and to the word before it.
OPENING: Final = "\"'“¿([{-"
CLOSING: Final = "\"'.。,，!！?？:：”)]}、"  # noqa: RUF001


def words_of(whisper: Any, tokenizer: Any, samples: Samples, text: str, at_ms: int) -> list[Word]:
    """The text's words with their times; `samples` (at most 30 s) begin at `at_ms`.

    `whisper` is faster-whisper's model, which WhisperX's also is.
    """
    from faster_whisper.transcribe import merge_punctuations

    tokens = tokenizer.encode(" " + text.strip())
    if not tokens:
        return []
    features = whisper.feature_extractor(samples, padding=160)[:, :FULL_WINDOW_FRAMES]
    spoken_frames = features.shape[1]
    features = np.pad(features, ((0, 0), (0, FULL_WINDOW_FRAMES - spoken_frames)))
    (found,) = whisper.find_alignment(tokenizer, [tokens], whisper.encode(features), spoken_frames)
    merge_punctuations(found, OPENING, CLOSING)
    return [
        Word(
            text=part["word"].strip(),
            start_ms=at_ms + round(float(part["start"]) * 1000),
            end_ms=at_ms + round(float(part["end"]) * 1000),
            probability=round(float(part["probability"]), 3),
        )
        for part in found
        if part["word"].strip()
    ]
