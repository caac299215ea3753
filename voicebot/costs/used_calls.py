"""Calls alike in all that a ledger tells apart, and what they used together."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from voicebot.calls.model import Direction, Outcome
from voicebot.costs.conversation_type import Answered, is_resolved, type_of
from voicebot.costs.ledger import Cost, Sum, cost_of, summed
from voicebot.costs.prices import Prices
from voicebot.costs.usage import CallUsage


@dataclass(frozen=True, slots=True)
class UsedCalls:
    """`calls` of them, with all that they used."""

    day: date  # on which they began, in UTC
    did: str
    queue: str  # "": none
    business: str
    direction: Direction
    outcome: Outcome
    answered: Answered
    calls: int
    usage: CallUsage


class By(StrEnum):
    """How calls are told apart."""

    DAY = "day"
    BUSINESS = "business"
    DID = "did"
    QUEUE = "queue"
    TYPE = "type"
    OUTCOME = "outcome"
    DIRECTION = "direction"


_KEYS: Mapping[By, Callable[[UsedCalls], str]] = {
    By.DAY: lambda calls: calls.day.isoformat(),
    By.BUSINESS: lambda calls: calls.business,
    By.DID: lambda calls: calls.did,
    By.QUEUE: lambda calls: calls.queue,
    By.TYPE: lambda calls: type_of(calls.outcome, calls.answered).value,
    By.OUTCOME: lambda calls: calls.outcome.value,
    By.DIRECTION: lambda calls: calls.direction.value,
}


def cost_of_alike(alike: UsedCalls, prices: Prices) -> Cost:
    """By the prices of their own day."""
    return cost_of(alike.usage, prices.on(alike.day))


def summed_by(by: By, found: Iterable[UsedCalls], prices: Prices) -> Mapping[str, Sum]:
    """Each call by the prices of its own day."""
    key = _KEYS[by]
    return summed(
        (
            key(alike),
            Sum(
                alike.calls,
                alike.calls if is_resolved(alike.outcome) else 0,
                cost_of_alike(alike, prices),
            ),
        )
        for alike in found
    )
