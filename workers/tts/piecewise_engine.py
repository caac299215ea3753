"""How does a synthesizer speak a phrase so that its first sound comes early?

In pieces (`pieces`), each with its silence cut to size (`silence`). One piece at a time is
spoken, on all threads: two at once would both be late. The next is the one that is due first:
the first piece of a phrase at once, each later one when those before it have been heard. So a
long phrase keeps no other call waiting for its first sound.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence

from workers.audio import Samples
from workers.batcher import Batcher, always_wanted
from workers.tts.pieces import pieces
from workers.tts.silence import BEFORE_MS, pause_after_ms, trimmed


class PiecewiseEngine(ABC):
    """A synthesizer of one voice, but for how it speaks a piece."""

    model: str
    rate_hz: int

    def __init__(self, model: str, rate_hz: int) -> None:
        self.model = model
        self.rate_hz = rate_hz
        self._turns = Batcher[str, Samples](self._spoken, runs=1, limit=1)

    @property
    def waiting(self) -> int:
        """How many pieces are to be spoken after this one."""
        return self._turns.waiting

    def warm_up(self) -> None:
        for _ in self.synthesize("Thank you for calling, how can I help you?"):
            pass

    def has_voice(self, voice: str) -> bool:
        return voice in ("", self.model)

    def synthesize(
        self, text: str, check_wanted: Callable[[], None] = always_wanted
    ) -> Iterator[Samples]:
        parts = self._parts(text)
        due_s = time.monotonic()
        for number, part in enumerate(parts):
            spoken = self._turns.outcome(part, due_s=due_s, check_wanted=check_wanted)
            if spoken.size == 0:
                continue
            pause_ms = pause_after_ms(part, is_last=number == len(parts) - 1)
            samples = trimmed(spoken, self.rate_hz, BEFORE_MS, pause_ms)
            due_s += samples.size / self.rate_hz
            yield samples

    def _spoken(self, parts: Sequence[str]) -> Sequence[Samples]:
        return [self._speak(part) for part in parts]

    def _parts(self, text: str) -> Sequence[str]:
        """The pieces that this engine can speak."""
        return pieces(text)

    @abstractmethod
    def _speak(self, part: str) -> Samples:
        """One piece as it comes from the engine, empty when it says nothing."""
