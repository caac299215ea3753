"""How much time is left for a piece of work when a worker takes it up?

Pure. Agents and workers have only the wall clock in common, and that may be set while a message is
under way. From then on a worker counts by its own monotonic clock.
"""

from typing import Final

# No queue is as long, and a message that a killed worker left comes back far sooner. Where the
# clocks say so, one was set meanwhile; whoever asked has its own and cancels what comes too late.
LONGEST_WAIT_S: Final = 600.0


def time_left_s(deadline_at_s: float, sent_at_s: float | None, at_s: float) -> float:
    """Until the deadline; none is left where it is 0 or less."""
    if sent_at_s is None or 0 <= at_s - sent_at_s <= LONGEST_WAIT_S:
        return deadline_at_s - at_s
    return deadline_at_s - sent_at_s
