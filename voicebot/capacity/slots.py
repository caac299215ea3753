"""How many conversations can be held at once, and who holds one of them?

A slot is one conversation on the whole chain, so there are as many as the weakest stage can bear.
Each is held on a lease and comes back by itself when its holder dies. A slot that is held counts,
also where capacity has shrunk below: then no new one is given. Who keeps the slots may lose all it
knows; from then on nothing new is given for one lease, in which the living holders show theirs.

Redis keeps the slots of a stack by the same rules (`shared_state.slots`); this is their reference,
and the simulator's.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from math import floor

from voicebot.calls.model import CallId

LEASE_S = 5.0


def capacity(slots: Mapping[str, Iterable[int]], correction: float = 1.0) -> int:
    """Of the workers of each stage, by how many conversations each can bear; 0 without stages."""
    return max(0, floor(min((sum(each) for each in slots.values()), default=0) * correction))


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How many conversations are held, of how many that can be."""

    held: int
    capacity: int

    @property
    def share(self) -> float:
        """1 where all are held; also where there are none to hold."""
        return self.held / self.capacity if self.capacity > 0 else 1.0


@dataclass(slots=True)
class SlotLedger:
    """Who holds a slot, until when."""

    capacity: int
    lease_s: float = LEASE_S
    # Nothing is given before: whoever held a slot may still show it.
    gives_from: float = 0.0
    _ends: dict[CallId, float] = field(default_factory=dict)

    def acquire(self, call_id: CallId, now: float) -> bool:
        """Whether the call has a slot now; one that has keeps it."""
        held = self.held(now)
        if call_id not in self._ends and (now < self.gives_from or held >= self.capacity):
            return False
        self._ends[call_id] = now + self.lease_s
        return True

    def renew(self, call_ids: Collection[CallId], now: float) -> None:
        """A holder lives and holds all these, whether they were known or not."""
        for call_id in call_ids:
            self._ends[call_id] = now + self.lease_s

    def hand_over(self, call_id: CallId, successor: CallId, now: float) -> bool:
        """Gives a call's slot to another, as from a callback that rings to its conversation."""
        self.held(now)
        if self._ends.pop(call_id, None) is None:
            return False
        self._ends[successor] = now + self.lease_s
        return True

    def release(self, call_id: CallId, now: float) -> bool:
        """Whether another may have a slot by this."""
        had_one = self._ends.pop(call_id, None) is not None
        return had_one and self.held(now) < self.capacity

    def held(self, now: float) -> int:
        """How many are held; those whose lease has ended came back."""
        for call_id in [call_id for call_id, end in self._ends.items() if end <= now]:
            del self._ends[call_id]
        return len(self._ends)

    def forget(self, now: float) -> None:
        """All is lost but the rules: the holders show what they have, within one lease."""
        self._ends.clear()
        self.gives_from = now + self.lease_s
