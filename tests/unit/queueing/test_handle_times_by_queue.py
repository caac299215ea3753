import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.queueing.waits import MAIN
from voicebot.queueing.handle_times import LEAST_SEEN, HandleTimes
from voicebot.queueing.handle_times_by_queue import HandleTimesByQueue
from voicebot.queueing.model import QueueName

OTHER = QueueName("other")


def knowing(main_s: float = 60.0, other_s: float = 600.0) -> HandleTimesByQueue:
    times = HandleTimesByQueue()
    for _ in range(LEAST_SEEN):
        times.ended(MAIN, main_s)
        times.ended(OTHER, other_s)
    return times


def test_nothing_is_known_before_a_few_have_ended() -> None:
    times = HandleTimesByQueue()
    for _ in range(LEAST_SEEN - 1):
        times.ended(MAIN, 60.0)
    assert times.expected_s(4, [(MAIN, 3)]) is None


def test_behind_callers_of_a_slow_queue_the_wait_is_for_their_conversations() -> None:
    times = knowing()
    assert times.expected_s(1, [(MAIN, 999)]) == pytest.approx(60.0, rel=0.01)
    assert times.expected_s(1, [(OTHER, 999)]) == pytest.approx(600.0, rel=0.01)


def test_near_the_head_what_counts_is_who_talks_now() -> None:
    times = knowing()
    for _ in range(100):
        times.began(OTHER, 10)
    assert times.expected_s(10) == pytest.approx(600.0, rel=0.01)
    for _ in range(100):
        times.began(MAIN, 10)
    assert times.expected_s(10) == pytest.approx(60.0, rel=0.01)


def test_of_whom_no_queue_is_known_the_mean_of_all_counts() -> None:
    times = knowing()
    assert times.expected_s(10) == pytest.approx(330.0)
    times.began(MAIN, 10)
    for _ in range(200):
        times.began(None, 10)
    assert times.expected_s(10) == pytest.approx(330.0)


def test_a_queue_of_which_too_little_was_seen_has_the_mean_of_all() -> None:
    times = knowing()
    assert times.expected_s(1, [(QueueName("new"), 500)]) == pytest.approx(330.0)


queues = st.sampled_from([None, MAIN, OTHER])
lengths_s = st.floats(0.01, 7200.0)


@given(
    st.lists(st.tuples(queues, lengths_s), min_size=LEAST_SEEN, max_size=60),
    st.lists(st.tuples(queues, st.integers(0, 50)), max_size=30),
    st.integers(0, 50),
    st.lists(st.tuples(st.sampled_from([MAIN, OTHER]), st.integers(0, 500)), max_size=2),
)
def test_what_is_expected_lies_among_what_was_seen(
    ended: list[tuple[QueueName | None, float]],
    began: list[tuple[QueueName | None, int]],
    slots: int,
    ahead: list[tuple[QueueName, int]],
) -> None:
    times = HandleTimesByQueue()
    for queue, length_s in ended:
        times.ended(queue, length_s)
    for queue, count in began:
        times.began(queue, count)
    seen = [length_s for _, length_s in ended]
    expected_s = times.expected_s(slots, ahead)
    assert expected_s is not None
    assert min(seen) - 1e-6 <= expected_s <= max(seen) + 1e-6


@given(st.lists(lengths_s, max_size=60), st.integers(0, 50), st.integers(0, 500))
def test_with_one_queue_it_is_the_mean(seen: list[float], slots: int, ahead: int) -> None:
    times, mean = HandleTimesByQueue(), HandleTimes()
    for length_s in seen:
        times.began(MAIN, slots)
        times.ended(MAIN, length_s)
        mean.ended(length_s)
    expected_s = times.expected_s(slots, [(MAIN, ahead)])
    assert expected_s == (None if mean.mean_s is None else pytest.approx(mean.mean_s))
