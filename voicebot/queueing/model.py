"""Who waits where, and who comes before whom?

The order of a line is total: rank, then the original arrival, then the ticket's number. A caller
who leaves the line and comes back keeps the arrival that is written on the ticket.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NewType

QueueName = NewType("QueueName", str)


class Rank(IntEnum):
    """Who is served before whom; the lower goes first."""

    DROPPED = 0  # we broke off the call before: goes on at once
    VIP = 1
    RETURNING = 2
    REGULAR = 3


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where somebody stands in a line; the smaller is served first."""

    rank: Rank
    arrived_at_s: float  # epoch seconds of the ORIGINAL arrival
    number: int  # of the ticket: no two have the same


@dataclass(frozen=True, slots=True)
class Ahead:
    """How many wait before a place, by queue."""

    by_queue: Sequence[tuple[QueueName, int]] = ()

    @property
    def total(self) -> int:
        return sum(count for _, count in self.by_queue)
