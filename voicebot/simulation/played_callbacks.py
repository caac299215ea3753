"""Which callbacks are owed, and whose turn is it?

They keep the places of their callers; those that were not reached come back after a pause.
"""

from bisect import bisect_left, insort
from dataclasses import dataclass

from voicebot.queueing.model import Place
from voicebot.simulation.scenario import Callbacks


@dataclass(frozen=True, slots=True, order=True)
class Owed:
    """A callback that is due."""

    place: Place
    number: int  # of the caller
    attempts: int = 0  # so far


class PlayedCallbacks:
    """Those that are due, in the order of their places, and how many are not yet."""

    __slots__ = ("_due", "paused", "ringing")

    def __init__(self) -> None:
        self._due: list[Owed] = []
        self.paused: dict[int, tuple[float, Owed]] = {}  # by caller: when it is due again
        self.ringing: dict[int, Owed] = {}

    def __len__(self) -> int:
        return len(self._due) + len(self.paused)

    def due(self, owed: Owed) -> None:
        self.paused.pop(owed.number, None)
        insort(self._due, owed)

    def before(self, place: Place) -> int:
        """How many that are due come before this place."""
        return bisect_left(self._due, Owed(place, 0)) if self._due else 0

    def due_in_s(self, place: Place, now_s: float) -> tuple[float, ...]:
        """When those will be due that are not, and come before this place."""
        if not self.paused:
            return ()
        return tuple(
            until_s - now_s for until_s, owed in self.paused.values() if owed.place < place
        )

    def head(self) -> Owed | None:
        return self._due[0] if self._due else None

    def take_head(self) -> Owed:
        return self._due.pop(0)

    def pause(self, owed: Owed, until_s: float) -> None:
        self.paused[owed.number] = until_s, owed


def pause_s(rules: Callbacks, attempts: int) -> float | None:
    """How long after so many attempts; None: it was the last."""
    if attempts >= rules.max_attempts:
        return None
    return float(rules.again_s * 2.0 ** (attempts - 1))
