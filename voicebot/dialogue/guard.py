"""May the agent say this sentence of the language model's?

The model converses; it never states a fact of its own. So a sentence passes only
if each of its clauses begins as small talk or asks, if all of its words are words
of small talk (a question may use the caller's, too), and if it holds nothing that
could be taken for a fact: no figures, no hours, no prices, no names, no word on what
the business has, does or promises, no yes to what only the business can say yes to.
Nor is it glad of what the caller is sorry for. What is withheld is replaced by the business's own
"I do not know". Too strict is harmless; too lax is a lie.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from voicebot.dialogue import misfortune
from voicebot.dialogue.small_talk import (
    CLAUSE_END,
    OPENING,
    QUESTION_OPENING,
    QUESTION_WORDS,
    SET_PHRASES,
    WORDS,
)


class Reason(StrEnum):
    """Why a sentence was withheld."""

    FIGURE = "figure"
    FACT_WORD = "fact-word"
    BUSINESS_CLAIM = "business-claim"
    PROMISE = "promise"
    AFFIRMATION = "affirmation"
    NAME = "name"
    STATEMENT = "statement"
    NO_SMALL_TALK = "no-small-talk"
    TONE = "tone"  # glad of a misfortune


@dataclass(frozen=True, slots=True)
class Pass:
    """The sentence may be said."""


@dataclass(frozen=True, slots=True)
class Withhold:
    """The sentence may not be said."""

    reason: Reason


_FIGURES = re.compile(
    r"\d|%|\$|€|£|\b(zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|"
    r"twent\w+|thirt\w+|fort\w+|fift\w+|sixt\w+|sevent\w+|eight\w+|ninet\w+|hundreds?|"
    r"thousands?|millions?|dozens?|half|double|noon|midnight|once|twice)\b",
    re.IGNORECASE,
)
_FACT_WORDS = re.compile(
    r"\b(dollars?|cents?|euros?|pounds?|percent|prices?|pric\w+|costs?|fees?|free|discounts?|"
    r"sales?|offers?|"
    r"o'?clock|a\.m|p\.?m|hours?|minutes?|days?|weeks?|months?|years?|today|tonight|"
    r"tomorrow|yesterday|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|"
    r"weekends?|january|february|march|april|june|july|august|september|october|november|"
    r"december|streets?|avenue|road|located|address|near|phone|e-?mails?|website|www|online|"
    r"open\w*|clos\w+|available|stock|warrant\w+|guarantee\w*|refunds?|delivery|shipping|"
    r"appointments?|book\w*|reserv\w+|order\w*|accounts?|balances?|policy|brands?|models?)\b",
    re.IGNORECASE,
)
_BUSINESS = re.compile(
    r"\b(we|we're|we've|we'll|we'd|us|our|ours|they|they're|their|staff|team|company|business|"
    r"shop|store|mechanics?|owners?|customers?)\b",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(i'll|i will|i can|i could|i have|i've|i was|i am a|i'm a|i am an|i'm an|i'm the|"
    r"let me|allow me|i'm going to|my name)\b",
    re.IGNORECASE,
)
# A statement about the world, however politely it is introduced.
_ASSERTION = re.compile(
    r"\b(there (is|are|was|were)|there's|it's|it (is|was|has|will|can)|"
    r"(the|this|these|those|your|a|an) \w+( \w+)? (is|are|was|were|has|have|will|can)|"
    r"you (can|will|should|must|need|have))\b",
    re.IGNORECASE,
)
# Yes, no, and whatever means as much.
_AFFIRMATION = re.compile(
    r"^((and|but|so|oh|well|sorry|great|okay) )*(yes|yeah|yep|no(?! (worries|one))|nope|sure|"
    r"surely|certainly|of course|absolutely|definitely|indeed|correct|right|exactly|true)\b|"
    r"\b((think|believe|guess|suppose|hope|afraid) (so|not)|you bet|not (really|quite|exactly)|"
    r"that('s| is) (right|correct|true|it|fine|okay|ok|possible|all right|alright|no problem))\b",
    re.IGNORECASE,
)
# Less than a yes, but a promise to whoever asked for something to be done.
_AGREEMENT = re.compile(
    r"^(okay|ok|alright|all right|perfect|great|excellent|wonderful|good|(that )?sounds)\b",
    re.IGNORECASE,
)
_ASKS_WHETHER = re.compile(
    r"\b(do|does|did|can|could|will|would|is|are|was|were|have|has|may|should) "
    r"(you|i|we|it|that|this|there|they|the|your|my|one|somebody|someone|anybody|anyone)\b",
    re.IGNORECASE,
)
_ASKS_TO_DO = re.compile(
    r"\b(please|i (want|need|wish) (to|you|a|an|my|the|some)|i'd like|i would like|put me|book|"
    r"order|reserve|cancel|change|send|call me|connect|transfer|refund|return)\b",
    re.IGNORECASE,
)
# To these anybody may say "sure" or "no problem".
_GIVES_OPENING = re.compile(r"\b(thanks|thank|sorry|questions?|help)\b", re.IGNORECASE)
_ASKS_FOR_HELP = re.compile(
    r"\b(can|could|would|will) you (please )?help( me)?\b|"
    r"\b(can|could|may) i ask( you)? (something|a question)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[a-z,;] )([A-Z][\w'-]+)")
_PLAIN_CAPITALS = {"I", "I'm", "I'll", "I'd", "I've", "OK", "Happy", "Birthday"}
_DO_YOU_KNOW = re.compile(r"\b(did|do|don't|didn't) you know\b", re.IGNORECASE)
_ABOUT_THE_CALLERS = re.compile(r"\babout (?:the|your|that) ([\w'-]+)", re.IGNORECASE)


def review(sentence: str, heard: str, known_words: frozenset[str] = frozenset()) -> Pass | Withhold:
    """Judges one sentence of a reply to `heard`.

    `known_words`: lower-case names that may be used, such as the business's own.
    """
    said = " ".join(sentence.replace("\u2019", "'").split())
    plain = SET_PHRASES.sub(" ", said)
    for pattern, reason in (
        (_FIGURES, Reason.FIGURE),
        (_FACT_WORDS, Reason.FACT_WORD),
        (_BUSINESS, Reason.BUSINESS_CLAIM),
        (_PROMISE, Reason.PROMISE),
        (_ASSERTION, Reason.STATEMENT),
        (_DO_YOU_KNOW, Reason.STATEMENT),
    ):
        if pattern.search(plain):
            return Withhold(reason)
    heard_words = frozenset(_words(heard))
    for name in _NAME.findall(plain):
        if name not in _PLAIN_CAPITALS and name.lower() not in heard_words | known_words:
            return Withhold(Reason.NAME)
    is_question = said.endswith("?")
    clauses = [clause.strip() for clause in CLAUSE_END.split(said) if clause.strip()]
    if not clauses:
        return Withhold(Reason.STATEMENT)
    if misfortune.is_told_of(heard) and misfortune.is_glad(plain):
        return Withhold(Reason.TONE)
    if _agrees(clauses, heard, is_question=is_question):
        return Withhold(Reason.AFFIRMATION)
    for clause in clauses:
        asks = is_question and clause is clauses[-1]
        if not _is_opened(clause, asks=asks):
            return Withhold(Reason.STATEMENT)
        own = WORDS | QUESTION_WORDS | heard_words | known_words if asks else WORDS
        if not all(word in own for word in _words(_without_set_phrases(clause, heard_words))):
            return Withhold(Reason.NO_SMALL_TALK)
    return Pass()


def _is_opened(clause: str, *, asks: bool) -> bool:
    """Whether a clause begins as small talk does, or as a question if it is one."""
    if SET_PHRASES.match(clause):
        return True
    return (QUESTION_OPENING if asks else OPENING).match(clause) is not None


def _agrees(clauses: list[str], heard: str, *, is_question: bool) -> bool:
    """Whether this says yes or no where only the business could."""
    asked = _ASKS_FOR_HELP.sub(" help ", heard)
    asks_whether = _ASKS_WHETHER.search(asked) is not None
    if any(
        _AFFIRMATION.search(clause) and (asks_whether or clause.lower() != "oh no")
        for clause in clauses
    ):
        return asks_whether or not _GIVES_OPENING.search(asked)
    return (
        not is_question
        and any(_AGREEMENT.match(clause) for clause in clauses)
        and bool(_ASKS_TO_DO.search(asked))
    )


def _without_set_phrases(clause: str, heard_words: frozenset[str]) -> str:
    """Also without what the caller spoke of: "sorry to hear about your bike"."""
    plain = SET_PHRASES.sub(" ", clause)
    return _ABOUT_THE_CALLERS.sub(
        lambda match: " " if match[1].lower() in heard_words else match[0], plain
    )


def _words(text: str) -> list[str]:
    return re.findall(r"[\w'-]+", text.lower())
