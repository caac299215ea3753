"""How long does an agent wait before it claims a call?

The race is the load balancer: every agent hears of every call, and the first
claim wins. Whoever is busier than its peers waits longer, so that the least
loaded one usually wins, without a dispatcher that could fail.
"""

from collections.abc import Sequence

LONGEST_DELAY_MS = 60.0
# Spread within which agents of equal load race; below the load's own weight.
JITTER_MS = 10.0


def claim_delay_ms(
    calls: int, max_calls: int, peer_loads: Sequence[float], jitter: float
) -> float | None:
    """The delay before claiming, 0 to LONGEST_DELAY_MS; None: do not claim, we are full.

    `peer_loads`: occupancy of each other agent, 0 (idle) to 1 (full).
    `jitter`: a random number, 0 to 1.
    """
    if calls >= max_calls:
        return None
    load = calls / max_calls
    least = min((*peer_loads, load))
    most = max((*peer_loads, load))
    # Relative to the peers: of two agents with one and two calls of fifty, the first should win.
    relative = (load - least) / (most - least) if most > least else 0.0
    return min(LONGEST_DELAY_MS, relative * (LONGEST_DELAY_MS - JITTER_MS) + jitter * JITTER_MS)
