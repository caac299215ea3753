"""Which of the model's slots takes the next reply?

The slot that answered the same call last has its conversation in memory; the
next best is the one that has been idle longest, whose call is most likely over.
`SlotTable` is pure bookkeeping; `SharedSlots` lends its slots to threads.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

NO_CALL: Final = ""


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


class SharedSlots:
    """Slots that several threads take and give back."""

    def __init__(self, count: int) -> None:
        self._table = SlotTable(count)
        self._idle = threading.Condition()

    @contextmanager
    def one_for(self, call_id: str) -> Iterator[int]:
        """A slot for one reply; waits while all are taken."""
        slot: int | None = None
        with self._idle:
            # As many threads come as there are slots: only a prefix that is warming makes one wait.
            while (slot := self._table.take(call_id)) is None:
                self._idle.wait()
        try:
            yield slot
        finally:
            self._give_back(slot)

    @contextmanager
    def all_idle(self) -> Iterator[list[int]]:
        """Every slot that is idle now; the others are left to their replies."""
        taken: list[int] = []
        with self._idle:
            while (slot := self._table.take(NO_CALL)) is not None:
                taken.append(slot)
        try:
            yield taken
        finally:
            for slot in taken:
                self._give_back(slot)

    def _give_back(self, slot: int) -> None:
        with self._idle:
            self._table.give_back(slot)
            self._idle.notify()
