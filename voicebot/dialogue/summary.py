"""What does an operator hear about a caller before taking the call?

Said in two or three short sentences: what it was about, and the caller's last words. Only what
the caller said and was told; nothing is made up.
"""

from collections.abc import Sequence

from voicebot.dialogue.business import Business
from voicebot.dialogue.history import Exchange

MAX_TOPICS = 3
MAX_QUOTED_WORDS = 25


def summarise(business: Business, history: Sequence[Exchange], heard: str) -> str:
    """The summary; `heard`: the words with which the caller asked for a person."""
    told = {text: fact.topic for fact in business.facts for text in fact.texts}
    topics = list(
        dict.fromkeys(
            topic
            for exchange in history
            for text, topic in told.items()
            if exchange.said and (exchange.said in text or text in exchange.said)
        )
    )
    sentences = []
    if topics:
        sentences.append(f"The caller asked about {_listed(topics[-MAX_TOPICS:])}.")
    asked = [exchange.heard for exchange in history if exchange.heard]
    if heard:
        sentences.append(f"The caller said: {_quoted(heard)}")
    if asked and asked[-1] != heard:
        sentences.append(f"Before that: {_quoted(asked[-1])}")
    return " ".join(sentences) or "The caller has not said what it is about."


def _listed(items: Sequence[str]) -> str:
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} and {items[-1]}"


def _quoted(text: str) -> str:
    words = text.split()
    cut = " ".join(words[:MAX_QUOTED_WORDS])
    return cut if cut.endswith((".", "?", "!")) else f"{cut}."
