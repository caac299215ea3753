"""What was said on a recording, however long it is?

The voice detector finds where there is speech; what lies close together is heard
as one stretch, never longer than Whisper's window, always with the full window.
"""

from dataclasses import dataclass
from typing import Final

from workers.audio import Samples
from workers.stt.engine import RATE_HZ, Recognition, RecognitionEngine

# Whisper's 30 s less the silence put before the words and some room for its own padding.
STRETCH_MAX_S: Final = 25
# A pause this long ends a stretch: two turns of a conversation are two stretches.
PAUSE_MS: Final = 700
AROUND_MS: Final = 200


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech between two pauses, in samples."""

    start: int
    end: int


def transcribe(engine: RecognitionEngine, samples: Samples, language: str) -> Recognition:
    """All stretches in order; the confidence is their mean, weighted by length."""
    texts: list[str] = []
    weighted = 0.0
    seconds = 0.0
    for stretch in find_stretches(samples):
        recognition = engine.recognize(
            samples[stretch.start : stretch.end], language=language, hint="", accurate=True
        )
        if recognition.text:
            length_s = (stretch.end - stretch.start) / RATE_HZ
            texts.append(recognition.text)
            weighted += recognition.confidence * length_s
            seconds += length_s
    return Recognition(" ".join(texts), weighted / seconds if seconds else 0.0)


def find_stretches(samples: Samples) -> list[Stretch]:
    """Where there is speech, in stretches that fit the window."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(
        max_speech_duration_s=STRETCH_MAX_S,
        min_silence_duration_ms=PAUSE_MS,
        speech_pad_ms=AROUND_MS,
    )
    found = get_speech_timestamps(samples, options, sampling_rate=RATE_HZ)
    return [Stretch(int(part["start"]), int(part["end"])) for part in found]
