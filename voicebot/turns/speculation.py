"""Is it worth preparing an answer in this pause?

What is prepared for a caller who goes on is thrown away. A budget bounds that: every turn
earns a part of what a preparation in vain costs, and the longer work waits for the workers
the less it earns, down to nothing. So in the long run no more than a share of all
preparations is wasted, and none is begun while others wait.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpeculationRules:
    """How much may be wasted."""

    wasted_share: float = 0.3  # of all preparations, while no work waits
    most_saved: float = 8.0  # preparations in vain in a row
    # Work that waits so long at the workers leaves no room for what may be wasted.
    longest_queueing_ms: float = 150.0
    # How much the latest work tells of the load.
    smoothing: float = 0.2


@dataclass(slots=True)
class Preparations:
    """What became of those of one call."""

    helped: int = 0
    wasted: int = 0
    foreseen: int = 0  # turns answered by what was prepared before their words were said

    def told(self) -> dict[str, int]:
        """As the event of the call's end names them."""
        return {
            "prepared": self.helped,
            "prepared_in_vain": self.wasted,
            "foreseen": self.foreseen,
        }


class Speculation:
    """Counts for all calls of one process."""

    def __init__(self, rules: SpeculationRules | None = None) -> None:
        self._rules = rules if rules is not None else SpeculationRules()
        self._saved = self._rules.most_saved
        self._queueing_ms = 0.0

    @property
    def room(self) -> float:
        """1: no work waits for a worker; 0: others need all there is."""
        return max(0.0, 1.0 - self._queueing_ms / self._rules.longest_queueing_ms)

    def begin(self) -> bool:
        """Whether to prepare; `help` or `waste` must follow if so."""
        if self.room <= 0.0 or self._saved < 1.0:
            return False
        self._saved -= 1.0
        return True

    def help(self, call: Preparations) -> None:
        """The caller had finished: nothing of it was in vain."""
        call.helped += 1
        share = self._rules.wasted_share
        self._earn(1.0 + self.room * share / (1.0 - share))

    def waste(self, call: Preparations) -> None:
        """The caller went on."""
        call.wasted += 1

    def pass_by(self) -> None:
        """A turn ended for which nothing was prepared: after a while it is tried again."""
        share = self._rules.wasted_share
        self._earn(self.room * share / (1.0 - share))

    def queued(self, waited_ms: float) -> None:
        """A work waited so long for its worker."""
        self._queueing_ms += self._rules.smoothing * (waited_ms - self._queueing_ms)

    def _earn(self, amount: float) -> None:
        self._saved = min(self._rules.most_saved, self._saved + amount)
