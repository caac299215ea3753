"""What may people order of the process that has a call, and what came of it?

Pure. Whoever gives an order never touches Asterisk: the agent that has the call carries it out, or
says why not.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from pydantic import TypeAdapter

from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.hangup_causes import NORMAL_CLEARING
from voicebot.calls.model import CallId
from voicebot.calls.transitions import CallState

GOING: Final = (CallState.CLEARING, CallState.LEAVING, CallState.ENDED)


@dataclass(frozen=True, slots=True)
class HangUpCall:
    """Ends it, whoever the caller is with."""

    call_id: CallId
    kind: Literal["hang-up"] = "hang-up"


@dataclass(frozen=True, slots=True)
class TransferCall:
    """To people of its business; `target` as in the business file."""

    call_id: CallId
    target: str
    kind: Literal["transfer"] = "transfer"


@dataclass(frozen=True, slots=True)
class OfferCallback:
    """To somebody who waits, now."""

    call_id: CallId
    kind: Literal["offer-callback"] = "offer-callback"


@dataclass(frozen=True, slots=True)
class Listen:
    """Lets people hear both sides, for as long as their lease lasts."""

    call_id: CallId
    kind: Literal["listen"] = "listen"


class Presence(StrEnum):
    """How somebody is on a call by phone; the words of Asterisk's ChanSpy."""

    LISTEN = "listen"  # hears both sides, and is heard by nobody
    WHISPER = "whisper"  # is heard by the operator alone
    BARGE = "barge"  # is heard by all


@dataclass(frozen=True, slots=True)
class Supervise:
    """Rings a supervisor's phone, and puts it on the call; or changes how it is there."""

    call_id: CallId
    extension: str
    presence: Presence
    kind: Literal["supervise"] = "supervise"


@dataclass(frozen=True, slots=True)
class Drain:
    """The agent takes no new calls; those that it has go on. Off: it takes some again."""

    is_on: bool
    kind: Literal["drain"] = "drain"


Order = HangUpCall | TransferCall | OfferCallback | Listen | Supervise | Drain


@dataclass(frozen=True, slots=True)
class Given:
    """An order with who gave it."""

    order_id: str
    account: str
    order: Order


class OrderResult(StrEnum):
    """What came of an order."""

    DONE = "done"
    NOT_HERE = "not-here"  # the agent does not have this call
    ENDING = "ending"  # it is over, or on its way out
    NOT_TALKING = "not-talking"  # who is with a person, or on the way, cannot be transferred
    NOT_WAITING = "not-waiting"  # only who waits can be offered a callback
    TARGET_UNKNOWN = "target-unknown"
    TOO_MANY = "too-many"  # calls of this agent are listened to
    NOBODY_TO_WHISPER_TO = "nobody-to-whisper-to"  # no operator is on the call
    NOT_IN_TALK = "not-in-talk"  # the caller talks with nobody yet
    NOT_RECORDED = "not-recorded"  # the caller tells what nobody may hear
    OCCUPIED = "occupied"  # another supervisor's phone is on the call
    EXTENSION_MISSING = "extension-missing"  # whoever gives the order has none
    EXTENSION_UNKNOWN = "extension-unknown"  # is no phone of the businesses' operators
    NOBODY = "nobody"  # no agent took it within its time, and none will
    UNCLEAR = "unclear"  # an agent took it, and said nothing in time


_GIVEN: TypeAdapter[Given] = TypeAdapter(Given)


def dump_order(given: Given) -> str:
    return _GIVEN.dump_json(given).decode()


def load_order(text: str) -> Given:
    """Raises pydantic's ValidationError when the text is no order, or one of another release."""
    return _GIVEN.validate_json(text)


def refusal(
    order: HangUpCall | TransferCall | OfferCallback | Listen | Supervise,
    state: CallState,
    is_target: bool,
) -> OrderResult | None:
    """Why it cannot be done on a call in this state; None: it can.

    `is_target`: whether the business has the transfer that is wanted.
    """
    if state in GOING:
        return OrderResult.ENDING
    if isinstance(order, HangUpCall | Listen | Supervise):
        return None
    if isinstance(order, OfferCallback):
        return None if state is CallState.WAITING else OrderResult.NOT_WAITING
    if not is_target:
        return OrderResult.TARGET_UNKNOWN
    may_go = state in (CallState.TALKING, CallState.WAITING)
    return None if may_go else OrderResult.NOT_TALKING


def command_for(_event: on.HangUpOrdered) -> do.Command:
    """What to do on the call."""
    return do.HangUp(NORMAL_CLEARING)
