"""May this callback be promised, and what exactly is promised?

Decided before anybody hears a promise. A number that may never be rung is refused with its
reason; whoever books a second time keeps the first place, with the newer wish about the time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from voicebot.calls.model import CallbackReason, CallId
from voicebot.calls.outbound_rules import (
    Destination,
    Refusal,
    Refused,
    caller_id_of,
    destination_of,
    rules_of,
)
from voicebot.dialogue.business import Business
from voicebot.queueing.callback_turns import rings_within
from voicebot.queueing.callback_windows import LocalWindow, resolved
from voicebot.queueing.callbacks import BEFORE_DIALLING, Callback, CallbackState, Why
from voicebot.queueing.model import Place, Rank

# Refused, but people may look at it: a phone inside, a country that is not allowed yet.
FOR_PEOPLE: Final = (
    Refusal.NOT_SET_UP,
    Refusal.NO_NUMBER,
    Refusal.DESTINATION,
    Refusal.CALLER_ID,
    Refusal.HOURS,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants to be rung, or has earned it."""

    callback_id: CallId
    did: str  # our number that was called
    number: str = field(repr=False)  # as it was given or sent
    reason: CallbackReason
    asked_at: datetime
    place: Place | None = None  # in the line it was asked for in; None: as of now
    window: LocalWindow | None = None  # None: as soon as it is its turn


def book(
    wish: Wish,
    business: Business,
    own_numbers: Iterable[str],
    *,
    is_barred: bool,
    already: Callback | None = None,
) -> Callback | Refused:
    """`already`: the one that is open for this number and business."""
    destination = destination_for(wish.number, wish.did, business, own_numbers)
    if isinstance(destination, Refused):
        return destination
    if is_barred:
        return Refused(Refusal.DO_NOT_CALL, "it is on the do-not-call list")
    rules = business.callbacks
    if rules is None:
        return Refused(
            Refusal.NOT_SET_UP, f'the business file of {business.name} has no section "callbacks"'
        )
    expires_at = wish.asked_at + timedelta(hours=rules.expires_after_h)
    due_at = wish.asked_at
    if wish.window is not None:
        spans = resolved(wish.window)
        if spans[-1].ends_at <= wish.asked_at:
            return Refused(Refusal.WINDOW, "that time is over")
        due_at = max(spans[0].starts_at, wish.asked_at)
        expires_at = spans[-1].ends_at
    booked = Callback(
        callback_id=wish.callback_id,
        business=business.name,
        did=wish.did,
        number=destination.number,
        reason=wish.reason,
        place=place_of(wish),
        booked_at=wish.asked_at,
        due_at=due_at,
        expires_at=expires_at,
        window=wish.window,
    )
    if wish.window is not None and not rings_within(booked, destination, business, due_at):
        return Refused(Refusal.WINDOW, "nobody is rung at that time: see outbound.hours and hours")
    return booked if already is None else _again(already, booked)


def destination_for(
    number: str, did: str, business: Business, own_numbers: Iterable[str]
) -> Destination | Refused:
    """Where it leads, if it may be rung as far as it alone decides."""
    rules = rules_of(business)
    if isinstance(rules, Refused):
        return rules
    caller_id = caller_id_of(business, did if did.startswith("+") else None)
    if isinstance(caller_id, Refused):
        return caller_id
    return destination_of(number, rules, caller_id, own_numbers)


def place_of(wish: Wish) -> Place:
    """Where it stands: whoever was cut off goes first, and nobody loses a place by not waiting."""
    rank = Rank.DROPPED if wish.reason is CallbackReason.BROKEN else Rank.REGULAR
    if wish.place is None:
        return Place(rank, wish.asked_at.timestamp(), 0)
    return replace(wish.place, rank=min(rank, wish.place.rank))


def _again(already: Callback, newer: Callback) -> Callback:
    """The one that is open, as the newer wish leaves it."""
    place = min(already.place, newer.place)
    if already.state not in BEFORE_DIALLING:
        # It rings at this moment; should nobody be reached, the better place counts.
        return replace(already, place=place)
    return replace(
        already,
        state=CallbackState.BOOKED,
        why=Why.BOOKED_AGAIN,
        place=place,
        window=newer.window,
        due_at=newer.due_at,
        expires_at=newer.expires_at,
        # A wish that is new begins to count anew.
        attempts=0,
    )
