"""May recordings be read now, or does live work need the machine?

Live work goes first and never waits: as soon as there are more calls than may go on beside it,
or anything waits in a queue of the live pools, or nobody can tell, reading stands still. It goes
on when there has been room for a while, so that it does not flicker between two calls. Pure.
"""

from dataclasses import dataclass
from enum import StrEnum

# The next caller often comes soon after the last.
QUIET_S = 2.0


@dataclass(frozen=True, slots=True)
class LiveLoad:
    """What the live pools have to do at this instant."""

    calls: int  # that agents talk on
    waiting: int  # pieces of inference that no worker has taken yet


class RoomReason(StrEnum):
    """Why there is room, or none."""

    QUIET = "quiet"
    CALLS = "calls"
    WAITING = "waiting"
    UNKNOWN = "unknown"  # nobody tells what the live pools do


@dataclass(frozen=True, slots=True)
class Room:
    """Whether there is room, and why."""

    is_free: bool
    reason: RoomReason


def room(load: LiveLoad | None, beside_calls: int) -> Room:
    """`beside_calls`: how many live calls leave room."""
    if load is None:
        return Room(is_free=False, reason=RoomReason.UNKNOWN)
    if load.calls > beside_calls:
        return Room(is_free=False, reason=RoomReason.CALLS)
    if load.waiting:
        return Room(is_free=False, reason=RoomReason.WAITING)
    return Room(is_free=True, reason=RoomReason.QUIET)


class Patience:
    """When there has been room for long enough."""

    def __init__(self) -> None:
        self._free_since: float | None = None

    def may_work(self, *, is_free: bool, now: float) -> bool:
        """Whether to work until the next look, which showed this."""
        if not is_free:
            self._free_since = None
            return False
        if self._free_since is None:
            self._free_since = now
        return now - self._free_since >= QUIET_S
