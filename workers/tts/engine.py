"""What must a synthesizer be able to do?"""

from collections.abc import Callable, Iterator
from typing import Protocol

from workers.audio import Samples
from workers.batcher import always_wanted


class SynthesisEngine(Protocol):
    """Thread-safe: it is called from as many threads as it has slots."""

    name: str
    model: str
    rate_hz: int  # of the samples it yields
    languages: tuple[str, ...]  # BCP 47

    @property
    def version(self) -> str:
        """Changes whenever the same words may sound different: part of the key of cached speech."""

    def warm_up(self) -> None:
        """Makes the first real phrase as fast as the others."""

    def has_voice(self, voice: str) -> bool:
        """Whether it has this voice; "" is its own."""

    def synthesize(
        self, text: str, check_wanted: Callable[[], None] = always_wanted
    ) -> Iterator[Samples]:
        """The phrase, piece by piece, as soon as each is made.

        `check_wanted` is called before each; what it raises ends the phrase.
        """
