from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from voicebot.panel.session_rules import (
    IDLE,
    LONGEST,
    TRIES_PER_ACCOUNT,
    TRIES_PER_ADDRESS,
    SessionTimes,
    is_good,
    is_use_noted,
    may_try,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
spans = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2))


@given(spans, spans)
def test_a_session_is_good_exactly_while_it_is_neither_idle_nor_old(
    age: timedelta, idle: timedelta
) -> None:
    times = SessionTimes(NOON - max(age, idle), NOON - idle)
    assert is_good(times, NOON) == (idle < IDLE and max(age, idle) < LONGEST)


def test_use_is_noted_often_enough_that_nobody_at_work_is_signed_out() -> None:
    assert not is_use_noted(SessionTimes(NOON, NOON), NOON)
    assert is_use_noted(SessionTimes(NOON, NOON), NOON + IDLE / 10)


@given(st.integers(1, 100), st.integers(1, 100))
def test_one_try_more_is_never_let_through_where_one_less_was_not(
    account: int, address: int
) -> None:
    if may_try(account + 1, address) or may_try(account, address + 1):
        assert may_try(account, address)
    assert not may_try(TRIES_PER_ACCOUNT + 1, 1)
    assert not may_try(1, TRIES_PER_ADDRESS + 1)
