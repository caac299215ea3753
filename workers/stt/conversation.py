"""Who said what, and when? Words of two recorded channels as the lines of a conversation.

Each channel holds one speaker, so nobody has to guess who speaks. A line is what one speaker
says until a pause: a long one, or one in which the other begins to speak. Lines come in the
order in which they begin, so that two who speak at once still each have a whole line. Media
time, from the start of the recording. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# Who pauses longer has begun something new.
LINE_PAUSE_MS: Final = 1_200
# A pause this short is none, though the other's word may begin in it.
BREATH_MS: Final = 300


class Speaker(StrEnum):
    """Whose channel it is."""

    CALLER = "caller"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was recognised, its punctuation included."""

    text: str
    start_ms: int
    end_ms: int
    probability: float  # 0 to 1


@dataclass(frozen=True, slots=True)
class Line:
    """What one speaker said in one go."""

    speaker: Speaker
    words: tuple[Word, ...]  # at least one

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def start_ms(self) -> int:
        return self.words[0].start_ms

    @property
    def end_ms(self) -> int:
        return max(word.end_ms for word in self.words)


def lines_of(channels: Mapping[Speaker, Sequence[Word]]) -> tuple[Line, ...]:
    """The conversation, line by line."""
    lines: list[Line] = []
    for speaker, words in channels.items():
        others_ms = [w.start_ms for other in channels if other != speaker for w in channels[other]]
        lines += _lines_of_one(speaker, sorted(words, key=_start_ms), others_ms)
    return tuple(sorted(lines, key=lambda line: line.start_ms))


def _start_ms(word: Word) -> int:
    return word.start_ms


def _lines_of_one(speaker: Speaker, words: Sequence[Word], others_ms: Sequence[int]) -> list[Line]:
    lines: list[Line] = []
    for word in words:
        if lines and not _is_new_line(lines[-1].end_ms, word.start_ms, others_ms):
            lines[-1] = Line(speaker, (*lines[-1].words, word))
        else:
            lines.append(Line(speaker, (word,)))
    return lines


def _is_new_line(end_ms: int, start_ms: int, others_ms: Sequence[int]) -> bool:
    pause_ms = start_ms - end_ms
    if pause_ms > LINE_PAUSE_MS:
        return True
    return pause_ms > BREATH_MS and any(end_ms <= other_ms < start_ms for other_ms in others_ms)
