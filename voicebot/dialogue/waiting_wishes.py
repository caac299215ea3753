"""What does somebody who waits in the line say that they want?

Short, fixed forms with courtesies around them, and nothing else: whoever waits also talks to
others in the room, and what is said to them must not move anybody. So an utterance counts only
whole, and only when the recognizer is sure of it.
"""

import re
from enum import StrEnum

from voicebot.dialogue.intents import Intent, recognise_intent

# Below it words that were never said are found in noise.
SURE_CONFIDENCE = 0.55
# As in a conversation: whoever was asked is likely to answer, and a short yes is 0.5 and more.
ASKED_CONFIDENCE = 0.45


class SpokenWish(StrEnum):
    """What the keys mean, and the answers to a question."""

    CALL_BACK = "call_back"
    STAY = "stay"
    OPERATOR = "operator"
    MESSAGE = "message"
    YES = "yes"
    NO = "no"


_AROUND = (
    "please", "yes", "yeah", "okay", "ok", "hello", "hi", "um", "uh", "well", "oh", "so", "then",
    "thanks", "thank you", "no", "sorry",
)  # fmt: skip
_WANTING = (
    "i want", "i would like", "id like", "i need", "i want to", "i would like to", "id like to",
    "can i", "could i", "can i have", "could i have", "can you", "could you", "will you",
    "would you", "you can", "just", "give me", "get me", "let me", "i will", "ill",
    "i would rather", "id rather", "say", "press",
)  # fmt: skip
_PERSON = "(?:an? |the )?(?:real |live )?(?:person|human|human being|operator|agent|representative)"
_SOMEBODY = f"(?:{_PERSON}|somebody|someone)"
_FORMS = {
    SpokenWish.CALL_BACK: (
        r"(?:call|ring|phone) me back(?: later| when it is my turn)?", r"call me later",
        r"(?:have |get |book |request )?(?:an? |the )?call ?back", r"be called back", "one", "1",
    ),
    SpokenWish.STAY: (
        r"stay(?: on the line| in line| in the line| on)?", r"keep (?:waiting|my place)",
        r"(?:i will|ill) (?:wait|hold)", "two", "2",
    ),
    SpokenWish.OPERATOR: (
        _PERSON, rf"(?:speak|talk) (?:to|with) {_SOMEBODY}", "zero", "0",
    ),
    SpokenWish.MESSAGE: (
        r"(?:leave )?(?:an? )?(?:message|voicemail|voice mail)", r"leave you a message",
    ),
}  # fmt: skip
_FRAMES = f"(?:(?:{'|'.join(sorted((*_AROUND, *_WANTING), key=len, reverse=True))}) )*"
_PATTERNS = {
    wish: re.compile(rf"{_FRAMES}(?:{'|'.join(forms)})(?: (?:{'|'.join(_AROUND)}))*")
    for wish, forms in _FORMS.items()
}
# Longer than any wish; it also bounds the work of the patterns.
_MOST_WORDS = 12


def wish_of(text: str, confidence: float, *, is_asked: bool) -> SpokenWish | None:
    """`is_asked`: the caller was just asked something that is a yes or a no."""
    if confidence < (ASKED_CONFIDENCE if is_asked else SURE_CONFIDENCE):
        return None
    plain = re.sub(r"[^a-z0-9 ]", "", re.sub(r"[-\s]", " ", text.lower().replace("'", "")))
    words = plain.split()
    if len(words) > _MOST_WORDS:
        return None
    said = " ".join(words)
    if is_asked:
        match recognise_intent(text):
            case Intent.YES:
                return SpokenWish.YES
            case Intent.NO | Intent.DECLINE:
                return SpokenWish.NO
    if confidence < SURE_CONFIDENCE:
        return None
    return next((wish for wish, pattern in _PATTERNS.items() if pattern.fullmatch(said)), None)
