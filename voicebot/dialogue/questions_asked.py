"""Is something asked, and for what kind of thing: a price, a time, a place, a person?

By the words that English has for it. A caller who asks where is not helped by when.
"""

import re
from enum import StrEnum


class Asked(StrEnum):
    """What kind of answer a question wants."""

    PRICE = "price"
    TIME = "time"
    PLACE = "place"
    PERSON = "person"


_FORMS = {
    Asked.PRICE: r"how much|\bpric|\bcosts?\b|\bcharge|\brates?\b|\bfees?\b|expensive|\bcheap|"
    r"set (me|us) back|\bdollars?\b|\bpay\b|per person",
    Asked.TIME: r"\bwhen\b|what time|how (late|early|soon|long|fast|many (days|hours|weeks))|"
    r"(what|which) days?\b|\buntil\b|\bhours\b|o'clock|\bopen\b|\bclose",
    Asked.PLACE: r"\bwhere|(which|what) (street|road)|\baddress|\bdirections?\b|\blocat|"
    r"how do (i|we) (get|find)",
    Asked.PERSON: r"\bwho\b|\bwhose\b|\bowner",
}
_PATTERNS = {asked: re.compile(form, re.IGNORECASE) for asked, form in _FORMS.items()}
_MONEY = re.compile(
    r"\bdollars?\b|\bcents?\b|\beuros?\b|\bpounds?\b|[$€£]|\bfree\b|\bcosts?\b", re.I
)

_BEFORE = r"^(?:\W*\b(?:so|and|um|uh|hi|hello|well|okay|please|sorry|hey)\b)*\W*"
_ASKS = re.compile(
    r"\?|" + _BEFORE + r"(?:what|how|where|when|who|which|why|whose|do|does|did|is|are|can|could|"
    r"would|will|should|may|have you|has|give|tell|connect|put|let|get|transfer|take|ask|any|"
    r"just|here|do not|don't|speak|talk|i do not want|i don't want|"
    r"i need|i want|i'd like|i would|i'd rather|i have|we need|we want|we'd like|"
    r"my .* (?:is|has))\b",
    re.IGNORECASE,
)

# "Opening hours."
_KEYWORDS = 2


def asks(text: str) -> bool:
    """Whether the caller wants to know or to have something; otherwise it is only told.

    A word or two alone name what is wanted.
    """
    return _ASKS.search(text) is not None or 0 < len(text.split()) <= _KEYWORDS


def kinds_asked(text: str) -> frozenset[Asked]:
    """What kinds of answers these words ask for; none: any will do."""
    return frozenset(asked for asked, form in _PATTERNS.items() if form.search(text))


def kinds_told(text: str) -> frozenset[Asked]:
    """What kinds of questions this answer answers, as far as its words tell by themselves."""
    return frozenset({Asked.PRICE}) if _MONEY.search(text) else frozenset()
