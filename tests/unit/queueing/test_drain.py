import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.queueing.drain import Phase, drain, drain_through

RATES = st.floats(1e-3, 10.0)
HAZARDS = st.floats(0.0, 0.1)


@given(st.integers(0, 300), RATES, HAZARDS)
def test_the_closed_form_is_the_sum(ahead: int, rate: float, hazard: float) -> None:
    drained = drain(ahead, rate, hazard)
    terms = [1.0 / (rate + number * hazard) for number in range(ahead + 1)]
    assert drained.mean_s == pytest.approx(sum(terms), rel=1e-5)
    assert drained.variance_s2 == pytest.approx(sum(term * term for term in terms), rel=1e-3)


@given(st.integers(0, 300), RATES, HAZARDS)
def test_a_longer_line_takes_longer(ahead: int, rate: float, hazard: float) -> None:
    assert drain(ahead + 1, rate, hazard).mean_s > drain(ahead, rate, hazard).mean_s


def test_slots_that_return_later_are_reckoned_with() -> None:
    # Nine are ahead; one slot of 100 s serves one each 100 s, and after 300 s there are ten.
    steady = drain_through(9, 100.0, 0.0, [Phase(1)])
    returning = drain_through(9, 100.0, 0.0, [Phase(1, 300.0), Phase(10)])
    assert steady is not None
    assert returning is not None
    assert steady.mean_s == pytest.approx(1000.0)
    assert returning.mean_s == pytest.approx(300.0 + 70.0)
    assert returning.variance_s2 < steady.variance_s2


def test_without_slots_in_sight_nothing_can_be_said() -> None:
    assert drain_through(3, 100.0, 0.01, [Phase(0)]) is None
    assert drain_through(3, 100.0, 0.01, [Phase(2, 50.0), Phase(0)]) is None


def test_while_there_are_no_slots_only_those_who_give_up_make_the_line_shorter() -> None:
    patient = drain_through(20, 100.0, 0.0, [Phase(0, 600.0), Phase(5)])
    impatient = drain_through(20, 100.0, 0.01, [Phase(0, 600.0), Phase(5)])
    assert patient is not None
    assert impatient is not None
    assert patient.mean_s == pytest.approx(600.0 + 420.0)
    assert 600.0 < impatient.mean_s < 650.0


def test_who_comes_in_between_makes_the_wait_longer_but_never_endless() -> None:
    alone = drain_through(5, 100.0, 0.0, [Phase(4)])
    overtaken = drain_through(5, 100.0, 0.0, [Phase(4)], overtaking_per_s=0.02)
    swamped = drain_through(5, 100.0, 0.0, [Phase(4)], overtaking_per_s=5.0)
    assert alone is not None
    assert overtaken is not None
    assert swamped is not None
    assert overtaken.mean_s == pytest.approx(2 * alone.mean_s)
    assert swamped.mean_s == pytest.approx(10 * alone.mean_s)


def test_callbacks_ahead_do_not_give_up() -> None:
    callers = drain_through(10, 100.0, 0.01, [Phase(2)])
    callbacks = drain_through(0, 100.0, 0.01, [Phase(2)], callbacks=10)
    assert callers is not None
    assert callbacks is not None
    assert callers.mean_s < 250.0
    assert callbacks.mean_s == pytest.approx(550.0)


def test_callbacks_ahead_are_rung_by_the_slots_that_there_are() -> None:
    # One slot of 100 s rings three in 300 s; the last seven, and the caller, go through ten slots.
    returning = drain_through(0, 100.0, 0.0, [Phase(1, 300.0), Phase(10)], callbacks=10)
    assert returning is not None
    assert returning.mean_s == pytest.approx(300.0 + 80.0)
    assert drain_through(0, 100.0, 0.0, [Phase(0)], callbacks=1) is None


COUNTS = st.integers(0, 60)


@given(
    COUNTS,
    COUNTS,
    HAZARDS,
    st.lists(st.builds(Phase, st.integers(0, 9), st.floats(0.0, 900.0)), max_size=3),
    st.integers(1, 9),
)
def test_one_more_ahead_of_either_kind_never_makes_it_shorter(
    ahead: int, callbacks: int, hazard: float, phases: list[Phase], at_last: int
) -> None:
    def mean_s(callers: int, owed: int) -> float:
        all_phases = [*phases, Phase(at_last)]
        drained = drain_through(callers, 100.0, hazard, all_phases, callbacks=owed)
        assert drained is not None
        return drained.mean_s

    least_s = mean_s(ahead, callbacks) * (1 - 1e-9)
    assert mean_s(ahead + 1, callbacks) >= least_s
    assert mean_s(ahead, callbacks + 1) >= least_s
