"""How does the recognizer of the live path hear a whole recording?

Stretch by stretch, each with the full window and judged as on a call (`trust`), so that
silence and music make no words here either; then its attention tells when each word was.
"""

from workers.audio import Samples
from workers.stt.conversation import Word
from workers.stt.engine import RATE_HZ
from workers.stt.faster_whisper_engine import FasterWhisperEngine
from workers.stt.recording import find_stretches
from workers.stt.recording_engine import WordTimes
from workers.stt.word_times import words_of


class FasterWhisperRecordings:
    """Words and their times, without anything that the live path does not have."""

    name = "faster-whisper"
    word_times = WordTimes.RECOGNIZER

    def __init__(self, engine: FasterWhisperEngine) -> None:
        self._engine = engine
        self.model = engine.model
        self.languages = engine.languages

    def words(self, samples: Samples, language: str) -> list[Word]:
        whisper, tokenizer = self._engine.whisper, self._engine.tokenizer(language)
        words: list[Word] = []
        for stretch in find_stretches(samples):
            part = samples[stretch.start : stretch.end]
            text = self._engine.recognize(part, language=language, hint="", accurate=True).text
            at_ms = stretch.start * 1000 // RATE_HZ
            words += words_of(whisper, tokenizer, part, text, at_ms)
        return words
