from itertools import cycle, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.queueing.wait_range import COVERAGE, RangeOfWaits


def test_untaught_it_holds_four_fifths_of_exponential_times() -> None:
    low_s, high_s = RangeOfWaits().bounds_s(100.0, 1.0)
    # -ln 0.9 and -ln 0.1 of the mean.
    assert low_s == pytest.approx(10.5, abs=1.5)
    assert high_s == pytest.approx(230.3, abs=5.0)


def test_the_coverage_is_kept_whatever_the_model_thinks() -> None:
    ranges = RangeOfWaits()
    inside = count = 0
    # Every wait from 50 to 149 as often as any other, in mixed order; the model believes in 70.
    for wait_s in islice(cycle(50.0 + number * 37 % 100 for number in range(100)), 20_000):
        low_s, high_s = ranges.bounds_s(70.0, 2.0)
        inside += low_s <= wait_s <= high_s
        count += 1
        ranges.learn(wait_s, low_s, high_s)
    assert inside / count == pytest.approx(COVERAGE, abs=0.03)


@given(
    st.lists(st.floats(0.0, 5000.0), max_size=50),
    st.floats(0.01, 5000.0),
    st.floats(0.25, 1000.0),
)
def test_the_bounds_stay_in_order(waits_s: list[float], mean_s: float, shape: float) -> None:
    ranges = RangeOfWaits()
    for wait_s in waits_s:
        ranges.learn(wait_s, *ranges.bounds_s(mean_s, shape))
    low_s, high_s = ranges.bounds_s(mean_s, shape)
    assert 0.0 <= low_s <= high_s
