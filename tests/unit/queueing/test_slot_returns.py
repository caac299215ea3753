"""Slots that fell come back when they did before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.queueing.slot_returns import GONE_AFTER_S, LEAST_SEEN, SlotReturns


def fallen_before(*lasted_s: float) -> tuple[SlotReturns, float]:
    """Twenty slots, of which six were left so often, so long; and when all were back."""
    returns, now_s = SlotReturns(), 0.0
    returns.seen(20, now_s)
    for each_s in lasted_s:
        returns.seen(6, now_s + 1000.0)
        now_s += 1000.0 + each_s
        returns.seen(20, now_s)
    return returns, now_s


def test_a_fall_lasts_as_long_as_those_before() -> None:
    returns, now_s = fallen_before(300.0, 400.0, 500.0)
    assert returns.foreseen(now_s) == ()
    returns.seen(6, now_s)
    assert returns.foreseen(now_s) == ((400.0, 20),)


def test_those_that_were_shorter_say_nothing_of_one_that_lasts() -> None:
    returns, now_s = fallen_before(300.0, 400.0, 500.0)
    returns.seen(6, now_s)
    assert returns.foreseen(now_s + 350.0) == ((100.0, 20),)
    assert returns.foreseen(now_s + 501.0) == ()


def test_nothing_is_foreseen_of_the_first_falls() -> None:
    returns, now_s = fallen_before(*[300.0] * (LEAST_SEEN - 1))
    returns.seen(6, now_s)
    assert returns.foreseen(now_s) == ()


def test_a_small_correction_is_no_fall() -> None:
    returns, now_s = fallen_before(300.0, 300.0, 300.0)
    for slots in (19, 18, 16, 14):
        returns.seen(slots, now_s)
        assert returns.foreseen(now_s) == ()


def test_what_is_gone_for_hours_is_no_fall_any_more() -> None:
    returns, now_s = fallen_before(300.0, 300.0, 300.0)
    returns.seen(6, now_s)
    returns.seen(7, now_s + GONE_AFTER_S)
    assert returns.foreseen(now_s + GONE_AFTER_S) == ()
    # Six of seven are no fall, three are.
    returns.seen(3, now_s + GONE_AFTER_S)
    assert returns.foreseen(now_s + GONE_AFTER_S) == ((300.0, 7),)


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(0.0, 5000.0)), max_size=80))
def test_what_is_foreseen_lies_ahead_and_is_more_than_there_is(
    seen: list[tuple[int, float]],
) -> None:
    returns, now_s = SlotReturns(), 0.0
    for slots, later_s in seen:
        now_s += later_s
        returns.seen(slots, now_s)
        for in_s, then in returns.foreseen(now_s):
            assert in_s > 0.0
            assert then > slots


@given(st.floats(0.0, 299.0))
def test_a_return_is_not_put_off_while_it_is_waited_for(away_s: float) -> None:
    returns, now_s = fallen_before(*[300.0] * LEAST_SEEN)
    returns.seen(6, now_s)
    [(in_s, _)] = returns.foreseen(now_s + away_s)
    assert in_s == pytest.approx(300.0 - away_s)
