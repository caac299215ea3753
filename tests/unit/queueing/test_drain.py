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
    overtaken = drain_through(5, 100.0, 0.0, [Phase(4)], 0.02)
    swamped = drain_through(5, 100.0, 0.0, [Phase(4)], 5.0)
    assert alone is not None
    assert overtaken is not None
    assert swamped is not None
    assert overtaken.mean_s == pytest.approx(2 * alone.mean_s)
    assert swamped.mean_s == pytest.approx(10 * alone.mean_s)
