"""How long must a pause be before the words so far are taken for all?

Short, when they are known to be a question that has its answer; long, when the sentence
lacks something: a trailing conjunction, a number or a name that is being spelled.
The recognizer's own punctuation counts, too, though of 369 recorded sentences that were broken
off it closed 61 % with a full stop; and so does the voice, which falls at the end of a sentence
and in 31 % of those pauses (docs/benchmarks.md, 2026-11-23). A question may end on a high note.
"""

import re
from dataclasses import dataclass
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# No sentence ends with these, whatever the recognizer puts behind them.
_NEVER_LAST: Final = _words(
    "a an the my your our their some every and or but so because if when while although "
    "though than i we they he she whose um uh er erm "
)
# A question may: "Where are you from?"
_LAST_IN_QUESTIONS: Final = _words(
    "of to in on at by for from with about into between through during without before "
    "until since as which who "
)
# "My number is", but "Yes, it is."
_VERBS: Final = _words(
    "is are was were am be been will would can could should may might must do does did "
    "have has had "
)
_SUBJECTS: Final = _words("i you he she it we they that this there")
_DIGIT: Final = re.compile(
    r"\d|zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple|point|dash", re.ASCII
)
_WORD: Final = re.compile(r"[\w']+")
_CLOSED: Final = re.compile(r"[.?!][\"')\]]*$")
_ASKED: Final = re.compile(r"\?[\"')\]]*$")
# How the recognizer writes that a sentence breaks off.
_CUT: Final = re.compile(r"(\.\.\.|…|[-,:;])$")


@dataclass(frozen=True, slots=True)
class EndRules:
    """Silences that end a turn, in ms of media time."""

    nothing_said_ms: int = 240
    answered_ms: int = 340
    complete_ms: int = 480
    # The words lack nothing, but the voice is kept up as by those who only pause.
    kept_up_ms: int = 600
    # Not a turn's end, but so long a pause in one that its speaker is known to make pauses.
    long_pause_ms: int = 400
    # Until the words so far are known.
    unknown_ms: int = 600
    # The recognizer closed nothing, and nothing is missing by the words.
    unclosed_ms: int = 700
    incomplete_ms: int = 1_000


def end_silence_ms(
    words: str, rules: EndRules, *, is_answer_known: bool, has_fallen: bool = True
) -> int:
    """`is_answer_known`: the business's own facts have the answer to these very words.

    `has_fallen`: the voice sounds like an end, or it is not known how it sounds.
    """
    if not words:
        return rules.nothing_said_ms
    if not is_complete(words):
        return rules.incomplete_ms
    sounds_whole = has_fallen or _ASKED.search(words.rstrip()) is not None
    if is_answer_known:
        return rules.answered_ms if sounds_whole else rules.complete_ms
    if not _CLOSED.search(words.rstrip()):
        return rules.unclosed_ms
    return rules.complete_ms if sounds_whole else rules.kept_up_ms


def is_complete(words: str) -> bool:
    """Whether nothing seems to be missing at the end."""
    found = _WORD.findall(words.lower())
    if not found or _CUT.search(words.rstrip()):
        return False
    before, last = (found[-2] if len(found) > 1 else ""), found[-1]
    if last in _NEVER_LAST or _is_spelling(found):
        return False
    if words.rstrip().endswith("?"):
        return True
    return last not in _LAST_IN_QUESTIONS and (last not in _VERBS or before in _SUBJECTS)


def _is_spelling(words: list[str]) -> bool:
    """Digits said one by one, or letters: people look for the rest of them."""
    if len(words[-1]) == 1 and words[-1].isalpha() and words[-1] not in "ia":
        return True
    return _DIGIT.fullmatch(words[-1]) is not None and len(words) > 1
