"""How much of what was queued has the caller heard?

Phrases are played in the order they were queued. After a flush Asterisk says
how much audio was dropped; it is missing from the end of the queue.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.calls.model import PhraseId

# Slow speech: of a phrase whose length is not known yet, no more is taken as heard.
SLOWEST_CHARS_PER_S = 12


@dataclass(frozen=True, slots=True)
class Unit:
    """Written words that are said as a whole ("$5"), or one word that is said as it is written."""

    written: str
    spoken: str


@dataclass(frozen=True, slots=True)
class HeardPhrase:
    """What the caller heard of one phrase that was being played."""

    phrase_id: PhraseId
    heard_ms: int
    queued_ms: int
    is_complete: bool = True  # False: more of its audio was still to come


def heard_of(
    phrases: Sequence[tuple[PhraseId, int]],
    unheard_ms: int,
    *,
    unfinished: PhraseId | None = None,
) -> tuple[HeardPhrase, ...]:
    """Divides the unheard audio over phrases (id, queued ms), latest first.

    `unfinished`: the phrase that was still being synthesised, if any.
    """
    heard: list[HeardPhrase] = []
    for phrase_id, queued_ms in reversed(phrases):
        missing_ms = min(queued_ms, max(unheard_ms, 0))
        unheard_ms -= missing_ms
        is_complete = phrase_id != unfinished
        heard.append(HeardPhrase(phrase_id, queued_ms - missing_ms, queued_ms, is_complete))
    return tuple(reversed(heard))


def heard_words(
    units: Sequence[Unit], heard_ms: int, queued_ms: int, *, is_complete: bool = True
) -> str:
    """The words of a phrase that were played, in proportion to what was said for them.

    Only whole words count; a word that was cut was not heard.
    """
    if queued_ms <= 0 or heard_ms <= 0:
        return ""
    length = sum(len(unit.spoken) + 1 for unit in units) - 1
    allowed = (
        length * heard_ms // queued_ms if is_complete else heard_ms * SLOWEST_CHARS_PER_S // 1000
    )
    words: list[str] = []
    said = -1
    for unit in units:
        said += len(unit.spoken) + 1
        if said > allowed and not (is_complete and heard_ms >= queued_ms):
            break
        words.append(unit.written)
    return " ".join(words)
