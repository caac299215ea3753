"""Which words of a sentence tell what it is about?

Forms of one word are taken for the same. English; words that any caller may use, whatever the
call is about, carry no topic: neither do those of price and time, which questions_asked judges.
"""

import re

_EMPTY = frozenset(
    re.findall(
        r"\w+",
        """
        a able about actually after again all alright also am an and another any anything are as ask
        asked asking at back be because been bring but by call called calling can catch charge cheap
        come cost could day days did do does doing down drop during early everything exactly excuse
        expensive fee first folk folks for from get give go going gonna good got great guy guys had
        happen happens has have having he hear heard hello help here hey hi hour hours how i if in
        info information interested into is it its just keep kind know late later let like long look
        looking lot make many may maybe me mean meant might more most much must my need new no not
        nothing now of off okay on one or other our out over pardon pay perhaps please possible
        possibly price put question rate really right said say saying see set shall she should so
        some somebody someone something somewhere soon sorry sort still stop sure take tell than
        thank thanks that the their them then there these they thing things this those time to today
        told tomorrow too try trying uh um up us use very wait want wanted was way we week well went
        were what when where which while who why will with wondering would yeah yes yet you your
        """,
    )
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
_STEM_CHARS = 4


def stems(text: str) -> frozenset[str]:
    """Words that carry a topic, cut to where their forms agree: rent, rents, renting, rental."""
    # An e-bike is no bike.
    joined = re.sub(r"\b([a-z])-(?=[a-z])", r"\1", text.lower())
    words = re.findall(r"[a-z]+", joined.replace("'s", "").replace("'", ""))
    return frozenset(
        word.removesuffix("s")[:_STEM_CHARS]
        for word in words
        if word not in _EMPTY and len(word) > 1
    )


def topic_words(text: str) -> tuple[str, ...]:
    """The words as they stand that carry a topic, each once."""
    return tuple(dict.fromkeys(word for word in _WORD.findall(text) if stems(word)))


def without(text: str, word: str) -> str:
    """The same words but this one."""
    rest = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "", text)
    return " ".join(rest.split())
