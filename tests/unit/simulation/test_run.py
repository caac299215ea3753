"""The simulator against theory where theory knows the answer, and against its own promises."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.queueing.erlang import erlang_a, erlang_b, erlang_c, mean_wait_s, service_level
from voicebot.simulation.counts import Fate
from voicebot.simulation.figures import Figures
from voicebot.simulation.run import play
from voicebot.simulation.scenario import (
    Callbacks,
    Change,
    Lengths,
    Scenario,
    SimulatedQueue,
    Steady,
)

SLOTS = 10
HANDLE_S = 180.0


def _played(load_erlangs: float, duration_s: float, **of_queue: object) -> Figures:
    fields = {
        "name": "desk",
        "slots": SLOTS,
        "arrivals": Steady(per_hour=load_erlangs * 3600 / HANDLE_S),
        "handle_time": Lengths(mean_s=HANDLE_S),
        **of_queue,
    }
    queue = SimulatedQueue.model_validate(fields)
    scenario = Scenario(name="theory", duration_s=duration_s, warm_up_s=3600, queues=(queue,))
    return play(scenario).figures[0]


def test_without_a_line_it_is_erlang_b() -> None:
    figures = _played(8.0, 1_000_000.0, max_waiting=0)
    assert figures.offered > 40_000
    assert figures.blocked == pytest.approx(erlang_b(SLOTS, 8.0), rel=0.04)
    assert figures.occupancy == pytest.approx(0.8 * (1 - erlang_b(SLOTS, 8.0)), rel=0.02)


def test_blocking_does_not_depend_on_the_kind_of_handle_times() -> None:
    # Erlang B holds for every distribution of the same mean (insensitivity).
    constant = Lengths(distribution="constant", mean_s=HANDLE_S)
    figures = _played(8.0, 1_000_000.0, max_waiting=0, handle_time=constant)
    assert figures.blocked == pytest.approx(erlang_b(SLOTS, 8.0), rel=0.04)


def test_with_patient_callers_it_is_erlang_c() -> None:
    figures = _played(8.0, 1_000_000.0)
    assert figures.waited == pytest.approx(erlang_c(SLOTS, 8.0), rel=0.05)
    assert figures.asa_s == pytest.approx(mean_wait_s(SLOTS, 8.0, HANDLE_S), rel=0.12)
    assert figures.service_level == pytest.approx(
        service_level(SLOTS, 8.0, HANDLE_S, 20.0), rel=0.02
    )
    assert figures.occupancy == pytest.approx(0.8, rel=0.02)
    assert figures.fates[Fate.ANSWERED] == figures.offered


def test_with_impatient_callers_it_is_erlang_a() -> None:
    theory = erlang_a(SLOTS, 12.0, HANDLE_S, 240.0)
    figures = _played(12.0, 500_000.0, patience=Lengths(mean_s=240.0))
    assert figures.abandoned == pytest.approx(theory.abandoning, rel=0.05)
    assert figures.waited == pytest.approx(theory.waiting, rel=0.03)
    assert figures.occupancy == pytest.approx(theory.occupancy, rel=0.02)


SMALL = st.builds(
    SimulatedQueue,
    name=st.just("small"),
    slots=st.integers(0, 4),
    arrivals=st.builds(Steady, per_hour=st.floats(1.0, 400.0)),
    handle_time=st.builds(
        Lengths,
        distribution=st.sampled_from(["exponential", "lognormal", "gamma", "constant"]),
        mean_s=st.floats(1.0, 300.0),
    ),
    patience=st.none() | st.builds(Lengths, mean_s=st.floats(1.0, 300.0)),
    max_waiting=st.integers(0, 20),
    overflows=st.booleans(),
    changes=st.lists(
        st.builds(
            Change,
            at_s=st.floats(0.0, 900.0),
            slots=st.integers(0, 6),
            cuts_calls=st.booleans(),
            foreseen_s=st.floats(0.0, 900.0),
        ),
        max_size=3,
    ).map(lambda changes: tuple(sorted(changes, key=lambda change: change.at_s))),
    callbacks=st.none()
    | st.builds(
        Callbacks,
        offered_above_s=st.floats(0.0, 100.0),
        taken=st.floats(0.0, 1.0),
        answered=st.floats(0.0, 1.0),
        again_s=st.integers(30, 300),
    ),
    vip=st.floats(0.0, 0.5),
    returning=st.floats(0.0, 0.5),
)


@settings(max_examples=60)
@given(SMALL, st.integers(0, 1000))
def test_every_caller_is_accounted_for_and_no_slot_is_sold_twice(
    queue: SimulatedQueue, seed: int
) -> None:
    scenario = Scenario(name="any", duration_s=1200, announce_every_s=30, queues=(queue,))
    played = play(scenario, seed)
    figures, counts = played.figures[0], played.counts[0]
    assert figures.unaccounted == 0
    most = max([queue.slots, *(change.slots for change in queue.changes)])
    assert all(sample.busy <= most for sample in counts.samples)
    slots_at_last = queue.changes[-1].slots if queue.changes else queue.slots
    if slots_at_last:
        assert figures.fates[Fate.UNSERVED] == 0
    assert play(scenario, seed).figures == played.figures


def test_callers_who_are_cut_off_are_rung_back() -> None:
    failure = (Change(at_s=40_000, slots=2, cuts_calls=True), Change(at_s=42_000, slots=SLOTS))
    figures = _played(8.0, 80_000.0, changes=failure)
    assert 4 <= figures.callbacks.cut_off <= 8
    assert figures.fates[Fate.CALLED_BACK] + figures.fates[Fate.NOT_REACHED] == (
        figures.callbacks.cut_off
    )


def test_the_line_is_shorter_when_some_take_callbacks() -> None:
    callbacks = Callbacks(offered_above_s=30, taken=1, answered=0.8)
    waiting = _played(12.0, 40_000.0, patience=Lengths(mean_s=600))
    offered = _played(12.0, 40_000.0, patience=Lengths(mean_s=600), callbacks=callbacks)
    assert offered.callbacks.booked > 0
    assert offered.longest_line < waiting.longest_line / 2
