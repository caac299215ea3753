"""May a callback ring at this moment, and is there room for the talk?

Asked in this order, by whoever holds the claim on it; whose turn it is, the line knows. What only
has to wait keeps its place.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from voicebot.calls.outbound_rules import Destination, Refusal, Refused
from voicebot.capacity.degradation import Degradation
from voicebot.dialogue.business import Business
from voicebot.queueing.callback_windows import resolved
from voicebot.queueing.callbacks import (
    Callback,
    CameDue,
    Forbidden,
    GaveUp,
    Postponed,
    SlotReserved,
    Why,
)
from voicebot.queueing.permitted_hours import permitted
from voicebot.queueing.time_spans import Spans, intersection, next_instant

# Somebody stands before it, or no slot is free: that may change at any moment.
TURN_AGAIN: Final = timedelta(seconds=1)
# Who has just booked hears so, and hangs up.
ON_THE_LINE_AGAIN: Final = timedelta(seconds=5)
UNABLE_AGAIN: Final = timedelta(seconds=10)
CAP_AGAIN: Final = timedelta(seconds=60)
NUMBER_CAP_AGAIN: Final = timedelta(hours=1)
# Whoever was cut off so short a time ago was talking with us at this very hour.
FRESH: Final = timedelta(minutes=15)
# Nobody is rung for scripted answers: whoever is owed a call loses little by waiting for models.
RINGS_ABOVE: Final = Degradation.CACHED_ONLY


@dataclass(frozen=True, slots=True)
class Sight:
    """What the driver sees at this moment."""

    at: datetime
    is_on_the_line: bool = False  # a call with that very number is up
    step: Degradation = Degradation.FULL


def turn(
    callback: Callback, destination: Destination, business: Business, sight: Sight
) -> CameDue | Postponed | GaveUp:
    """Whether a slot is to be looked for now."""
    at = sight.at
    if at >= callback.expires_at:
        return GaveUp(Why.TOO_LATE)
    if sight.is_on_the_line:
        return Postponed(at + ON_THE_LINE_AGAIN, Why.ON_THE_LINE)
    rings_at = next_instant(at, rings_within(callback, destination, business, at))
    if rings_at is None or rings_at >= callback.expires_at:
        return GaveUp(Why.TOO_LATE)
    if rings_at > at:
        return Postponed(rings_at, Why.HOURS)
    if sight.step >= RINGS_ABOVE:
        return Postponed(at + UNABLE_AGAIN, Why.UNABLE)
    return CameDue()


def rings_within(
    callback: Callback, destination: Destination, business: Business, at: datetime
) -> Spans:
    """When it may ring, from now on."""
    outbound, rules = business.outbound, business.callbacks
    assert outbound is not None, "booked by its rules"
    assert rules is not None, "booked by its rules"
    if is_fresh(callback, at):
        return permitted(at, None, {}, None)
    allowed = permitted(
        at,
        destination,
        outbound.hours,
        business.hours if rules.within_hours else None,
        rings_on_holidays=rules.rings_on_holidays,
    )
    return allowed if callback.window is None else intersection(allowed, resolved(callback.window))


def is_fresh(callback: Callback, at: datetime) -> bool:
    """Whether the caller was cut off a moment ago: no hour is a bad one then."""
    since = callback.due_at if callback.why is Why.DROPPED else callback.booked_at
    return callback.is_dropped and at - since <= FRESH


def with_slot(*, is_held: bool, at: datetime) -> SlotReserved | Postponed:
    """Nobody is rung whom nobody could talk with."""
    return SlotReserved() if is_held else Postponed(at + TURN_AGAIN, Why.NO_SLOT)


def after_refusal(refused: Refused, at: datetime) -> Postponed | Forbidden | GaveUp:
    """What a refusal at the last moment means: for now, or for good."""
    match refused.reason:
        case Refusal.NO_AGENT | Refusal.NO_TRUNK | Refusal.DRAINING | Refusal.NOT_SET_UP:
            return Postponed(at + UNABLE_AGAIN, Why.UNABLE)
        case Refusal.TRUNK_FULL:
            return Postponed(at + TURN_AGAIN, Why.NO_SLOT)
        case Refusal.RATE | Refusal.IN_PROGRESS:
            return Postponed(at + CAP_AGAIN, Why.CAP)
        case Refusal.NUMBER_CAP | Refusal.RANGE_CAP:
            return Postponed(at + NUMBER_CAP_AGAIN, Why.CAP)
        case Refusal.HOURS:
            return Postponed(at + CAP_AGAIN, Why.HOURS)
        case Refusal.WINDOW:
            return GaveUp(Why.TOO_LATE)
    return Forbidden()
