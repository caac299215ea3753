"""May the agent say this sentence of the language model's?

The model converses; it never states a fact of its own. So a sentence passes only
if it begins as small talk or is a question, and holds nothing that could be taken
for a fact: no figures, no hours, no prices, no names the caller did not use, no
word on what the business has, does or promises. What is withheld is replaced by
the business's own "I do not know". Too strict is harmless; too lax is a lie.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a sentence was withheld."""

    FIGURE = "figure"
    FACT_WORD = "fact-word"
    BUSINESS_CLAIM = "business-claim"
    PROMISE = "promise"
    AFFIRMATION = "affirmation"
    NAME = "name"
    STATEMENT = "statement"


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
    r"o'?clock|a\.?m\.?|p\.?m\.?|hours?|minutes?|days?|weeks?|months?|years?|today|tonight|"
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
# "How can I help you?" promises nothing.
_HARMLESS = re.compile(
    r"\b(how (can|may|could) i (help|assist|be of \w+)( you)?|what (can|may) i (do|help)|"
    r"good (morning|afternoon|evening|day)|have a (nice|good|great|lovely|wonderful) (day|evening|"
    r"weekend|ride|time)|your day|the day)\b",
    re.IGNORECASE,
)
# A statement about the world, however politely it is introduced.
_ASSERTION = re.compile(
    r"\b(there (is|are|was|were)|there's|it's|it (is|was|has|will|can)|"
    r"(the|this|these|those|your|a|an) \w+( \w+)? (is|are|was|were|has|have|will|can)|"
    r"you (can|will|should|must|need|have))\b",
    re.IGNORECASE,
)
_AFFIRMATION = re.compile(
    r"^(yes|yeah|yep|no|nope|sure|certainly|of course|absolutely|definitely|indeed|correct|"
    r"right)\b",
    re.IGNORECASE,
)
_ASKS_WHETHER = re.compile(
    r"\b(do|does|did|can|could|will|would|is|are|was|were|have|has|may|should) "
    r"(you|i|we|it|that|this|there|they|the|your|my|one)\b",
    re.IGNORECASE,
)
_FEELINGS = "(glad|happy|sorry|fine|doing|well|good|here|not sure|afraid|ready)"
_SMALL_TALK = re.compile(
    r"^(oh|ah|well|thanks|thank you|you're (very )?welcome|you are (very )?welcome|welcome|"
    r"glad|happy to hear|great|good|nice|wonderful|lovely|awesome|excellent|perfect|alright|"
    r"all right|okay|ok|sounds|that sounds|it sounds|that's|that is|hello|hi|hey|have|enjoy|"
    r"take care|sorry|my pleasure|no problem|no worries|congratulations|please|sure|yes|no|"
    r"of course|absolutely|i (understand|see|hope|wish|do not know|don't know)|"
    rf"i'm {_FEELINGS}|i am {_FEELINGS})\b",
    re.IGNORECASE,
)
# Capitalised inside a sentence: a name, unless the caller or the greeting used it.
_NAME = re.compile(r"(?<=[a-z,;] )([A-Z][\w'-]+)")
_PLAIN_CAPITALS = {"I", "I'm", "I'll", "I'd", "I've", "OK"}


def review(sentence: str, heard: str, known_words: frozenset[str] = frozenset()) -> Pass | Withhold:
    """Judges one sentence of a reply to `heard`.

    `known_words`: lower-case names that may be used, such as the business's own.
    """
    plain = _HARMLESS.sub(" ", sentence.replace("\u2019", "'"))
    heard_words = set(re.findall(r"[\w'-]+", heard.lower()))
    for pattern, reason in (
        (_FIGURES, Reason.FIGURE),
        (_FACT_WORDS, Reason.FACT_WORD),
        (_BUSINESS, Reason.BUSINESS_CLAIM),
        (_PROMISE, Reason.PROMISE),
        (_ASSERTION, Reason.STATEMENT),
    ):
        if pattern.search(plain):
            return Withhold(reason)
    if _AFFIRMATION.match(plain.strip()) and _ASKS_WHETHER.search(heard):
        return Withhold(Reason.AFFIRMATION)
    for name in _NAME.findall(plain):
        if name not in _PLAIN_CAPITALS and name.lower() not in heard_words | known_words:
            return Withhold(Reason.NAME)
    if not sentence.rstrip().endswith("?") and not _SMALL_TALK.match(sentence.strip()):
        return Withhold(Reason.STATEMENT)
    return Pass()
