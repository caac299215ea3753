"""What was said on a call, word by word, as its recordings tell afterwards?

Times are media time, from the start of the recordings. No card number is kept, here as
anywhere: a line that held one keeps its masked text and loses its words. Pure.
"""

from dataclasses import dataclass

from voicebot.dialogue.masking import mask


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """One word, its punctuation included."""

    text: str
    start_ms: int
    end_ms: int
    probability: float  # 0 to 1


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """What one speaker said in one go."""

    speaker: str  # caller, agent
    start_ms: int
    end_ms: int
    text: str
    words: tuple[SpokenWord, ...]


@dataclass(frozen=True, slots=True)
class CallTranscript:
    """All lines in the order in which they began."""

    engine: str
    model: str
    word_times: str  # where they come from
    lines: tuple[SpokenLine, ...]


UNREADABLE = CallTranscript(engine="", model="", word_times="", lines=())


def masked(line: SpokenLine) -> SpokenLine:
    """The line as it may be kept."""
    text = mask(line.text)
    if text == line.text:
        return line
    return SpokenLine(line.speaker, line.start_ms, line.end_ms, text, words=())
