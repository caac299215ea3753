"""Does the caller only show that they listen?

"Uh-huh" over an answer takes no floor: the answer goes on. "Yes" does so, too, unless it is said
over a question.
"""

import re

_ALWAYS = frozenset(["ah", "aha", "oh"])
# However the recognizer spells a hum: "mm-hmm", "MMM", "uhuh". "Huh" asks.
_HUM = re.compile(r"(?!huh$)[hmu]+(-[hmu]+)*")
_OVER_STATEMENTS = frozenset(
    ("yes", "yeah", "yep", "okay", "ok", "right", "sure", "good", "great", "i see", "got it")
)
_SPACES = re.compile(r"[^a-z-]+")


def is_back_channel(heard: str, over: str) -> bool:
    """Whether these words, said over those of the agent, ask for nothing."""
    words = _SPACES.sub(" ", heard.lower()).strip()
    words = words.replace("uh huh", "uh-huh").replace("mm hmm", "mm-hmm")
    if not words:
        return False
    if all(word in _ALWAYS or _HUM.fullmatch(word) for word in words.split()):
        return True
    return "?" not in over and _without_repeats(words) in _OVER_STATEMENTS


def _without_repeats(words: str) -> str:
    """ "Yeah, yeah, yeah" is one "yeah"."""
    parts = words.split()
    return parts[0] if len(set(parts)) == 1 else words
