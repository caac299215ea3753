"""Plays a scenario from its first caller to the last."""

from dataclasses import dataclass

import numpy as np

from voicebot.simulation.clock import Clock
from voicebot.simulation.counts import Counts
from voicebot.simulation.figures import Figures, figures_of
from voicebot.simulation.played_queue import PlayedQueue
from voicebot.simulation.scenario import Scenario


@dataclass(frozen=True, slots=True)
class PlayedScenario:
    """What came of it, by queue."""

    scenario: Scenario
    seed: int
    figures: tuple[Figures, ...]
    counts: tuple[Counts, ...]  # for plots


def play(scenario: Scenario, seed: int | None = None) -> PlayedScenario:
    """With other dice, if a seed is given; the same seed gives the same run."""
    seed = scenario.seed if seed is None else seed
    clock = Clock()
    # Each queue has dice of its own: another queue beside it changes nothing in it.
    queues = [
        PlayedQueue(queue, scenario, clock, np.random.default_rng([seed, number]))
        for number, queue in enumerate(scenario.queues)
    ]
    clock.run()
    return PlayedScenario(
        scenario,
        seed,
        tuple(figures_of(queue.name, queue.counts, queue.fates(), queue.slots) for queue in queues),
        tuple(queue.counts for queue in queues),
    )
