"""How long does an agent wait before it claims a call?

The race is the load balancer: every agent hears of every call, and the first
claim wins. Whoever is busier than its peers waits longer, so that the least
loaded one usually wins, without a dispatcher that could fail.
"""

from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_DELAY_MS = 60.0
# Spread within which agents of equal load race; below the load's own weight.
JITTER_MS = 10.0


@dataclass(frozen=True, slots=True)
class Room:
    """How many callers one agent has, or takes at most."""

    talking: int
    waiting: int = 0  # besides, of numbers where callers may wait

    @property
    def all(self) -> int:
        return self.talking + self.waiting


def claim_delay_ms(
    calls: Room, most: Room, peer_loads: Sequence[float], jitter: float, *, may_wait: bool = False
) -> float | None:
    """The delay before claiming, 0 to LONGEST_DELAY_MS; None: do not claim, we are full.

    `may_wait`: this caller; one who may not must be able to talk at once.
    `peer_loads`: occupancy of each other agent, 0 (idle) to 1 (full).
    `jitter`: a random number, 0 to 1.
    """
    if calls.all >= most.all or (not may_wait and calls.talking >= most.talking):
        return None
    load = calls.all / most.all
    lowest = min((*peer_loads, load))
    highest = max((*peer_loads, load))
    # Relative to the peers: of two agents with one and two calls of fifty, the first should win.
    relative = (load - lowest) / (highest - lowest) if highest > lowest else 0.0
    return min(LONGEST_DELAY_MS, relative * (LONGEST_DELAY_MS - JITTER_MS) + jitter * JITTER_MS)
