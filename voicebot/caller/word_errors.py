"""How many words of a text were heard wrong?

The word error rate: substitutions, deletions and insertions over the words of the reference
(Levenshtein's distance in words). Both texts are normalised alike first, so that "9:30", digits and
punctuation are no errors.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from voicebot.caller.words import tokens


@dataclass(frozen=True, slots=True)
class WordErrors:
    """Of one recording, or of many."""

    wrong: int
    words: int

    @property
    def rate(self) -> float:
        return self.wrong / self.words if self.words else 0.0


def word_errors(heard: str, said: str) -> WordErrors:
    reference = tokens(said)
    return WordErrors(distance(reference, tokens(heard)), len(reference))


def total(of: Iterable[WordErrors]) -> WordErrors:
    those = tuple(of)
    return WordErrors(sum(one.wrong for one in those), sum(one.words for one in those))


def distance(some: Sequence[str], others: Sequence[str]) -> int:
    """The fewest words to change, leave out or put in that make one the other."""
    row = list(range(len(others) + 1))
    for i, one in enumerate(some, start=1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(others, start=1):
            least = min(diagonal + (one != other), row[j] + 1, row[j - 1] + 1)
            diagonal, row[j] = row[j], least
    return row[-1]
