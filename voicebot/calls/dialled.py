"""What came of ringing somebody?

From the cause with which Asterisk ended the call (ITU-T Q.850).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from voicebot.calls.model import Outcome


class DialStatus(StrEnum):
    """The end of one attempt."""

    REFUSED = "refused"  # by our own rules: nothing was sent
    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"  # no such number, or no way to it
    CONGESTION = "congestion"  # a network or the trunk was full or broken; later it may not be
    CANCELLED = "cancelled"  # ended on our side while it rang
    LOST = "lost"  # nobody knows: we died, or Asterisk did


_BY_CAUSE: Final[Mapping[int, DialStatus]] = {
    16: DialStatus.CANCELLED,
    17: DialStatus.BUSY,
    18: DialStatus.NO_ANSWER,  # the phone did not respond
    19: DialStatus.NO_ANSWER,  # it rang
    21: DialStatus.REJECTED,
    55: DialStatus.REJECTED,  # incoming calls barred
    **dict.fromkeys((1, 2, 3, 20, 22, 26, 27, 28), DialStatus.UNREACHABLE),
}
# People who would not talk, or could not; everything else is a fault.
_BY_CHOICE = (DialStatus.BUSY, DialStatus.NO_ANSWER, DialStatus.REJECTED, DialStatus.CANCELLED)


def dial_status(cause: int, *, was_answered: bool) -> DialStatus:
    """How an attempt that is over ended."""
    return DialStatus.ANSWERED if was_answered else _BY_CAUSE.get(cause, DialStatus.CONGESTION)


def outcome_unanswered(cause: int) -> Outcome:
    """What is on record of a call that nobody answered."""
    by_choice = dial_status(cause, was_answered=False) in _BY_CHOICE
    return Outcome.ABANDONED if by_choice else Outcome.FAILED
