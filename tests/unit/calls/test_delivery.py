from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.delivery import FIRST_WAIT, LONGEST_WAIT, MAX_ATTEMPTS, wait_after

attempts = st.integers(1, MAX_ATTEMPTS - 1)


def test_the_first_waits_are_short_and_double() -> None:
    assert [wait_after(number) for number in (1, 2, 3)] == [
        FIRST_WAIT,
        2 * FIRST_WAIT,
        4 * FIRST_WAIT,
    ]


def test_a_receiver_that_is_down_for_a_day_still_gets_its_messages() -> None:
    waits = [wait_after(number) or timedelta(0) for number in range(1, MAX_ATTEMPTS)]
    assert timedelta(days=1) < sum(waits, timedelta(0)) < timedelta(days=2)


@given(st.integers(MAX_ATTEMPTS, 10**9))
def test_after_the_last_attempt_there_is_none(number: int) -> None:
    assert wait_after(number) is None


@given(attempts, attempts)
def test_waits_never_become_shorter_nor_longer_than_the_longest(one: int, other: int) -> None:
    earlier, later = sorted((one, other))
    first, second = wait_after(earlier), wait_after(later)
    assert first is not None
    assert second is not None
    assert first <= second <= LONGEST_WAIT
