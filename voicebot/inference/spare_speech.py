"""What is still speakable when Redis and every synthesizer are gone?

Whatever was warmed in this process, for as long as it lives: the sentences that a business's
callers may have to hear at any moment. Another engine's voice, or narrow band for a wide-band
caller, is better than silence, so neither engine nor encoding matters.
"""

from dataclasses import replace

import numpy as np

from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import Samples, decode, encode
from voicebot.inference.speech_store import SpokenPhrase

# 80 minutes of µ-law; a business's standard texts take about five. Filled up, it takes no more.
MAX_BYTES = 40 * 1024 * 1024


class SpareSpeech:
    """Bounded in bytes; what is in stays in."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._free_bytes = max_bytes
        self._speech: dict[SpokenPhrase, tuple[Encoding, bytes]] = {}

    def keep(self, phrase: SpokenPhrase, audio: bytes) -> None:
        """The first audio of a phrase stays, in whatever encoding it came."""
        key = replace(phrase, encoding="")
        if key not in self._speech and len(audio) <= self._free_bytes:
            self._speech[key] = Encoding(phrase.encoding), audio
            self._free_bytes -= len(audio)

    def find(self, phrase: SpokenPhrase, *, only_alike: bool = False) -> bytes | None:
        """`only_alike`: not what sounds worse in this encoding than speech made for it."""
        kept = self._speech.get(replace(phrase, encoding=""))
        if kept is None:
            return None
        encoding, audio = kept
        wanted = Encoding(phrase.encoding)
        if only_alike and encoding.rate_hz != wanted.rate_hz:
            return None
        return converted(audio, encoding, wanted)


def converted(audio: bytes, given: Encoding, wanted: Encoding) -> bytes:
    """The same speech in another encoding."""
    if given is wanted:
        return audio
    samples = decode(audio, given)
    if given.rate_hz != wanted.rate_hz:
        samples = _at_rate(samples, wanted.rate_hz / given.rate_hz)
    return encode(samples, wanted)


def _at_rate(samples: Samples, factor: float) -> Samples:
    """By straight lines: for a sentence in an emergency."""
    at = np.arange(round(len(samples) * factor)) / factor
    return np.interp(at, np.arange(len(samples)), samples).astype(np.int16)
