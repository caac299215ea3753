from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.sample_calls import NOON
from voicebot.store.steady_clock import (
    DRIFT,
    STARTED_WITHIN,
    STEADY_FOR,
    TOLERANCE,
    ClockReading,
    ClockTrust,
    looked_at,
)

HOUR_S = 3_600.0
A_MONTH_S = 31 * 86_400.0
steps_s = st.floats(1.0, 2 * HOUR_S)
jumps_s = st.floats(2 * TOLERANCE.total_seconds() + 4 * HOUR_S * DRIFT, 400 * 86_400.0)


class Machine:
    """Its clock goes steadily, unless it is set."""

    def __init__(self) -> None:
        self.at, self.up_s, self.starts = NOON, 100.0, 0
        self.trust: ClockTrust | None = None

    def passes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.up_s += seconds

    def is_set(self, ahead_s: float) -> None:
        self.at += timedelta(seconds=ahead_s)

    def is_started(self, away_s: float) -> None:
        self.at += timedelta(seconds=away_s)
        self.up_s = 30.0
        self.starts += 1

    def look(self) -> ClockTrust:
        reading = ClockReading(self.at, f"start {self.starts}", self.up_s)
        self.trust = looked_at(self.trust, reading)
        return self.trust

    def goes_steadily(self, seconds: float = STEADY_FOR.total_seconds()) -> None:
        self.look()
        while seconds > 0:
            self.passes(min(HOUR_S, seconds))
            seconds -= HOUR_S
            self.look()


def trusted() -> Machine:
    machine = Machine()
    machine.goes_steadily()
    assert machine.look().may_erase
    return machine


def test_of_a_clock_that_nobody_knows_yet_nothing_is_believed() -> None:
    trust = Machine().look()
    assert not trust.may_erase
    assert trust.jumped_s == 0


@given(st.lists(steps_s, max_size=60))
def test_a_clock_is_believed_once_it_has_gone_steadily_for_a_day(steps: list[float]) -> None:
    machine = Machine()
    machine.look()
    for step_s in steps:
        machine.passes(step_s)
        machine.look()
    # A hair's breadth of rounding is nobody's business.
    if abs(sum(steps) - STEADY_FOR.total_seconds()) > 0.001:
        assert machine.look().may_erase is (sum(steps) > STEADY_FOR.total_seconds())


@given(steps_s, jumps_s, st.booleans())
def test_a_clock_that_was_set_in_whichever_direction_is_not_believed_for_a_day(
    step_s: float, jump_s: float, is_ahead: bool
) -> None:
    machine = trusted()
    machine.passes(step_s)
    machine.is_set(jump_s if is_ahead else -jump_s)
    trust = machine.look()
    assert not trust.may_erase
    assert abs(trust.jumped_s - (jump_s if is_ahead else -jump_s)) < 0.01
    machine.goes_steadily(STEADY_FOR.total_seconds() - HOUR_S)
    assert not machine.look().may_erase
    machine.goes_steadily(HOUR_S + 1)
    assert machine.look().may_erase


@given(st.lists(st.tuples(steps_s, st.floats(-59.0, 59.0)), min_size=1, max_size=20))
def test_a_clock_that_is_slewed_by_less_than_a_minute_between_looks_stays_believed(
    slews: list[tuple[float, float]],
) -> None:
    machine = trusted()
    for step_s, slew_s in slews:
        machine.passes(step_s)
        machine.is_set(slew_s)
        assert machine.look().may_erase


def test_a_clock_set_right_again_is_not_believed_for_another_day() -> None:
    machine = trusted()
    machine.is_set(A_MONTH_S)
    machine.look()
    machine.goes_steadily(23 * HOUR_S)
    machine.is_set(-A_MONTH_S)
    assert not machine.look().may_erase
    machine.goes_steadily(2 * HOUR_S)
    assert not machine.look().may_erase


def test_a_machine_that_is_started_again_is_believed_as_before() -> None:
    machine = trusted()
    machine.is_started(120.0)
    assert machine.look().may_erase


@given(st.floats(STARTED_WITHIN.total_seconds() + 1, 400 * 86_400.0) | st.floats(-1e7, -1.0))
def test_a_machine_whose_clock_went_far_while_it_was_off_is_not_believed(away_s: float) -> None:
    machine = trusted()
    machine.is_started(away_s)
    trust = machine.look()
    assert not trust.may_erase
    assert trust.jumped_s == away_s or abs(trust.jumped_s - away_s) < 0.01


def test_a_machine_that_sleeps_counts_on() -> None:
    machine = trusted()
    machine.passes(A_MONTH_S)
    assert machine.look().may_erase
