"""Which of the business's facts answers this question, if any?

Compares the meaning of the caller's words with that of every question in the business file and of
what each fact says, and weighs what speaks against it. Sure enough: the fact is spoken as it
stands. Nearly: the caller is asked. Otherwise the question is not one the business has answered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from voicebot.dialogue.actions import ACTION_MARK, Action
from voicebot.dialogue.business import Business
from voicebot.dialogue.evidence import ALIKE, Evidence, UnknownWord
from voicebot.dialogue.names import names_in
from voicebot.dialogue.questions_asked import Asked, asks, kinds_asked, kinds_told
from voicebot.dialogue.topic_words import stems, topic_words, without

# Likelihoods; see docs/decisions.md for how they were chosen.
SURE_SCORE = 0.73
NEAR_SCORE = 0.43

# So many facts are looked at closely, and so many words of the caller's.
CLOSE_FACTS = 4
CLOSE_WORDS = 6
# Of an unknown word that was not looked at: what those at hand weighed in the middle.
USUAL_WEIGHT = 0.15

Vector = Sequence[float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fact and how likely it is meant (0 to 1)."""

    fact_id: str
    score: float
    # It is about something else that the caller names: it may be asked about, not told.
    is_about_another: bool = False


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


@dataclass(frozen=True, slots=True)
class Doubt:
    """A word that some near fact does not know, and the caller's words without it."""

    word: str
    rest: str


class FactIndex:
    """The questions of a business as vectors, to be compared with a caller's."""

    def __init__(
        self,
        business: Business,
        vectors: Sequence[Vector],
        actions: Sequence[Action] = (),
        statements: Sequence[Vector] = (),
    ) -> None:
        """Unit vectors in the order of `questions_of` and `statements_of`; the latter may be
        left out."""
        owners = [fact.id for fact in business.facts for _ in fact.questions]
        owners += [action.id for action in actions for _ in action.requests]
        if len(vectors) != len(owners):
            raise ValueError(f"{len(vectors)} vectors for {len(owners)} questions")
        self._questions = _Nearest(owners, vectors)
        owners = [fact.id for fact in business.facts for _ in (fact.topic, *fact.texts)]
        owners += [action.id for action in actions]
        if statements and len(statements) != len(owners):
            raise ValueError(f"{len(statements)} vectors for {len(owners)} statements")
        self._statements = _Nearest(owners, statements) if statements else None
        known = {
            fact.id: _Known.of((fact.topic, *fact.questions), fact.texts) for fact in business.facts
        } | {action.id: _Known.of(action.requests, (action.offer,)) for action in actions}
        self._topics = stems(" ".join(fact.topic for fact in business.facts))
        # The business's own names say nothing for or against a fact, unless they are one's topic.
        somewhere = frozenset[str]().union(*(one.stems for one in known.values()))
        people = " ".join((business.name, *(operator.name for operator in business.operators)))
        everywhere = stems(people) | (stems(" ".join(business.words)) - somewhere)
        self._known = {
            fact_id: replace(one, stems=one.stems | everywhere) for fact_id, one in known.items()
        }

    def doubts(self, vector: Vector, text: str) -> tuple[Doubt, ...]:
        """What to look at before `nearest`: give it the vector of each `rest`.

        `vector`: the unit vector of `text`, the caller's words.
        """
        words = [
            word
            for word in topic_words(text)
            if any(stems(word) - self._known[fact_id].stems for fact_id in self._near(vector))
        ]
        return tuple(Doubt(word, without(text, word)) for word in words[:CLOSE_WORDS])

    def nearest(
        self,
        vector: Vector,
        text: str,
        doubts: Mapping[Doubt, Vector] | None = None,
        limit: int = 3,
    ) -> tuple[Candidate, ...]:
        """The facts that are most likely meant, best first."""
        questions = self._questions.similarities(vector)
        statements = {} if self._statements is None else self._statements.similarities(vector)
        without_word = {
            doubt.word: (self._questions.similarities(rest), _cosine(rest, vector))
            for doubt, rest in ({} if doubts is None else doubts).items()
        }
        words, kinds, names = topic_words(text), kinds_asked(text), names_in(text)
        asked_of, found = stems(text), []
        for fact_id in self._near(vector):
            known, is_request = self._known[fact_id], fact_id.startswith(ACTION_MARK)
            if text and not (asked_of or is_request) and questions[fact_id] < ALIKE:
                continue  # "Hello?" is near something, and asks for nothing
            unknown = []
            for word in words:
                if not stems(word) - known.stems:
                    continue
                if word in without_word:
                    alike, cosine = without_word[word]
                    gain = alike[fact_id] - questions[fact_id]
                    unknown.append(UnknownWord(max(0.0, 1 - cosine), gain))
                else:
                    unknown.append(UnknownWord(USUAL_WEIGHT, 0.0))
            evidence = Evidence(
                similarity=questions[fact_id],
                lead=_lead(questions, fact_id),
                statement_lead=_lead(statements, fact_id) if statements else 0.0,
                unknown=tuple(unknown),
                kinds_missed=len(kinds - known.kinds),
                asks=asks(text),
                names_a_stranger=any(stems(name) - known.stems for name in names),
                names_another=bool(asked_of & (self._topics - known.stems)),
                is_request=is_request,
            )
            found.append(Candidate(fact_id, evidence.likelihood, evidence.is_about_another))
        return tuple(sorted(found, key=lambda one: -one.score)[:limit])

    def _near(self, vector: Vector) -> list[str]:
        likeness = dict(self._questions.similarities(vector))
        if self._statements is not None:
            for fact_id, score in self._statements.similarities(vector).items():
                likeness[fact_id] = max(likeness.get(fact_id, score), score)
        ranked = sorted(self._questions.owners, key=lambda one: -likeness[one])
        return ranked[:CLOSE_FACTS]


