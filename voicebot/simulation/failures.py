"""When do the workers of this queue fail, and when are they back, by these dice?"""

import numpy as np

from voicebot.simulation.callers import lengths
from voicebot.simulation.scenario import Change, SimulatedQueue

_DRAWN_AT_ONCE = 64


def changes_of(
    queue: SimulatedQueue, duration_s: float, dice: np.random.Generator
) -> tuple[Change, ...]:
    """Those that the scenario names, or those of its failures; nobody foresees these."""
    failures = queue.failures
    if failures is None:
        return queue.changes
    changes: list[Change] = []
    at_s = 0.0
    while True:
        apart_s = lengths(failures.apart, _DRAWN_AT_ONCE, dice).tolist()
        lasting_s = lengths(failures.lasting, _DRAWN_AT_ONCE, dice).tolist()
        for up_s, down_s in zip(apart_s, lasting_s, strict=True):
            at_s += up_s
            if at_s >= duration_s:
                return tuple(changes)
            changes.append(Change(at_s=at_s, slots=failures.slots, cuts_calls=True))
            at_s += down_s
            changes.append(Change(at_s=at_s, slots=queue.slots))
