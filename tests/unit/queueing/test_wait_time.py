from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.queueing.model import Rank
from voicebot.queueing.wait_time import Outlook, WaitEstimate, WaitEstimator


def _taught(
    handle_times_s: list[float] | None = None, waits: list[tuple[float, bool]] | None = None
) -> WaitEstimator:
    estimator = WaitEstimator()
    for handle_time_s in handle_times_s if handle_times_s is not None else [100.0] * 20:
        estimator.conversation_ended(handle_time_s)
    for waited_s, gave_up in waits or []:
        estimator.wait_ended(waited_s, gave_up=gave_up)
    return estimator


def _said(estimator: WaitEstimator, outlook: Outlook, now_s: float = 0.0) -> WaitEstimate:
    estimate = estimator.estimate(outlook, now_s)
    assert estimate is not None
    return estimate


def test_silence_when_nothing_is_known() -> None:
    assert _taught([]).estimate(Outlook(3, 4), 0.0) is None


def test_silence_when_no_slot_is_in_sight() -> None:
    assert _taught().estimate(Outlook(3, 0), 0.0) is None
    assert _taught().estimate(Outlook(3, 0, changes=((60.0, 2),)), 0.0) is not None


def test_the_wait_is_the_time_that_those_ahead_take() -> None:
    assert _said(_taught(), Outlook(7, 4)).point_s == pytest.approx(200.0)


def test_callers_who_give_up_make_the_wait_shorter() -> None:
    impatient = _taught(waits=[(60.0, True)] * 50)
    assert _said(impatient, Outlook(7, 4)).point_s < 170.0


def test_callbacks_count_once_they_are_due() -> None:
    soon = Outlook(3, 4, callbacks_due_in_s=(10.0, 50.0, 5000.0))
    assert _said(_taught(), soon).point_s == _said(_taught(), Outlook(5, 4)).point_s


def test_callbacks_ahead_do_not_give_up() -> None:
    impatient = _taught(waits=[(60.0, True)] * 50)
    callbacks = _said(impatient, Outlook(0, 4, callbacks_ahead=7))
    assert callbacks.point_s > _said(impatient, Outlook(7, 4)).point_s


def test_those_who_come_in_between_make_the_wait_longer() -> None:
    estimator = _taught()
    for at_s in range(0, 7200, 60):
        estimator.joined(Rank.VIP, float(at_s))
    regular = _said(estimator, Outlook(3, 4), 7200.0)
    assert regular.point_s > 1.3 * _said(estimator, Outlook(3, 4, Rank.VIP), 7200.0).point_s


def test_returning_slots_make_the_wait_shorter() -> None:
    returning = Outlook(7, 2, changes=((100.0, 8),))
    assert _said(_taught(), returning).point_s < 0.6 * _said(_taught(), Outlook(7, 2)).point_s


def test_what_the_last_callers_waited_corrects_the_next_estimate() -> None:
    estimator = _taught()
    for _ in range(2000):
        estimate = _said(estimator, Outlook(3, 4))
        estimator.came_true(estimate, 150.0)
    corrected = _said(estimator, Outlook(3, 4))
    assert corrected.model_s == pytest.approx(100.0)
    assert corrected.point_s > 130.0
    assert corrected.low_s <= 150.0 <= corrected.high_s


OUTLOOKS = st.builds(
    Outlook,
    st.integers(0, 500),
    st.integers(1, 200),
    st.sampled_from(Rank),
    st.integers(0, 20),
    st.lists(st.floats(0.0, 3600.0), max_size=4).map(tuple),
    st.lists(st.tuples(st.floats(0.0, 3600.0), st.integers(1, 200)), max_size=3).map(tuple),
)
WAITS = st.lists(st.tuples(st.floats(0.0, 900.0), st.booleans()), max_size=40)


@given(OUTLOOKS, WAITS)
def test_the_estimate_never_falls_as_the_line_grows(
    outlook: Outlook, waits: list[tuple[float, bool]]
) -> None:
    estimator = _taught(waits=waits)
    longer = replace(outlook, ahead=outlook.ahead + 1)
    one, other = _said(estimator, outlook), _said(estimator, longer)
    assert 0.0 <= one.low_s <= one.high_s
    assert one.point_s <= other.point_s * (1 + 1e-9)
