"""May a reply that was given before be given again to these words?

Only if the words mean the same, agree in every name, number and day and in whether they tell
good or bad, and stood alone when the reply was made. English.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicebot.dialogue.names import names_in
from voicebot.dialogue.number_words import ONES, TEENS, TENS, UNSURE
from voicebot.dialogue.questions_asked import asks, kinds_asked
from voicebot.dialogue.topic_words import stems

# Cosine of all-MiniLM-L6-v2 sentence vectors; see docs/decisions.md.
SAME_SCORE = 0.74
LEAST_WORDS = 3
MAX_REPLIES = 400  # of a business

_WORDS = re.compile(r"[a-z']+|\d+(?:[.:]\d+)?")
_NUMBERS = (frozenset({*ONES, *TEENS, *TENS}) - UNSURE - {"o", "oh", "one"}) | {
    "hundred", "thousand", "million", "dozen", "half", "twice", "once",
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
}  # fmt: skip
_LETTERS = r"[a-z']+"
_DAYS = frozenset(
    re.findall(
        _LETTERS,
        """
        monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays
        thursdays fridays saturdays sundays yesterday tomorrow tonight
        """,
    )
)
_BAD = frozenset(
    re.findall(
        _LETTERS,
        """
        afraid accident ache angry annoyed awful bad bored broke broken canceled cancelled cold
        complain cried crashed cry damaged dead death died disappointed exhausted fail failed fell
        fired funeral hate hated horrible hospital hurt hurts ill injured late lonely lose lost mad
        mess miss missed pain problem rain raining ruined sad scared sick sore sorry stolen stole
        stressed stupid terrible tired ugly unfortunately unhappy upset useless worried worse worst
        wrong
        """,
    )
)
_NOT = frozenset(
    re.findall(
        _LETTERS,
        """
        not no never none nobody nothing cannot can't don't doesn't didn't won't wasn't isn't
        aren't without hardly
        """,
    )
)
# Whom it is about: another person's luck is another matter than one's own, or than ours.
_WHO = {
    "i": "me", "i'm": "me", "i've": "me", "i'd": "me", "my": "me", "me": "me", "we": "me",
    "our": "me", "us": "me", "we're": "me", "you": "you", "your": "you", "you're": "you",
}  # fmt: skip
_KIN = frozenset(
    re.findall(
        _LETTERS,
        """
        aunt baby boy boyfriend brother child children cousin dad daughter father friend friends
        girl girlfriend grandfather grandma grandmother grandpa husband kid kids mother mom nephew
        niece parents sister son uncle wife
        """,
    )
)
_SORRY = re.compile(r"\b(?:sorry|apolog\w*|afraid|not sure|misunderst\w*|confusion)\b", re.I)
_GLAD = re.compile(
    r"\b(?:glad|happy|great|wonderful|lovely|nice|awesome|fantastic|congratulations|fun)\b", re.I
)
_POINTS_BACK = re.compile(
    r"^(?:and|but|so|or|then|because|also|what about|how about)\b|"
    r"\b(?:that|those|these|this|them|they|they're|he|she|he's|she's|one|ones|else|another|"
    r"instead|again|too|there|then|same)\b|\b(?:about|of|with|for|do|did|like|love|want) it\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Marks:
    """What must be equal in words that are answered alike; holds no words of callers but these."""

    names: frozenset[str]
    numbers: frozenset[str]
    days: frozenset[str]
    is_bad: bool
    is_denied: bool
    asks: bool
    kinds: frozenset[str]
    about: frozenset[str]  # whom
    topics: frozenset[str]  # of a question, word for word


def marks_of(text: str) -> Marks:
    """The marks of what a caller said."""
    words = _WORDS.findall(text.lower())
    return Marks(
        names=names_in(text),
        numbers=frozenset(word for word in words if word in _NUMBERS or word[0].isdigit()),
        days=frozenset(word.removesuffix("s") for word in words if word in _DAYS),
        is_bad=any(word in _BAD for word in words),
        is_denied=sum(word in _NOT for word in words) % 2 == 1,
        asks=asks(text),
        kinds=frozenset(kind.value for kind in kinds_asked(text)),
        about=frozenset(_WHO.get(word, word) for word in words if word in _WHO or word in _KIN),
        topics=stems(text) if asks(text) else frozenset(),
    )


def stands_alone(text: str) -> bool:
    """Whether these words mean the same whatever was said before them."""
    return len(text.split()) >= LEAST_WORDS and _POINTS_BACK.search(text) is None


def may_be_kept(text: str, reply: str, known_words: frozenset[str]) -> bool:
    """Whether a reply to these words may be kept for other callers.

    Who speaks of people or places that are not the business's own speaks of private ones. And a
    reply that is glad of bad news, or sorry for good ones, was said once too often.
    """
    told = marks_of(text)
    is_sorry, is_glad = _SORRY.search(reply) is not None, _GLAD.search(reply) is not None
    if (is_sorry and not told.is_bad) or (is_glad and told.is_bad):
        return False
    names = {part for name in names_in(text) for part in re.findall(r"\w+", name)}
    return stands_alone(text) and not re.search(r"\d", text) and names <= known_words


@dataclass(frozen=True, slots=True)
class Remembered:
    """A reply that could be said, and what it answered: the meaning, not the words."""

    vector: tuple[float, ...]
    marks: Marks
    phrases: tuple[str, ...]


class Replies:
    """Those of one business; the oldest go first."""

    def __init__(self, limit: int = MAX_REPLIES) -> None:
        self._limit = limit
        self._kept: list[Remembered] = []
        self._vectors: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self._kept)

    def latest(self, limit: int) -> Sequence[Remembered]:
        """The newest first."""
        return self._kept[: -limit - 1 : -1]

    def add(self, new: Sequence[Remembered]) -> None:
        """The latest are last."""
        self._kept = [*self._kept, *new][-self._limit :]
        self._vectors = np.asarray([one.vector for one in self._kept], dtype=np.float32)

    def find(self, vector: Sequence[float], text: str) -> Remembered | None:
        """The reply to what means the same; `vector`: the unit vector of `text`."""
        if self._vectors is None or not self._kept:
            return None
        marks = marks_of(text)
        scores = self._vectors @ np.asarray(vector, dtype=np.float32)
        for at in np.argsort(-scores).tolist():
            one: Remembered = self._kept[at]
            if scores[at] < SAME_SCORE:
                return None
            if one.marks == marks:
                return one
        return None
