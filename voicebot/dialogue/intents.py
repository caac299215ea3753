"""Does the caller only say yes, no, thanks, goodbye, or "say that again"?

Short, fixed forms that need no model, with any courtesies around them. Anything more
is a question and goes on to retrieval, so that "no, I want a tandem" is no plain no.
"""

import re
from enum import StrEnum


class Intent(StrEnum):
    """What a short utterance asks for."""

    YES = "yes"
    NO = "no"
    DECLINE = "decline"  # "no, thanks": no to an offer, and goodbye when nothing was offered
    GOODBYE = "goodbye"
    REPEAT = "repeat"
    THANKS = "thanks"


_COURTESIES = (
    "thanks", "thank you", "oh", "okay", "ok", "well", "um", "uh", "so", "very much", "so much",
    "a lot", "sorry", "then", "alright", "all right", "hello",
)  # fmt: skip
# In order: the first that fits is meant.
_FORMS: dict[Intent, tuple[str, ...]] = {
    Intent.GOODBYE: (
        "goodbye", "bye", "bye bye", "good bye", "see you", "see you later", "see you soon",
        "that is all", "thats all", "that was all", "that will be all", "thatll be all",
        "that is it", "thats it", "nothing else", "have a nice day", "have a good day",
        "have a great day", "you too", "hang up", "good night",
    ),
    Intent.DECLINE: (
        "no thanks", "no thank you", "nope thanks", "nah thanks", "no im good", "no im fine",
        "im good thanks", "im fine thanks",
    ),
    Intent.YES: (
        "yes", "yeah", "yep", "yup", "sure", "right", "correct", "exactly", "i do", "i did",
        "that is right", "thats right", "that one", "of course", "please", "okay", "ok",
        "uh huh", "mm hmm", "mhm",
    ),
    Intent.NO: (
        "no", "nope", "nah", "not really", "i do not", "i dont", "not that", "not that one",
    ),
    Intent.REPEAT: (
        "repeat", "repeat that", "repeat it", "say that again", "say it again", "say again",
        "could you repeat that", "can you repeat that", "could you repeat it", "can you repeat it",
        "could you say that again", "can you say that again", "could you say it again",
        "can you say it again", "what", "pardon", "pardon me", "excuse me", "sorry", "again",
        "come again", "once more", "one more time", "what did you say", "what was that",
        "i did not hear that", "i didnt hear that", "i did not catch that", "i didnt catch that",
        "i did not understand", "i didnt understand", "huh",
    ),
}  # fmt: skip
# With what an answer begins that is more than a yes or a no.
_LEADS = {
    **dict.fromkeys(("yes", "yeah", "yep", "yup", "sure", "okay", "ok", "certainly"), True),
    **dict.fromkeys(("no", "nope", "nah", "not", "never"), False),
}
_REFUSAL = re.compile(r"\b(?:rather not|(?:do not|don't) (?:want|like|mind|record|agree))\b")
# What else may stand around a form without changing what is meant.
_AROUND = {Intent.GOODBYE: ("no", "nope", "yes", "great", "perfect", "good", "i think", "and")}
_GOODBYE_TAIL = re.compile(r"\b(good ?bye|bye bye|bye)$")
_LONGEST_GOODBYE_WORDS = 8
# "Great, thank you so much, that was very helpful" is thanks and nothing else.
_THANKING = frozenset(
    (
        *" ".join(_COURTESIES).split(),
        *("great", "good", "nice", "perfect", "wonderful", "right", "that", "thats", "this"),
        *("is", "was", "it", "are", "youre", "kind", "helpful", "i", "for", "your", "the", "help"),
        *("information", "appreciate", "really", "and", "again"),
    )
)
# Longer than any of this is; it also bounds the work of the patterns.
_LONGEST_INTENT_WORDS = 12


def _pattern(intent: Intent, forms: tuple[str, ...]) -> re.Pattern[str]:
    around = "|".join((*_COURTESIES, *_AROUND.get(intent, ())))
    form = "|".join(forms)
    return re.compile(rf"(?:(?:{around}) )*(?:{form})(?: (?:{form}|{around}))*")


_PATTERNS = {intent: _pattern(intent, forms) for intent, forms in _FORMS.items()}


def recognise_intent(text: str) -> Intent | None:
    """The intent of an utterance that says nothing else."""
    words = re.sub(r"[^a-z ]", "", re.sub(r"[-\s]", " ", text.lower().replace("'", ""))).split()
    if len(words) > _LONGEST_INTENT_WORDS:
        return None
    said = " ".join(word for word in words if word != "please") or " ".join(words[:1])
    for intent, pattern in _PATTERNS.items():
        if pattern.fullmatch(said):
            return intent
    if len(words) <= _LONGEST_GOODBYE_WORDS and _GOODBYE_TAIL.search(said):
        return Intent.GOODBYE
    if {"thank", "thanks"} & set(words) and _THANKING.issuperset(words):
        return Intent.THANKS
    return None


def agrees_or_refuses(text: str) -> bool | None:
    """The answer to a question that is a yes or a no, however it goes on: "No, I mind that"."""
    match recognise_intent(text):
        case Intent.YES:
            return True
        case Intent.NO | Intent.DECLINE:
            return False
    said = text.strip().lower()
    if (refusal := _REFUSAL.search(said)) is not None:
        return refusal[0].endswith("mind")  # "I do not mind"
    first = re.match(r"(?:(?:oh|well|um|uh|hm)[,. ]+)*([a-z]+)", said)
    return _LEADS.get(first[1]) if first is not None else None
