"""What becomes of a callback when a call to it is over?

Done, if somebody was connected; broken off, and at once again; else tried again, later each time,
until there were enough attempts or it is too late. A number that does not exist is not tried
again: it will not exist tomorrow.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from voicebot.calls.dialled import DialStatus
from voicebot.calls.model import AnsweredBy, CallRecord, Outcome
from voicebot.dialogue.callbacks import Callbacks
from voicebot.queueing.callbacks import (
    AttemptFailed,
    Callback,
    CallbackEvent,
    CallbackState,
    Confirmed,
    GaveUp,
    PickedUp,
    TalkBroke,
    TalkEnded,
    Why,
    Withdrawn,
    why_not_reached,
)

# Of networks, trunks and of our own; people are not to blame.
FAULT_AGAIN_S: Final = 60
# A back-off is doubled no more often.
DOUBLINGS_MAX: Final = 4


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a call to it ended, as far as anybody knows."""

    status: DialStatus
    record: CallRecord | None = None


def after(
    callback: Callback, attempt: Attempt, rules: Callbacks, at: datetime
) -> tuple[CallbackEvent, ...]:
    """What happened to it, in order."""
    if attempt.status is not DialStatus.ANSWERED:
        why = why_not_reached(attempt.status)
        return (_again(callback, why, rules, at),)
    picked_up = (PickedUp(),) if callback.state is CallbackState.DIALLING else ()
    record = attempt.record
    match None if record is None else record.answered_by:
        case AnsweredBy.PERSON:
            assert record is not None
            return (*picked_up, *_talked(callback, record, rules, at))
        case AnsweredBy.DECLINED:
            return (*picked_up, Withdrawn(Why.DECLINED))
        case AnsweredBy.MACHINE:
            return (*picked_up, _again(callback, Why.MACHINE, rules, at))
        case AnsweredBy.UNKNOWN:
            return (*picked_up, _again(callback, Why.UNCONFIRMED, rules, at))
    # Picked up, and nobody of us was there to speak: what the dialplan said was an apology.
    return (*picked_up, _again(callback, Why.FAULT, rules, at))


def expired(callback: Callback, at: datetime) -> bool:
    """Whether it comes too late."""
    return at >= callback.expires_at


def _talked(
    callback: Callback, record: CallRecord, rules: Callbacks, at: datetime
) -> tuple[CallbackEvent, ...]:
    confirmed = (Confirmed(),) if callback.state is not CallbackState.CONNECTED else ()
    if record.outcome is Outcome.FAILED:
        if callback.attempts >= rules.max_attempts:
            return (*confirmed, GaveUp(Why.ATTEMPTS))
        return (*confirmed, TalkBroke(at))
    return (*confirmed, TalkEnded())


def _again(callback: Callback, why: Why, rules: Callbacks, at: datetime) -> AttemptFailed | GaveUp:
    if why is Why.UNREACHABLE:
        return GaveUp(why)
    if callback.attempts >= rules.max_attempts:
        return GaveUp(Why.ATTEMPTS)
    again_at = at + _pause(why, callback.attempts, rules)
    if again_at >= callback.expires_at:
        return GaveUp(Why.TOO_LATE)
    return AttemptFailed(why, again_at)


def _pause(why: Why, attempts: int, rules: Callbacks) -> timedelta:
    first_s = {
        Why.BUSY: rules.busy_again_s,
        Why.NO_ANSWER: rules.no_answer_again_s,
        Why.MACHINE: rules.machine_again_s,
        Why.UNCONFIRMED: rules.no_answer_again_s,
    }.get(why, FAULT_AGAIN_S)
    doublings = min(max(attempts - 1, 0), DOUBLINGS_MAX)
    return timedelta(seconds=first_s * 2**doublings)
