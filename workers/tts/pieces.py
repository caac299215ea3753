"""Where may a phrase be cut, so that its first sound comes early?

A synthesizer computes a whole piece before its first sound: 130 ms for 3 s of
speech, 290 for 7 (2026-11, two cores). So a long phrase starts with a short
piece that ends where a speaker would breathe. Nothing is lost and nothing is
reordered: the pieces joined by a space are the phrase, its spaces aside. Pure.
"""

import re
from typing import Final

# A piece this short needs no cut; a piece below the minimum would sound chopped off.
FIRST_PIECE_MAX: Final = 48
FIRST_PIECE_MIN: Final = 10
PIECE_MAX: Final = 160

_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])\s+")
_BREATH: Final = re.compile(r"(?<=[,;:\u2013\u2014])\s+")


def pieces(text: str) -> list[str]:
    """The phrase, cut at sentence ends, and where it is long at commas."""
    sentences = [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]
    cut: list[str] = []
    for number, sentence in enumerate(sentences):
        cut += _clauses(sentence, FIRST_PIECE_MAX if number == 0 else PIECE_MAX)
    return cut


def _clauses(sentence: str, first_max: int) -> list[str]:
    """Clauses joined again into as few pieces as the limits allow."""
    if len(sentence) <= first_max:
        return [sentence]
    joined: list[str] = []
    for clause in (part.strip() for part in _BREATH.split(sentence)):
        limit = first_max if len(joined) <= 1 else PIECE_MAX
        if joined and (
            len(joined[-1]) < FIRST_PIECE_MIN or len(joined[-1]) + 1 + len(clause) <= limit
        ):
            joined[-1] = f"{joined[-1]} {clause}"
        else:
            joined.append(clause)
    if len(joined) > 1 and len(joined[-1]) < FIRST_PIECE_MIN:
        rest = joined.pop()
        joined[-1] = f"{joined[-1]} {rest}"
    return joined
