"""How does hibari speak a piece of a phrase?

A small English synthesizer: 20 ms to the first sound of a phrase, at 24 kHz. It
begins and ends with a third of a second of silence (`silence` cuts it to size),
and makes a noise of what has no words, so that is not given to it. It would
fetch a voice that is absent from the network, so only voices that lie there
already are asked for.
"""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from workers.audio import Samples
from workers.errors import EngineMissing
from workers.tts.pieces import pieces
from workers.tts.piecewise_engine import PiecewiseEngine

REMEDY: Final = "Install the synthesizer with: pip install 'voicebot[tts-light]'"
EVEN_SEED: Final = 0


class HibariEngine(PiecewiseEngine):
    """One hibari voice."""

    name = "hibari"

    def __init__(self, threads: int, voice: str = "", *, is_even: bool = False) -> None:
        """Loads the voice; raises EngineMissing.

        `is_even`: always the same sound for the same text.
        """
        try:
            import hibari
            from hibari import voices
        except ImportError as error:
            raise EngineMissing("the package hibari-tts is not installed", REMEDY) from error
        name = voice or voices.DEFAULT
        if name not in voices.VOICES:
            known = ", ".join(voices.VOICES)
            raise EngineMissing(f'hibari has no voice "{name}"', f"It has: {known}.")
        if name != voices.DEFAULT:
            file = Path(voices.cache_dir()) / voices.VOICES[name]["file"]
            if not file.exists():
                raise EngineMissing(f"{file} does not exist", "Copy the voice's file to there.")
        self._hibari: Any = hibari.Hibari(name, threads=threads)
        self._seed = EVEN_SEED if is_even else None
        # Its dictionaries are filled while it speaks: another reason for one piece at a time.
        super().__init__(name, self._hibari.sample_rate)
        is_british = voices.VOICES[name]["british"]
        self.languages: tuple[str, ...] = ("en-GB",) if is_british else ("en",)

    @property
    def version(self) -> str:
        return f"hibari-{version('hibari-tts')}/{self.model}"

    def _parts(self, text: str) -> Sequence[str]:
        return [part for part in pieces(text) if any(letter.isalnum() for letter in part)]

    def _speak(self, part: str) -> Samples:
        spoken: Samples = self._hibari(part, seed=self._seed)
        return spoken
