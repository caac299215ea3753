"""How much of the service is given."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from voicebot.capacity.degradation import (
    STEPS,
    Degradation,
    DegradationCause,
    DegradationChanged,
    DegradationRules,
    DegradationSteps,
    Health,
    name_of,
    needed,
    of_all,
    of_most,
    step_named,
)
from voicebot.errors import DegradationStepUnknown

RULES = DegradationRules()
WELL = Health(capacity=100, held=10)


def lasting(
    steps: DegradationSteps, health: Health, start: int, seconds: int
) -> list[DegradationChanged]:
    found = (steps.receive(health, now) for now in range(start, start + seconds))
    return [change for change in found if change is not None]


@pytest.mark.parametrize(
    ("health", "step", "cause"),
    [
        (Health(shares=False), Degradation.PEOPLE_ONLY, DegradationCause.SHARED_STATE_LOST),
        (Health(hears=False), Degradation.LINE_AND_CALLBACKS, DegradationCause.HEARING_FAILS),
        (Health(speaks=False), Degradation.LINE_AND_CALLBACKS, DegradationCause.SPEECH_FAILS),
        (Health(capacity=0), Degradation.LINE_AND_CALLBACKS, DegradationCause.NO_CAPACITY),
        (Health(thinks=False), Degradation.CACHED_ONLY, DegradationCause.MODELS_FAIL),
        (Health(thinks_large=False), Degradation.SMALL_MODELS, DegradationCause.LARGE_MODEL_FAILS),
        (Health(capacity=100, held=96), Degradation.SMALL_MODELS, DegradationCause.LOAD),
        (Health(capacity=100, held=130), Degradation.CACHED_ONLY, DegradationCause.OVERLOAD),
    ],
)
def test_each_fault_calls_for_a_step(
    health: Health, step: Degradation, cause: DegradationCause
) -> None:
    assert needed(health, Degradation.FULL, RULES) == (step, cause)
    (change,) = lasting(DegradationSteps(), health, 0, 10)
    assert change == DegradationChanged(Degradation.FULL, step, cause)


def test_all_is_well_where_nothing_is_known() -> None:
    assert needed(Health(), Degradation.FULL, RULES) is None


def test_a_moment_of_failure_changes_nothing() -> None:
    steps = DegradationSteps()
    assert steps.receive(Health(thinks=False), 0.0) is None
    assert steps.receive(WELL, 0.5) is None
    assert steps.receive(Health(thinks=False), 1.5) is None
    assert steps.step is Degradation.FULL


def test_load_must_last_longer_than_failure() -> None:
    loaded = replace(WELL, held=99)
    assert lasting(DegradationSteps(), loaded, 0, 5) == []
    assert len(lasting(DegradationSteps(), loaded, 0, 6)) == 1


def test_it_comes_back_one_step_at_a_time() -> None:
    steps = DegradationSteps()
    lasting(steps, Health(hears=False), 0, 3)
    changes = lasting(steps, WELL, 10, 100)
    assert [change.now for change in changes] == [
        Degradation.CACHED_ONLY,
        Degradation.SMALL_MODELS,
        Degradation.FULL,
    ]
    assert {change.cause for change in changes} == {DegradationCause.RECOVERED}


def test_between_the_marks_a_step_stays_as_it_is() -> None:
    between = replace(WELL, held=88)
    steps = DegradationSteps()
    assert lasting(steps, between, 0, 60) == []
    lasting(steps, replace(WELL, held=99), 60, 10)
    assert lasting(steps, between, 70, 60) == []
    assert steps.step is Degradation.SMALL_MODELS


def test_load_that_swings_around_a_mark_does_not_flap() -> None:
    steps = DegradationSteps()
    changes = [
        change
        for now in range(600)
        if (change := steps.receive(replace(WELL, held=94 + 3 * (now // 7 % 2)), now)) is not None
    ]
    assert len(changes) == 1


def test_one_agent_alone_drags_nobody_down() -> None:
    bad, good = Degradation.CACHED_ONLY, Degradation.FULL
    assert of_most([]) is good
    assert of_most([bad]) is bad
    assert of_most([bad, good]) is good
    assert of_most([bad, bad, good]) is bad
    assert of_all([bad, bad, good], None) is bad
    assert of_all([bad, bad, good], good) is good


def test_what_most_agents_are_at_holds_for_all() -> None:
    steps = DegradationSteps()
    most = [Degradation.CACHED_ONLY, Degradation.CACHED_ONLY, Degradation.FULL]
    change = steps.receive(WELL, 0.0, most)
    assert change is not None
    assert change.cause is DegradationCause.OTHER_AGENTS
    assert (change.now, steps.own) == (Degradation.CACHED_ONLY, Degradation.FULL)
    back = steps.receive(WELL, 1.0, [Degradation.FULL])
    assert back is not None
    assert back.now is Degradation.FULL


def test_who_is_kept_out_is_so_no_longer_than_needed() -> None:
    steps = DegradationSteps()
    lasting(steps, Health(shares=False), 0, 3)
    changes = lasting(steps, WELL, 3, 7)
    assert [change.now for change in changes] == [
        Degradation.LINE_AND_CALLBACKS,
        Degradation.CACHED_ONLY,
    ]


def test_a_forced_step_holds_in_both_directions_until_it_is_lifted() -> None:
    steps = DegradationSteps()
    lasting(steps, Health(thinks=False), 0, 3)
    bad = Health(thinks=False)
    full = steps.receive(bad, 3.0, forced=Degradation.FULL)
    assert full == DegradationChanged(
        Degradation.CACHED_ONLY, Degradation.FULL, DegradationCause.FORCED
    )
    assert steps.receive(bad, 4.0, forced=Degradation.FULL) is None
    down = steps.receive(bad, 5.0, forced=Degradation.PEOPLE_ONLY)
    assert down is not None
    assert down.cause is DegradationCause.FORCED
    assert steps.receive(bad, 6.0) == DegradationChanged(
        Degradation.PEOPLE_ONLY, Degradation.CACHED_ONLY, DegradationCause.RECOVERED
    )


def test_a_step_is_known_by_its_name_and_its_number() -> None:
    for step in Degradation:
        assert step_named(name_of(step)) is step
        assert step_named(f" {int(step)} ") is step
        assert step_named(name_of(step).upper()) is step


@given(st.text())
def test_a_step_that_there_is_not_is_refused_with_those_that_there_are(asked: str) -> None:
    assume(asked.strip().lower() not in {*STEPS, *"01234"})
    with pytest.raises(DegradationStepUnknown) as refusal:
        step_named(asked)
    for step in Degradation:
        assert name_of(step) in str(refusal.value)


healths = st.builds(
    Health,
    hears=st.booleans(),
    thinks=st.booleans(),
    thinks_large=st.booleans(),
    speaks=st.booleans(),
    shares=st.booleans(),
    capacity=st.none() | st.integers(0, 10),
    held=st.integers(0, 15),
)


@given(st.lists(healths), healths)
def test_any_trouble_passes_once_all_is_well(seen: list[Health], last: Health) -> None:
    steps = DegradationSteps()
    for now, health in enumerate([*seen, last]):
        before = steps.step
        change = steps.receive(health, now)
        assert (change is None) == (steps.step is before)
        assert steps.step >= before or steps.step == before - 1
    lasting(steps, WELL, len(seen) + 1, 100)
    assert steps.step is Degradation.FULL


@given(healths)
def test_a_lasting_state_comes_to_rest(health: Health) -> None:
    assert len(lasting(DegradationSteps(), health, 0, 120)) <= 1


@given(st.lists(st.tuples(healths, st.none() | st.sampled_from(Degradation))))
def test_what_is_forced_is_what_is_given(
    seen: list[tuple[Health, Degradation | None]],
) -> None:
    steps, unforced = DegradationSteps(), DegradationSteps()
    for now, (health, forced) in enumerate(seen):
        steps.receive(health, now, forced=forced)
        unforced.receive(health, now)
        assert steps.step is (unforced.step if forced is None else forced)
