"""Workers that fail by dice, and come back."""

import numpy as np
import pytest

from voicebot.simulation.failures import changes_of
from voicebot.simulation.scenario import Failures, Lengths, SimulatedQueue, Steady

STEADY = SimulatedQueue(
    name="main",
    slots=9,
    arrivals=Steady(per_hour=60),
    handle_time=Lengths(mean_s=100),
    failures=Failures(
        slots=3,
        apart=Lengths(distribution="constant", mean_s=1000),
        lasting=Lengths(distribution="constant", mean_s=100),
    ),
)


def test_workers_fail_and_come_back_until_the_end() -> None:
    changes = changes_of(STEADY, 2500.0, np.random.default_rng(1))
    assert [(each.at_s, each.slots) for each in changes] == [
        (1000.0, 3),
        (1100.0, 9),
        (2100.0, 3),
        (2200.0, 9),
    ]
    assert [each.cuts_calls for each in changes] == [True, False, True, False]


def test_a_queue_without_failures_has_the_changes_that_are_named() -> None:
    plain = STEADY.model_copy(update={"failures": None})
    assert changes_of(plain, 2500.0, np.random.default_rng(1)) == ()


def test_failures_and_changes_do_not_go_together() -> None:
    document = STEADY.model_dump() | {"changes": [{"at_s": 5.0, "slots": 2}]}
    with pytest.raises(ValueError, match="take the place"):
        SimulatedQueue.model_validate(document)
