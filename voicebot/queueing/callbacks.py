"""How far is a callback, and what may happen to it next?

One per number and business is open at any time. Whatever moves it gives its reason, which is kept
with it. Due is not a matter of the clock alone: the driver says so when the place in the line is
reached, the hours allow it and the claim on it is ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from voicebot.calls.dialled import DialStatus
from voicebot.calls.model import CallbackReason, CallId, ChannelId
from voicebot.errors import IllegalTransition
from voicebot.queueing.callback_windows import LocalWindow
from voicebot.queueing.model import Place, Rank


class CallbackState(StrEnum):
    """How far it is."""

    BOOKED = "booked"  # its time or its turn is to come
    DUE = "due"  # it is its turn: a slot is looked for
    RESERVED = "reserved"  # a slot is held for the conversation
    DIALLING = "dialling"  # the channel's id is kept; from here on the telephone may ring
    ANSWERED = "answered"  # somebody or something picked up
    CONNECTED = "connected"  # and wants to talk with us
    DONE = "done"
    EXPIRED = "expired"  # nobody was reached, or it came too late
    CANCELLED = "cancelled"  # is not wanted any more
    REFUSED = "refused"  # the number may not be rung


class Why(StrEnum):
    """What moved it last."""

    BOOKED = "booked"
    BOOKED_AGAIN = "booked-again"
    TURN = "turn"
    SLOT = "slot"
    NO_SLOT = "no-slot"
    HOURS = "hours"  # of the business, of whoever is rung, or the window
    CAP = "cap"  # of calls per number, minute or range; later it may ring
    UNABLE = "unable"  # trunk, node or agents are not ready
    ON_THE_LINE = "on-the-line"  # the caller is talking with us at this moment
    DIALLED = "dialled"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    SERVED = "served"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    MACHINE = "machine"
    UNCONFIRMED = "unconfirmed"  # picked up, and neither pressed one nor said yes
    UNREACHABLE = "unreachable"
    FAULT = "fault"  # of a network, a trunk, or ours
    DROPPED = "dropped"  # the conversation broke
    ATTEMPTS = "attempts"  # there were enough
    TOO_LATE = "too-late"
    CAME_BACK = "came-back"  # rang us, and got through
    DECLINED = "declined"  # pressed two when we rang
    WITHDRAWN = "withdrawn"  # by whoever booked it, or an administrator
    RULES = "rules"  # which says why
    TAKEN_OVER = "taken-over"  # whoever acted on it died


@dataclass(frozen=True, slots=True)
class CameDue:
    """Its place in the line, its hours and its window allow it now."""


@dataclass(frozen=True, slots=True)
class SlotReserved:
    """A conversation can be held."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """It keeps its place, and is looked at again then."""

    until: datetime
    why: Why


@dataclass(frozen=True, slots=True)
class DialBegan:
    """The channel's id is chosen; it is kept before Asterisk hears of it."""

    channel_id: ChannelId


@dataclass(frozen=True, slots=True)
class PickedUp:
    """Asterisk says so; it may be a machine."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """One was pressed, or yes was said."""


@dataclass(frozen=True, slots=True)
class TalkEnded:
    """The conversation is over."""


@dataclass(frozen=True, slots=True)
class TalkBroke:
    """The conversation broke: at once again, and first of all."""

    at: datetime


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """Nobody was reached; it is tried again."""

    why: Why
    again_at: datetime


@dataclass(frozen=True, slots=True)
class GaveUp:
    """It is not tried again."""

    why: Why


@dataclass(frozen=True, slots=True)
class CameBack:
    """The caller rang us, and got through."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """It is not wanted any more."""

    why: Why = Why.WITHDRAWN


@dataclass(frozen=True, slots=True)
class Forbidden:
    """The rules bar it for good."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Whoever acted on it is gone, and another has its claim."""


CallbackEvent = (
    CameDue
    | SlotReserved
    | Postponed
    | DialBegan
    | PickedUp
    | Confirmed
    | TalkEnded
    | TalkBroke
    | AttemptFailed
    | GaveUp
    | CameBack
    | Withdrawn
    | Forbidden
    | TakenOver
)

_S = CallbackState
BEFORE_DIALLING: Final = (_S.BOOKED, _S.DUE, _S.RESERVED)
# The caller may be talking with us: nobody dials, whatever else happens.
ON_A_CALL: Final = (_S.DIALLING, _S.ANSWERED, _S.CONNECTED)
OPEN: Final = (*BEFORE_DIALLING, *ON_A_CALL)
CLOSED: Final = (_S.DONE, _S.EXPIRED, _S.CANCELLED, _S.REFUSED)

