"""How many slots are given out, where the workers bear another number than was calibrated?

The correction and the steps of degradation are those of `voicebot.capacity`; here is only what the
machines do: the more conversations there are for what they bear, the later their answers come.
"""

import numpy as np

from voicebot.capacity.degradation import Degradation, DegradationSteps, Health
from voicebot.capacity.slots import capacity
from voicebot.capacity.turn_latency import TURN, TURN_BUDGET_S, turn_limit
from voicebot.simulation.counts import Counts
from voicebot.simulation.scenario import Machines

LOOK_EVERY_S = 1.0
# Answers take twice as long as on an idle machine when it holds all that it bears, and at three
# quarters of that hardly longer; beyond it they pile up.
_STEEPNESS = 8
_SPREAD = 0.25


class PlayedCapacity:
    """One queue's. `look` is called every LOOK_EVERY_S."""

    __slots__ = ("_bears", "_calibrated", "_counts", "_dice", "_limit", "_machines", "_steps")

    def __init__(
        self, slots: int, machines: Machines | None, counts: Counts, dice: np.random.Generator
    ) -> None:
        """Without machines there are as many slots as were calibrated."""
        self._calibrated = slots
        self._machines, self._counts, self._dice = machines, counts, dice
        self._bears = 0 if machines is None else machines.bear
        self._limit = turn_limit()
        self._steps = DegradationSteps()

    @property
    def is_measured(self) -> bool:
        return self._machines is not None

    @property
    def slots(self) -> int:
        return capacity({"workers": [self._calibrated]}, self._limit.correction)

    @property
    def step(self) -> Degradation:
        return self._steps.step

    def calibrated(self, slots: int) -> None:
        """Workers came, or went: what they bear changes as much."""
        if self._calibrated > 0:
            self._bears = round(self._bears * slots / self._calibrated)
        elif self._machines is not None:
            self._bears = self._machines.bear
        self._calibrated = slots

    def look(self, busy: int, now_s: float) -> None:
        """So many conversations were held since the last look."""
        if self._machines is None:
            return
        turns = int(self._dice.poisson(busy * LOOK_EVERY_S / self._machines.turn_every_s))
        load = busy / self._bears if self._bears > 0 else 2.0
        typical_s = self._machines.turn_s * (1.0 + min(load, 2.0) ** _STEEPNESS)
        for latency_s in typical_s * self._dice.lognormal(0.0, _SPREAD, turns):
            self._limit.measured(TURN, float(latency_s), now_s)
            self._counts.turns += 1
            self._counts.late_turns += bool(latency_s > TURN_BUDGET_S)
        slots, correction = self.slots, self._limit.correction
        self._limit.adjust(busy / slots if slots else 1.0, now_s)
        self._counts.corrections += self._limit.correction != correction
        changed = self._steps.receive(Health(capacity=self.slots, held=busy), now_s)
        self._counts.degradations += changed is not None
