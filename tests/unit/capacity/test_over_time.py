import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.capacity.offered_load import BIN_S, Tally
from voicebot.capacity.over_time import (
    WEEK_S,
    Range,
    averaged,
    change,
    each,
    folded,
    stretches,
)

moments = st.floats(1.6e9, 2e9)
ranges = st.sampled_from(Range)


@given(ranges, moments)
def test_a_range_is_of_whole_bins_that_are_over(chosen: Range, at_s: float) -> None:
    shown = stretches(chosen, at_s)
    assert shown.end_s <= at_s < shown.end_s + BIN_S
    assert shown.first_s % BIN_S == 0
    assert shown.width_s % BIN_S == 0
    assert len(shown.begins_s) == shown.count
    assert shown.a_week_before.end_s == shown.end_s - WEEK_S


@given(ranges, moments, st.lists(st.tuples(st.integers(-100, 3_000), st.integers(0, 9))))
def test_folding_loses_nothing_that_lies_inside(
    chosen: Range, at_s: float, counts: list[tuple[int, int]]
) -> None:
    shown = stretches(chosen, at_s)
    bins = [(shown.first_s + number * BIN_S, Tally(calls=count)) for number, count in counts]
    inside = [one.calls for begun_s, one in bins if shown.first_s <= begun_s < shown.end_s]
    assert sum(each(folded(bins, shown), lambda one: one.calls)) == sum(inside)  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(0, 50))))
def test_a_mean_lies_between_what_was_sampled(samples: list[tuple[float, float]]) -> None:
    shown = stretches(Range.HOUR, 1.7e9)
    found = averaged([(shown.first_s + at_s, value) for at_s, value in samples], shown)
    assert len(found) == shown.count
    for number, mean in enumerate(found):
        inside = [v for at_s, v in samples if shown.number_of(shown.first_s + at_s) == number]
        assert (mean is None) == (not inside)
        if mean is not None:
            assert min(inside) - 1e-6 <= mean <= max(inside) + 1e-6


def test_a_change_is_told_only_against_something() -> None:
    assert change(3, 2) == pytest.approx(0.5)
    assert change(3, 0) is None
    assert change(None, 2) is None