TRANSITIONS: Final[Mapping[tuple[CallbackState, type[CallbackEvent]], CallbackState]] = {
    (_S.BOOKED, CameDue): _S.DUE,
    (_S.DUE, SlotReserved): _S.RESERVED,
    (_S.RESERVED, DialBegan): _S.DIALLING,
    (_S.DIALLING, PickedUp): _S.ANSWERED,
    (_S.ANSWERED, Confirmed): _S.CONNECTED,
    (_S.CONNECTED, TalkEnded): _S.DONE,
    (_S.CONNECTED, TalkBroke): _S.BOOKED,
    **{(state, Postponed): _S.BOOKED for state in BEFORE_DIALLING},
    # Also when Asterisk was asked to ring, and did not.
    (_S.DIALLING, Postponed): _S.BOOKED,
    **{(state, AttemptFailed): _S.BOOKED for state in (_S.DIALLING, _S.ANSWERED)},
    **{(state, GaveUp): _S.EXPIRED for state in OPEN},
    **{(state, Forbidden): _S.REFUSED for state in BEFORE_DIALLING},
    (_S.DIALLING, Forbidden): _S.REFUSED,
    **{(state, CameBack): _S.CANCELLED for state in BEFORE_DIALLING},
    # The call under way is that very caller's, or ends unanswered and is looked at again.
    **{(state, CameBack): state for state in ON_A_CALL},
    **{(state, Withdrawn): _S.CANCELLED for state in OPEN},
    # The slot went with its holder. A call that may be ringing goes on without anybody.
    **{(state, TakenOver): _S.BOOKED for state in BEFORE_DIALLING},
    **{(state, TakenOver): state for state in ON_A_CALL},
}

_WHY: Final[Mapping[type[CallbackEvent], Why]] = {
    CameDue: Why.TURN,
    SlotReserved: Why.SLOT,
    DialBegan: Why.DIALLED,
    PickedUp: Why.ANSWERED,
    Confirmed: Why.CONFIRMED,
    TalkEnded: Why.SERVED,
    TalkBroke: Why.DROPPED,
    CameBack: Why.CAME_BACK,
    Forbidden: Why.RULES,
    TakenOver: Why.TAKEN_OVER,
}


@dataclass(frozen=True, slots=True)
class Callback:
    """Somebody who is owed a call."""

    callback_id: CallId  # of the call on which it was asked for, or was earned
    business: str  # its queue
    did: str  # our number that was called, and is shown
    number: str = field(repr=False)  # E.164
    reason: CallbackReason
    place: Place
    booked_at: datetime
    due_at: datetime  # not before
    expires_at: datetime
    window: LocalWindow | None = None  # None: as soon as it is its turn
    state: CallbackState = CallbackState.BOOKED
    why: Why = Why.BOOKED
    attempts: int = 0  # telephones that may have rung
    channel_id: ChannelId | None = None  # of the last attempt

    @property
    def is_open(self) -> bool:
        return self.state not in CLOSED

    @property
    def is_dropped(self) -> bool:
        """Goes on a conversation that broke."""
        return self.place.rank is Rank.DROPPED

    def receive(self, event: CallbackEvent) -> "Callback":
        """What it is after this event; raises IllegalTransition for one nobody foresaw."""
        if not self.is_open:
            return self  # told late, or twice
        state = TRANSITIONS.get((self.state, type(event)))
        if state is None:
            raise IllegalTransition(self.state.value, type(event).__name__)
        moved = replace(self, state=state)
        match event:
            case CameBack() | TakenOver() if state is self.state:
                return moved
            case Postponed(until, why):
                # An attempt that never reached Asterisk counts for nothing.
                spent = int(self.state is CallbackState.DIALLING)
                attempts = self.attempts - spent
                return replace(moved, why=why, due_at=until, attempts=attempts)
            case DialBegan(channel_id):
                attempts = self.attempts + 1
                return replace(moved, why=Why.DIALLED, channel_id=channel_id, attempts=attempts)
            case AttemptFailed(why, again_at):
                return replace(moved, why=why, due_at=again_at)
            case TalkBroke(at):
                # The first of all; those who were cut off before keep their order among them.
                place = replace(self.place, rank=Rank.DROPPED)
                return replace(moved, why=Why.DROPPED, due_at=at, place=place, window=None)
            case GaveUp(why) | Withdrawn(why):
                return replace(moved, why=why)
        return replace(moved, why=_WHY[type(event)])


def why_not_reached(status: DialStatus) -> Why:
    """The reason that a call which was not answered leaves."""
    match status:
        case DialStatus.BUSY | DialStatus.REJECTED:
            return Why.BUSY
        case DialStatus.NO_ANSWER | DialStatus.CANCELLED:
            return Why.NO_ANSWER
        case DialStatus.UNREACHABLE:
            return Why.UNREACHABLE
    return Why.FAULT
