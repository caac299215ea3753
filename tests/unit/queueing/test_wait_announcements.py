from hypothesis import given
from hypothesis import strategies as st

from voicebot.queueing.wait_announcements import (
    Announcement,
    Promise,
    TellLonger,
    TellNoTime,
    TellRange,
    announce,
)
from voicebot.queueing.wait_time import WaitEstimate


def _estimate(low_s: float, high_s: float) -> WaitEstimate:
    return WaitEstimate((low_s + high_s) / 2, low_s, high_s, (low_s + high_s) / 2)


def _told(*steps: tuple[float, WaitEstimate | None, int]) -> list[Announcement]:
    promise: Promise | None = None
    said = []
    for now_s, estimate, slots in steps:
        announcement, promise = announce(promise, estimate, slots=slots, now_s=now_s)
        said.append(announcement)
    return said


def test_silence_when_nothing_is_known() -> None:
    assert _told((0.0, None, 4)) == [TellNoTime()]


def test_an_estimate_that_rises_by_chance_is_not_passed_on() -> None:
    assert _told((0.0, _estimate(60, 120), 4), (30.0, _estimate(80, 300), 4)) == [
        TellRange(60, 120),
        TellRange(30, 90),
    ]


def test_a_shorter_estimate_is() -> None:
    assert _told((0.0, _estimate(60, 120), 4), (30.0, _estimate(10, 40), 6))[1] == TellRange(10, 40)


def test_fallen_capacity_is_told_once() -> None:
    said = _told(
        (0.0, _estimate(60, 120), 4),
        (30.0, _estimate(200, 400), 2),
        (60.0, _estimate(900, 1200), 1),
    )
    assert said == [TellRange(60, 120), TellLonger(200, 400), TellRange(170, 370)]


def test_fallen_capacity_that_the_range_still_holds_is_not_told() -> None:
    assert _told((0.0, _estimate(60, 120), 4), (10.0, _estimate(90, 200), 3))[1] == TellRange(
        50, 110
    )


def test_a_time_that_is_over_is_not_told_again() -> None:
    assert _told((0.0, _estimate(60, 120), 4), (130.0, _estimate(20, 60), 4))[1] == TellNoTime()


@given(
    st.lists(
        st.tuples(
            st.floats(0.0, 60.0), st.floats(0.0, 600.0), st.floats(0.0, 600.0), st.integers(0, 5)
        ),
        max_size=20,
    )
)
def test_nobody_hears_longer_twice_or_a_later_end_unsaid(
    steps: list[tuple[float, float, float, int]],
) -> None:
    promise: Promise | None = None
    now_s, latest_s, longer = 0.0, float("inf"), 0
    for passed_s, low_s, width_s, slots in steps:
        now_s += passed_s
        said, promise = announce(
            promise, _estimate(low_s, low_s + width_s), slots=slots, now_s=now_s
        )
        if isinstance(said, TellNoTime):
            continue
        if isinstance(said, TellLonger):
            longer += 1
        else:
            assert now_s + said.high_s <= latest_s + 1e-6
        assert 0.0 <= said.low_s <= said.high_s + 1e-9
        latest_s = now_s + said.high_s
    assert longer <= 1


NOISE = st.lists(
    st.tuples(st.floats(0.0, 60.0), st.floats(0.0, 600.0), st.floats(0.0, 600.0)),
    min_size=1,
    max_size=20,
)


@given(NOISE)
def test_what_was_told_never_gets_longer_while_the_slots_stay(
    noise: list[tuple[float, float, float]],
) -> None:
    promise: Promise | None = None
    now_s, latest_s = 0.0, float("inf")
    for passed_s, low_s, width_s in noise:
        now_s += passed_s
        said, promise = announce(promise, _estimate(low_s, low_s + width_s), slots=4, now_s=now_s)
        assert not isinstance(said, TellLonger)
        assert promise is not None
        assert promise.latest_s <= latest_s
        latest_s = promise.latest_s


@given(NOISE, st.floats(1.0, 600.0), st.integers(0, 3), NOISE)
def test_slots_that_really_fall_are_told_of_at_once_and_then_never_again(
    before: list[tuple[float, float, float]],
    later_s: float,
    slots: int,
    after: list[tuple[float, float, float]],
) -> None:
    promise: Promise | None = None
    now_s = 0.0
    for passed_s, low_s, width_s in before:
        now_s += passed_s
        _, promise = announce(promise, _estimate(low_s, low_s + width_s), slots=4, now_s=now_s)
    assert promise is not None
    low_s = max(promise.latest_s - now_s, 0.0) + later_s
    said, promise = announce(promise, _estimate(low_s, low_s + 60.0), slots=slots, now_s=now_s)
    assert isinstance(said, TellLonger)
    for passed_s, low_s, width_s in after:
        now_s += passed_s
        said, promise = announce(promise, _estimate(low_s, low_s + width_s), slots=0, now_s=now_s)
        assert not isinstance(said, TellLonger)
