"""How many slots are there, and who is in them?"""

from voicebot.simulation.clock import Clock


class PlayedSlots:
    """One queue's. Also sums up how long they were there, and how long taken."""

    __slots__ = ("_clock", "_from_s", "_settled_s", "_until_s", "busy", "busy_s", "slot_s", "slots")

    def __init__(self, slots: int, clock: Clock, from_s: float, until_s: float) -> None:
        self.slots = slots
        self.busy = 0
        self.busy_s = self.slot_s = 0.0
        self._clock, self._from_s, self._until_s = clock, from_s, until_s
        self._settled_s = from_s

    @property
    def free(self) -> int:
        """Not more than there are: slots that went away may still be talked in."""
        return max(self.slots - self.busy, 0)

    def take(self) -> None:
        self.settle()
        self.busy += 1

    def give_back(self) -> None:
        self.settle()
        self.busy -= 1

    def become(self, slots: int) -> None:
        self.settle()
        self.slots = slots

    def settle(self) -> None:
        """Counts the time since the last change."""
        now_s = min(self._clock.now_s, self._until_s)
        if now_s > self._settled_s:
            passed_s = now_s - self._settled_s
            self.busy_s += passed_s * self.busy
            self.slot_s += passed_s * max(self.slots, self.busy)
            self._settled_s = now_s
