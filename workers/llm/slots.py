"""Which of the model's slots takes the next reply?

The slot that answered the same call last has its conversation in memory; the
next best is the one that has been idle longest, whose call is most likely over.
Pure bookkeeping; whoever shares it between threads holds a lock.
"""

from dataclasses import dataclass, field


@dataclass(slots=True)
class SlotTable:
    """Who used which slot last."""

    count: int
    _idle: list[int] = field(init=False)  # idle longest first
    _last_call: dict[int, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._idle = list(range(self.count))

    def take(self, call_id: str) -> int | None:
        """An idle slot, now taken; None when all are taken."""
        if not self._idle:
            return None
        slot = next((s for s in self._idle if self._last_call.get(s) == call_id), self._idle[0])
        self._idle.remove(slot)
        self._last_call[slot] = call_id
        return slot

    def give_back(self, slot: int) -> None:
        """The slot is idle again."""
        assert slot not in self._idle
        self._idle.append(slot)
