"""Which of the business's facts answers this question, if any?

Compares the meaning of the caller's words with that of every question in the
business file. Sure enough: the fact is spoken as it stands. Nearly: the caller
is asked. Otherwise the question is not one the business has answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicebot.dialogue.business import Business

# Cosine of all-MiniLM-L6-v2 sentence vectors; see docs/decisions.md for how they were chosen.
SURE_SCORE = 0.62
NEAR_SCORE = 0.48
# Two facts as close as this cannot be told apart.
CLEAR_LEAD = 0.02


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fact and how near its nearest question is (cosine, -1 to 1)."""

    fact_id: str
    score: float


@dataclass(frozen=True, slots=True)
class TellFact:
    """This fact answers the question."""

    fact_id: str


@dataclass(frozen=True, slots=True)
class OfferFact:
    """This fact may be meant; the caller should be asked."""

    fact_id: str


@dataclass(frozen=True, slots=True)
class NoFact:
    """The business file has no answer to this."""


Verdict = TellFact | OfferFact | NoFact


class FactIndex:
    """The questions of a business as vectors, to be compared with a caller's."""

    def __init__(self, business: Business, vectors: Sequence[Sequence[float]]) -> None:
        """`vectors`: one unit vector per question, in the order of `questions_of`."""
        self._fact_ids = [fact.id for fact in business.facts for _ in fact.questions]
        if len(vectors) != len(self._fact_ids):
            raise ValueError(f"{len(vectors)} vectors for {len(self._fact_ids)} questions")
        self._vectors: NDArray[np.float32] = np.asarray(vectors, dtype=np.float32)

    def nearest(self, vector: Sequence[float], limit: int = 3) -> tuple[Candidate, ...]:
        """The nearest facts, best first, each by its best question."""
        if not self._fact_ids:
            return ()
        scores = self._vectors @ np.asarray(vector, dtype=np.float32)
        best: dict[str, float] = {}
        for fact_id, score in zip(self._fact_ids, scores.tolist(), strict=True):
            best[fact_id] = max(score, best.get(fact_id, -1.0))
        ranked = sorted(best.items(), key=lambda item: -item[1])[:limit]
        return tuple(Candidate(fact_id, score) for fact_id, score in ranked)


def questions_of(business: Business) -> list[str]:
    """All questions of a business file, in the order that FactIndex expects their vectors."""
    return [question for fact in business.facts for question in fact.questions]


def choose(candidates: Sequence[Candidate]) -> Verdict:
    """What to do with the nearest facts (best first)."""
    if not candidates or candidates[0].score < NEAR_SCORE:
        return NoFact()
    best = candidates[0]
    lead = best.score - candidates[1].score if len(candidates) > 1 else 1.0
    if best.score >= SURE_SCORE and lead >= CLEAR_LEAD:
        return TellFact(best.fact_id)
    return OfferFact(best.fact_id)
