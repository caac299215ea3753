"""What must a speech recognizer be able to do?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from workers.audio import Samples
from workers.batcher import always_wanted

RATE_HZ: Final = 16_000


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was understood of one utterance; text is "" when nothing was said."""

    text: str
    confidence: float  # 0 to 1
    heard_again: str = ""  # why the first look at it did not do


class RecognitionEngine(Protocol):
    """Thread-safe: it is called from as many threads as it has slots."""

    name: str
    model: str
    languages: tuple[str, ...]  # BCP 47

    def warm_up(self) -> None:
        """Makes the first real utterance as fast as the others."""

    def recognize(
        self,
        samples: Samples,
        *,
        language: str,
        hint: str,
        accurate: bool,
        check_wanted: Callable[[], None] = always_wanted,
    ) -> Recognition:
        """Recognises one whole utterance in one of its languages, mono at RATE_HZ.

        `check_wanted` is called before each run of the model; what it raises ends the work.
        """
