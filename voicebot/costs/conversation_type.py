"""What kind of conversation was a call, as far as the records tell?

By how it ended, and where it ended well, by the dearest that answered in it. Every call is of
exactly one type, also one whose words are long erased.
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Final

from voicebot.calls.model import Outcome


class Answered(IntEnum):
    """By what, at the dearest, a caller was answered. The greeting answers nobody."""

    NOT = -1
    SCRIPT = 0  # fixed sentences alone
    FACT = 1  # a fact or an action of the business
    KEPT = 2  # a reply given before to what means the same
    MODEL = 3  # a language model


class ConversationType(StrEnum):
    """Of one call; those above the line are resolved."""

    FACTS = "facts"
    KEPT_ANSWERS = "kept_answers"
    MODEL = "model"
    SHORT = "short"  # took leave before any answer was needed, or was only told our own sentences
    # ---
    TRANSFERRED = "transferred"
    MESSAGE = "message"
    CALLBACK = "callback"
    GAVE_UP = "gave_up"  # went while talking, before an answer
    GAVE_UP_UNHEARD = "gave_up_unheard"  # went in the line or during the greeting
    FAILED = "failed"


_OTHERWISE: Final[Mapping[Outcome, ConversationType]] = {
    Outcome.TRANSFERRED: ConversationType.TRANSFERRED,
    Outcome.MESSAGE_TAKEN: ConversationType.MESSAGE,
    Outcome.CALLBACK_BOOKED: ConversationType.CALLBACK,
    Outcome.FAILED: ConversationType.FAILED,
}
_RESOLVED: Final[Mapping[Answered, ConversationType]] = {
    Answered.NOT: ConversationType.SHORT,
    Answered.SCRIPT: ConversationType.SHORT,
    Answered.FACT: ConversationType.FACTS,
    Answered.KEPT: ConversationType.KEPT_ANSWERS,
    Answered.MODEL: ConversationType.MODEL,
}


def type_of(outcome: Outcome, answered: Answered) -> ConversationType:
    """What was left for a person to do comes before what was said on the way."""
    if is_resolved(outcome):
        return _RESOLVED[answered]
    if outcome is Outcome.ABANDONED:
        was_heard = answered is not Answered.NOT
        return ConversationType.GAVE_UP if was_heard else ConversationType.GAVE_UP_UNHEARD
    return _OTHERWISE[outcome]


def is_resolved(outcome: Outcome) -> bool:
    """The caller was answered, or took leave, and nobody has anything left to do.

    Not resolved: whoever was put through, left a message, is owed a call, went, or met a fault.
    """
    return outcome is Outcome.RESOLVED
