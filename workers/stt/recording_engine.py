"""What must a recognizer of recordings be able to do, after the call?"""

from enum import StrEnum
from typing import Protocol

from workers.audio import Samples
from workers.stt.conversation import Word


class WordTimes(StrEnum):
    """Where the times of the words come from."""

    RECOGNIZER = "recognizer"  # Whisper's attention: to about 100 ms
    ALIGNMENT = "alignment"  # an alignment model that the operator brought


class RecordingEngine(Protocol):
    name: str
    model: str
    languages: tuple[str, ...]  # BCP 47
    word_times: WordTimes

    def words(self, samples: Samples, language: str) -> list[Word]:
        """All words of one channel in order, mono at RATE_HZ, however long it is."""
