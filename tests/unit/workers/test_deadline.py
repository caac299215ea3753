from hypothesis import given
from hypothesis import strategies as st

from workers.deadline import LONGEST_WAIT_S, time_left_s

NOW_S = 1_795_000_000.0
allowed_s = st.floats(0.1, 60.0)


@given(allowed_s, st.floats(0, LONGEST_WAIT_S - 1))
def test_what_a_message_waited_is_taken_from_its_time(allowed: float, waited: float) -> None:
    left_s = time_left_s(NOW_S + allowed, NOW_S, NOW_S + waited)
    assert abs(left_s - (allowed - waited)) < 1e-3


@given(allowed_s, st.floats(-1e8, -0.001) | st.floats(LONGEST_WAIT_S + 1, 1e8))
def test_a_clock_that_was_set_meanwhile_costs_no_work_and_gives_none_more_than_its_time(
    allowed: float, jumped: float
) -> None:
    left_s = time_left_s(NOW_S + allowed, NOW_S, NOW_S + jumped)
    assert abs(left_s - allowed) < 1e-3


def test_without_a_time_of_sending_the_deadline_alone_counts() -> None:
    assert time_left_s(NOW_S + 1.0, None, NOW_S + 3.0) == -2.0
