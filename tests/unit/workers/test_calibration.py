"""How many conversations at once does one worker bear?"""

from collections.abc import Callable
from math import comb, isclose

from hypothesis import given
from hypothesis import strategies as st

from workers.calibration import (
    DEMANDS,
    MOST_CONVERSATIONS,
    QUANTILE,
    Demand,
    Trial,
    busy_at_most,
    conversations,
    next_trial,
)
from workers.contract import Stage

DEMAND = Demand(budget_s=0.4, deadline_s=4.0, interval_s=4.0)
SECONDS = st.floats(0.001, 10.0)
AT_ONCE = st.integers(1, 64)


def tried(latency_s: Callable[[int], float], most: int) -> list[Trial]:
    trials: list[Trial] = []
    while (at_once := next_trial(trials, DEMAND, most)) is not None:
        trials.append(Trial(at_once, latency_s(at_once), latency_s(at_once)))
    return trials


def test_more_and_more_are_tried_until_they_are_late_and_then_the_middle_once() -> None:
    trials = tried(lambda at_once: at_once * 0.1, most=64)
    assert [one.at_once for one in trials] == [1, 2, 4, 8, 6]


def test_no_more_are_tried_than_the_worker_takes_at_once() -> None:
    assert [one.at_once for one in tried(lambda _: 0.1, most=6)] == [1, 2, 4, 6]


def test_nothing_more_is_tried_when_a_single_work_is_late() -> None:
    assert [one.at_once for one in tried(lambda _: 1.0, most=8)] == [1]


def test_a_single_work_that_is_late_but_is_not_given_up_makes_one_conversation() -> None:
    assert conversations([Trial(1, 0.5, 3.9)], DEMAND) == 1
    assert conversations([Trial(1, 0.5, 4.1)], DEMAND) == 0
    assert conversations([], DEMAND) == 0


def test_conversations_that_are_busy_all_the_time_are_as_many_as_works() -> None:
    assert conversations([Trial(4, 0.3, 4.0)], DEMAND) == 4


def test_conversations_are_more_than_works_at_once_since_each_is_busy_for_a_share() -> None:
    # Each busy 7.5 % of its time: P(X <= 4) = 0.9522 of 27, 0.9455 of 28.
    assert conversations([Trial(4, 0.3, 0.3)], DEMAND) == 27


def test_a_stage_that_takes_no_time_bears_as_many_as_anybody_calibrates() -> None:
    assert conversations([Trial(8, 0.0, 0.0)], DEMAND) == MOST_CONVERSATIONS


def test_every_stage_has_its_demand_and_they_leave_room_for_the_rest_of_the_turn() -> None:
    assert set(DEMANDS) == set(Stage)
    assert sum(demand.budget_s for demand in DEMANDS.values()) <= 1.5 - 0.2 - 0.06


@given(st.integers(1, 60), st.floats(0.0, 1.0), st.integers(0, 60))
def test_the_share_of_moments_is_that_of_the_binomial_distribution(
    count: int, share: float, limit: int
) -> None:
    expected = sum(
        comb(count, i) * share**i * (1 - share) ** (count - i) for i in range(min(limit, count) + 1)
    )
    assert isclose(busy_at_most(count, share, limit), expected, abs_tol=1e-9)


@given(AT_ONCE, SECONDS)
def test_as_many_are_borne_as_the_quantile_allows_and_not_one_more(
    at_once: int, whole_s: float
) -> None:
    count = conversations([Trial(at_once, 0.1, whole_s)], DEMAND)
    share = min(whole_s / DEMAND.interval_s, 1.0)
    assert count >= at_once
    assert busy_at_most(count, share, at_once) >= QUANTILE
    if count < MOST_CONVERSATIONS:
        assert busy_at_most(count + 1, share, at_once) < QUANTILE


@given(AT_ONCE, AT_ONCE, SECONDS)
def test_who_does_more_at_once_in_the_same_time_bears_no_fewer(
    one: int, other: int, whole_s: float
) -> None:
    fewer, more = sorted((one, other))
    assert conversations([Trial(fewer, 0.1, whole_s)], DEMAND) <= conversations(
        [Trial(more, 0.1, whole_s)], DEMAND
    )


@given(AT_ONCE, SECONDS, SECONDS, SECONDS, SECONDS)
def test_who_is_slower_bears_no_more(
    at_once: int, first_s: float, whole_s: float, later_s: float, longer_s: float
) -> None:
    quick = Trial(at_once, first_s, whole_s)
    slow = Trial(at_once, first_s + later_s, whole_s + longer_s)
    assert conversations([slow], DEMAND) <= conversations([quick], DEMAND)


@given(AT_ONCE, SECONDS, SECONDS, SECONDS)
def test_conversations_that_want_something_more_rarely_are_no_fewer(
    at_once: int, whole_s: float, interval_s: float, more_s: float
) -> None:
    trials = [Trial(at_once, 0.1, whole_s)]
    often = Demand(0.4, 4.0, interval_s)
    rarely = Demand(0.4, 4.0, interval_s + more_s)
    assert conversations(trials, often) <= conversations(trials, rarely)


@given(st.lists(st.tuples(AT_ONCE, SECONDS, SECONDS), max_size=6), AT_ONCE, SECONDS, SECONDS)
def test_one_more_trial_never_takes_conversations_away(
    others: list[tuple[int, float, float]], at_once: int, first_s: float, whole_s: float
) -> None:
    trials = [Trial(*one) for one in others]
    assert conversations(trials, DEMAND) <= conversations(
        [*trials, Trial(at_once, first_s, whole_s)], DEMAND
    )


@given(st.lists(SECONDS, min_size=80, max_size=80), st.integers(1, 64))
def test_trials_come_to_an_end_and_stay_within_what_the_worker_takes(
    latencies: list[float], most: int
) -> None:
    trials = tried(lambda at_once: latencies[at_once], most)
    assert len(trials) <= 9
    assert all(1 <= one.at_once <= most for one in trials)
    assert len({one.at_once for one in trials}) == len(trials)
