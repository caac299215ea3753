"""Does the caller only say yes, no, goodbye, or "say that again"?

Short, fixed forms that need no model. Anything longer is a question and goes on
to retrieval, so that "no, I want a tandem" is not mistaken for a plain no.
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


_COURTESY = frozenset(
    (
        "please",
        "thanks",
        "thank",
        "you",
        "oh",
        "okay",
        "ok",
        "well",
        "um",
        "uh",
        "so",
        "very",
        "much",
    )
)
_FORMS: dict[Intent, tuple[str, ...]] = {
    Intent.YES: (
        "yes", "yeah", "yep", "yup", "sure", "right", "correct", "exactly", "yes i do",
        "that is right", "thats right", "yes exactly", "of course", "yes right", "yes sure", "i do",
        "okay", "ok", "please", "uh huh", "mm hmm", "yes that one", "that one", "yes i did",
    ),
    Intent.NO: ("no", "nope", "nah", "not really", "no i do not", "no i dont", "no not that"),
    Intent.DECLINE: (
        "no thanks", "no thank you", "nope thanks", "no thank you very much", "no im good",
        "no thanks im good", "no im fine thanks", "im good thanks", "im fine thanks",
    ),
    Intent.GOODBYE: (
        "goodbye", "bye", "bye bye", "good bye", "see you", "that is all", "thats all",
        "that was all", "that will be all", "thatll be all", "nothing else", "no that is all",
        "no thats all", "have a nice day", "have a good day", "hang up", "that is all goodbye",
        "thats all goodbye", "thats all bye", "no goodbye", "no bye", "that is it", "thats it",
        "that is all bye", "great goodbye", "great bye", "good night", "no that is it",
    ),
    Intent.REPEAT: (
        "repeat", "repeat that", "say that again", "say it again", "could you repeat that",
        "can you repeat that", "could you say that again", "can you say that again", "what",
        "pardon", "pardon me", "sorry", "again", "come again", "once more", "one more time",
        "what did you say", "what was that", "i did not hear that", "i didnt hear that",
    ),
}  # fmt: skip
_INTENTS = {form: intent for intent, forms in _FORMS.items() for form in forms}
_GOODBYE_TAIL = re.compile(r"\b(good ?bye|bye bye|bye)$")
_LONGEST_GOODBYE_WORDS = 8
# "Great, thank you so much, that was very helpful" is thanks and nothing else.
_THANKING = _COURTESY | frozenset(
    (
        *("great", "good", "nice", "perfect", "wonderful", "alright", "right", "all", "a", "lot"),
        *("that", "thats", "this", "is", "was", "it", "are", "youre", "kind", "helpful", "i"),
        *("for", "your", "the", "help", "information", "appreciate", "really", "and", "again"),
    )
)


def recognise_intent(text: str) -> Intent | None:
    """The intent of an utterance that says nothing else."""
    words = re.sub(r"[^a-z ]", "", text.lower().replace("-", " ").replace("'", "")).split()
    core = " ".join(word for word in words if word not in _COURTESY)
    whole = " ".join(words)
    intent = _INTENTS.get(whole) or _INTENTS.get(core)
    if intent is None and len(words) <= _LONGEST_GOODBYE_WORDS and _GOODBYE_TAIL.search(whole):
        return Intent.GOODBYE
    if intent is None and {"thank", "thanks"} & set(words) and _THANKING.issuperset(words):
        return Intent.THANKS
    return intent
