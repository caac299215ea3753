import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.queueing.handle_times import LEAST_SEEN, WINDOW, HandleTimes


def test_nothing_is_known_before_a_few_have_ended() -> None:
    times = HandleTimes()
    for _ in range(LEAST_SEEN - 1):
        times.ended(60.0)
    assert times.mean_s is None
    times.ended(60.0)
    assert times.mean_s == pytest.approx(60.0)


def test_what_is_long_past_is_forgotten() -> None:
    times = HandleTimes()
    for length_s in [600.0] * WINDOW + [30.0] * WINDOW:
        times.ended(length_s)
    assert times.mean_s == pytest.approx(30.0)


@given(st.lists(st.floats(0.0, 7200.0), min_size=LEAST_SEEN, max_size=WINDOW))
def test_the_mean_lies_among_what_was_seen(lengths_s: list[float]) -> None:
    times = HandleTimes()
    for length_s in lengths_s:
        times.ended(length_s)
    assert times.mean_s is not None
    assert min(lengths_s) - 1e-6 <= times.mean_s <= max(max(lengths_s) + 1e-6, 0.001)