@dataclass(frozen=True, slots=True)
class _Known:
    """What a fact speaks of."""

    stems: frozenset[str]
    kinds: frozenset[Asked]

    @classmethod
    def of(cls, questions: Sequence[str], texts: Sequence[str]) -> "_Known":
        kinds = [kinds_asked(question) for question in questions]
        kinds += [kinds_told(text) for text in texts]
        return cls(stems(" ".join((*questions, *texts))), frozenset().union(*kinds))


class _Nearest:
    """Sentences as vectors, several of each owner."""

    def __init__(self, owners: Sequence[str], vectors: Sequence[Vector]) -> None:
        self.owners = tuple(dict.fromkeys(owners))
        self._owners = tuple(owners)
        self._vectors: NDArray[np.float32] = np.asarray(vectors, dtype=np.float32)

    def similarities(self, vector: Vector) -> Mapping[str, float]:
        """Of each owner, by its best sentence."""
        best: dict[str, float] = {}
        if self._owners:
            scores = self._vectors @ np.asarray(vector, dtype=np.float32)
            for owner, score in zip(self._owners, scores.tolist(), strict=True):
                best[owner] = max(score, best.get(owner, -1.0))
        return best


def _lead(similarities: Mapping[str, float], fact_id: str) -> float:
    others = [score for owner, score in similarities.items() if owner != fact_id]
    return similarities[fact_id] - max(others, default=-1.0)


def _cosine(one: Vector, other: Vector) -> float:
    return float(np.dot(np.asarray(one), np.asarray(other)))


def questions_of(business: Business, actions: Sequence[Action] = ()) -> list[str]:
    """All questions and requests, in the order that FactIndex expects their vectors."""
    questions = [question for fact in business.facts for question in fact.questions]
    return questions + [request for action in actions for request in action.requests]


def statements_of(business: Business, actions: Sequence[Action] = ()) -> list[str]:
    """What facts and actions say of themselves, in the order that FactIndex expects."""
    texts = [text for fact in business.facts for text in (fact.topic, *fact.texts)]
    return texts + [action.offer for action in actions]


def choose(candidates: Sequence[Candidate]) -> Verdict:
    """What to do with the likeliest facts (best first)."""
    if not candidates or candidates[0].score < NEAR_SCORE:
        return NoFact()
    best = candidates[0]
    if best.score >= SURE_SCORE and not best.is_about_another:
        return TellFact(best.fact_id)
    return OfferFact(best.fact_id)
