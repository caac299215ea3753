"""How much of a processor or a GPU did each piece of work take, where many are done at once?

Engines run their works together, in threads and batches of their own, and the system tells the time
of a process only as a whole. So whatever passes while works are in hand is shared equally among
them: the shares of all make up the whole, and nothing is counted that passed while there was none.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from workers.contract import Unit


class Shares:
    """`reading`: what has been used so far, never less than before."""

    def __init__(self, reading: Callable[[], float]) -> None:
        self._reading = reading
        self._lock = Lock()
        self._in_hand = 0
        self._read = 0.0
        # What one work would have been given if it had been in hand from the beginning.
        self._of_one = 0.0

    def begin(self) -> float:
        """Gives what `end` needs."""
        with self._lock:
            self._share_out()
            self._in_hand += 1
            return self._of_one

    def end(self, begun: float) -> float:
        """The share of a work that is over."""
        with self._lock:
            self._share_out()
            self._in_hand -= 1
            return self._of_one - begun

    def _share_out(self) -> None:
        read = self._reading()
        if self._in_hand:
            self._of_one += max(0.0, read - self._read) / self._in_hand
        self._read = read


@dataclass(frozen=True, slots=True)
class Begun:
    """Of one work, where its shares began."""

    cpu: float
    gpu: float


class EffortMeter:
    """Of one process. `gpus`: that are held while it has work in hand, a server's included."""

    def __init__(
        self,
        gpus: int = 0,
        cpu_s: Callable[[], float] = time.process_time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gpus = gpus
        self._cpu, self._held = Shares(cpu_s), Shares(monotonic)

    def begin(self) -> Begun:
        return Begun(self._cpu.begin(), self._held.begin())

    def end(self, begun: Begun) -> dict[Unit, int]:
        """What a work took, in ms; what it did not take is left out."""
        cpu_s, held_s = self._cpu.end(begun.cpu), self._held.end(begun.gpu)
        taken = {Unit.CPU_MS: round(cpu_s * 1000), Unit.GPU_MS: round(held_s * 1000 * self._gpus)}
        return {unit: quantity for unit, quantity in taken.items() if quantity}
