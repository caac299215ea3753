"""How does a synthesizer speak a phrase so that its first sound comes early?

In pieces (`pieces`), each with its silence cut to size (`silence`). One piece at a time is
spoken, on all threads: two at once would both be late. Between the pieces of a long phrase
another call's first piece gets its turn.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from workers.audio import Samples
from workers.tts.pieces import pieces
from workers.tts.silence import BEFORE_MS, pause_after_ms, trimmed


class PiecewiseEngine(ABC):
    """A synthesizer of one voice, but for how it speaks a piece."""

    model: str
    rate_hz: int

    def __init__(self, model: str, rate_hz: int) -> None:
        self.model = model
        self.rate_hz = rate_hz
        self._turn = threading.Lock()

    def warm_up(self) -> None:
        for _ in self.synthesize("Thank you for calling, how can I help you?"):
            pass

    def has_voice(self, voice: str) -> bool:
        return voice in ("", self.model)

    def synthesize(self, text: str) -> Iterator[Samples]:
        parts = self._parts(text)
        for number, part in enumerate(parts):
            with self._turn:
                spoken = self._speak(part)
            if spoken.size == 0:
                continue
            pause_ms = pause_after_ms(part, is_last=number == len(parts) - 1)
            yield trimmed(spoken, self.rate_hz, BEFORE_MS, pause_ms)

    def _parts(self, text: str) -> Sequence[str]:
        """The pieces that this engine can speak."""
        return pieces(text)

    @abstractmethod
    def _speak(self, part: str) -> Samples:
        """One piece as it comes from the engine, empty when it says nothing."""
