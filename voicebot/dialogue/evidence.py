"""How likely does this fact answer what the caller asked?

A logistic regression over what speaks for the fact and against it, fitted to a few hundred
sentences: docs/decisions.md says which, and what it reached on others. Similarities are cosines
of sentence vectors (all-MiniLM-L6-v2).
"""

import math
from dataclasses import dataclass

# Beyond these a larger lead says no more.
_CLEAR_QUESTION_LEAD = 0.2
_CLEAR_STATEMENT_LEAD = 0.25
# Without a word of such weight the question would be the fact's: it is about something else.
STRANGE_GAIN = 0.05
# No question of the fact's is alike enough to be the same in other words.
ALIKE = 0.6
# Words that the fact does not know make up so much of the sentence's meaning.
STRANGE_WEIGHT = 0.13
# A word whose loss makes the sentence less alike supports the fact, though the fact lacks it.
_SUPPORTING_LOSS = 0.05


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A word of the caller's that the fact knows nothing of."""

    weight: float  # how far the sentence's meaning moves without it (1 - cosine)
    gain: float  # how much more alike the fact the sentence is without it; below 0: less


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about one fact and one question."""

    similarity: float  # to the nearest of the fact's questions
    lead: float  # of that over the nearest question of any other fact
    statement_lead: float  # the same for what the fact says
    unknown: tuple[UnknownWord, ...]
    kinds_missed: int  # of answers that are asked for and that the fact does not give
    asks: bool  # the caller wants something
    names_a_stranger: bool  # a name that the fact does not hold
    names_another: bool = False  # the topic of another fact, which this one does not speak of
    is_request: bool = False  # not a fact, but something to be done

    @property
    def _unknown_weight(self) -> float:
        return sum(
            word.weight if word.gain > -_SUPPORTING_LOSS else word.weight / 2
            for word in self.unknown
        )

    @property
    def is_about_another(self) -> bool:
        """Whether a word names what the fact is not about, however alike all else is."""
        if (
            self.similarity < ALIKE
            or self.names_a_stranger
            or any(word.gain >= STRANGE_GAIN for word in self.unknown)
        ):
            return True
        # Requests are worded more freely, and what is done by mistake is soon undone.
        return not self.is_request and (
            self.names_another or self._unknown_weight >= STRANGE_WEIGHT
        )

    @property
    def likelihood(self) -> float:
        """From 0 to 1."""
        logit = (
            -2.8
            + 2.5 * self.similarity
            + 9.5 * _within(_CLEAR_QUESTION_LEAD, self.lead)
            + 6.2 * _within(_CLEAR_STATEMENT_LEAD, self.statement_lead)
            - 2.4 * max((0.0, *(word.gain for word in self.unknown)))
            - 5.0 * self._unknown_weight
            - 1.8 * self.kinds_missed
            + 1.6 * self.asks
            - 1.3 * self.names_a_stranger
            + 0.8 * self.is_request
        )
        return 1 / (1 + math.exp(-logit))


def _within(limit: float, value: float) -> float:
    return max(-limit, min(limit, value))
