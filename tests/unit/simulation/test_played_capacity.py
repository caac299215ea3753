"""What the correction makes of workers that said too much, too little, or the truth."""

import pytest

from voicebot.simulation.figures import Figures
from voicebot.simulation.run import play
from voicebot.simulation.scenario import Lengths, Machines, Scenario, SimulatedQueue, Steady

SLOTS = 20


def _played(bear: int | None, per_hour: float = 500.0) -> Figures:
    queue = SimulatedQueue(
        name="orders",
        slots=SLOTS,
        arrivals=Steady(per_hour=per_hour),
        handle_time=Lengths(mean_s=180),
        patience=Lengths(mean_s=300),
        machines=None if bear is None else Machines(bear=bear),
    )
    return play(Scenario(name="any", duration_s=10_800, queues=(queue,)), 5).figures[0]


def test_overrated_workers_are_given_what_they_bear() -> None:
    figures = _played(bear=13)
    assert figures.capacity.late_turns is not None
    assert figures.capacity.late_turns < 0.03
    assert 8 <= figures.capacity.fewest_slots <= 13


def test_underrated_workers_are_given_more_while_they_are_needed() -> None:
    assert _played(bear=40).capacity.most_slots >= 26
    assert _played(bear=40, per_hour=50.0).capacity.most_slots == SLOTS


def test_slots_do_not_flap_where_the_workers_told_the_truth() -> None:
    figures = _played(bear=round(1.15 * SLOTS))
    assert figures.capacity.fewest_slots >= 0.75 * SLOTS
    assert figures.capacity.corrections <= 40


def test_without_machines_nothing_is_corrected() -> None:
    figures = _played(bear=None)
    assert figures.capacity.late_turns is None
    assert (figures.capacity.fewest_slots, figures.capacity.most_slots) == (SLOTS, SLOTS)


@pytest.mark.parametrize("bear", [13, 40])
def test_all_are_accounted_for(bear: int) -> None:
    assert _played(bear).unaccounted == 0
