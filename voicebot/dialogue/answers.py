"""Which of the business's facts answers this question, if any?

Compares the meaning of the caller's words with that of every question in the
business file. Sure enough: the fact is spoken as it stands. Nearly: the caller
is asked. Otherwise the question is not one the business has answered.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicebot.dialogue.actions import Action
from voicebot.dialogue.business import Business

# Cosine of all-MiniLM-L6-v2 sentence vectors; see docs/decisions.md for how they were chosen.
SURE_SCORE = 0.62
NEAR_SCORE = 0.44
# Two facts as close as this cannot be told apart.
CLEAR_LEAD = 0.02
# For each word of the caller's that a fact knows nothing of: "motorcycles" is near "used bikes",
# and still another thing.
UNKNOWN_WORD_PENALTY = 0.16

# Words that carry no topic.
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        """
a able about actually after again all alright also am an and another any anything are as ask
asked asking at back be because been but by call called calling can come could did do does doing
down everything exactly excuse first for from get give go going gonna good got great guys had
has have having he hear heard hello help here hey hi how i if in info information interested
into is it its just kind know let like long look looking lot make many may maybe me mean meant
might more most much must my need new no not nothing now of off okay on one or other our out
over pardon perhaps please possible possibly question really right said say saying see shall she
should so some somebody someone something somewhere sorry sort stop sure take tell than thank
thanks that the their them then there these they thing things this those time to today told
tomorrow too try uh um up us use very wait want wanted was way we well went were what when where
which while who why will with wondering would yeah yes yet you your
        """,
    )
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fact and how near its nearest question is (cosine less penalties, at most 1)."""

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

    def __init__(
        self,
        business: Business,
        vectors: Sequence[Sequence[float]],
        actions: Sequence[Action] = (),
    ) -> None:
        """`vectors`: one unit vector per question, in the order of `questions_of`."""
        self._fact_ids = [fact.id for fact in business.facts for _ in fact.questions]
        self._fact_ids += [action.id for action in actions for _ in action.requests]
        if len(vectors) != len(self._fact_ids):
            raise ValueError(f"{len(vectors)} vectors for {len(self._fact_ids)} questions")
        self._vectors: NDArray[np.float32] = np.asarray(vectors, dtype=np.float32)
        people = (operator.name for operator in business.operators)
        everywhere = _stems(" ".join((business.name, *business.words, *people)))
        self._stems = {
            fact.id: everywhere | _stems(" ".join((fact.topic, *fact.questions, *fact.texts)))
            for fact in business.facts
        }
        for action in actions:
            self._stems[action.id] = everywhere | _stems(" ".join((action.offer, *action.requests)))

    def nearest(self, vector: Sequence[float], text: str, limit: int = 3) -> tuple[Candidate, ...]:
        """The nearest facts, best first, each by its best question.

        `vector`: the unit vector of `text`, the caller's words.
        """
        if not self._fact_ids:
            return ()
        scores = self._vectors @ np.asarray(vector, dtype=np.float32)
        stems = _stems(text)
        best: dict[str, float] = {}
        for fact_id, score in zip(self._fact_ids, scores.tolist(), strict=True):
            unknown = len(stems - self._stems[fact_id])
            best[fact_id] = max(score - UNKNOWN_WORD_PENALTY * unknown, best.get(fact_id, -10.0))
        ranked = sorted(best.items(), key=lambda item: -item[1])[:limit]
        return tuple(Candidate(fact_id, score) for fact_id, score in ranked)


def _stems(text: str) -> frozenset[str]:
    """Words that carry a topic, cut to where their forms agree: rent, rents, renting, rental."""
    words = re.findall(r"[a-z]+", text.lower().replace("'s", "").replace("'", ""))
    return frozenset(
        word.removesuffix("s")[:4] for word in words if word not in _EMPTY and len(word) > 1
    )


def questions_of(business: Business, actions: Sequence[Action] = ()) -> list[str]:
    """All questions and requests, in the order that FactIndex expects their vectors."""
    questions = [question for fact in business.facts for question in fact.questions]
    return questions + [request for action in actions for request in action.requests]


def choose(candidates: Sequence[Candidate]) -> Verdict:
    """What to do with the nearest facts (best first)."""
    if not candidates or candidates[0].score < NEAR_SCORE:
        return NoFact()
    best = candidates[0]
    lead = best.score - candidates[1].score if len(candidates) > 1 else 1.0
    if best.score >= SURE_SCORE and lead >= CLEAR_LEAD:
        return TellFact(best.fact_id)
    return OfferFact(best.fact_id)
