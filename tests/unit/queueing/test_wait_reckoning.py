"""What all processes learn from the same facts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.queueing.waits import MAIN, NOW_S, OTHER, facts
from voicebot.queueing.handle_times import LEAST_SEEN
from voicebot.queueing.model import Ahead, QueueName, Rank
from voicebot.queueing.wait_facts import (
    ConversationOver,
    SlotLeftFree,
    SlotsChanged,
    TalkedAtOnce,
    Told,
    WaitEnding,
    WaitFact,
    WaitOver,
    read,
    written,
)
from voicebot.queueing.wait_reckoning import JUDGED_BY, Accuracy, WaitReckoning
from voicebot.queueing.wait_time import WaitEstimate

TOLD = Told(100.0, 50.0, 150.0, 100.0, 80.0)


def estimated(
    reckoning: WaitReckoning, ahead: int = 3, held: int = 2, capacity: int = 2
) -> WaitEstimate | None:
    return reckoning.estimate(
        Rank.REGULAR,
        Ahead([(MAIN, ahead)]),
        held=held,
        capacity=capacity,
        callbacks_due_in_s=(),
        at_s=NOW_S,
    )


def knowing(handle_time_s: float = 60.0) -> WaitReckoning:
    reckoning = WaitReckoning()
    for _ in range(LEAST_SEEN):
        reckoning.fold(ConversationOver(handle_time_s, NOW_S))
    return reckoning


def over(
    ended: WaitEnding,
    number: int,
    *,
    queue: QueueName = MAIN,
    waited_s: float = 30.0,
    after_s: float = 0.0,
    told: Told | None = TOLD,
) -> WaitOver:
    at_s = NOW_S + after_s
    return WaitOver(queue, Rank.REGULAR, NOW_S - 500.0, number, waited_s, ended, told, at_s)


@given(st.lists(facts, max_size=60), st.integers(0, 50), st.integers(0, 9), st.integers(0, 9))
def test_whoever_has_seen_the_same_facts_says_the_same(
    seen: list[WaitFact], ahead: int, held: int, capacity: int
) -> None:
    one, other = WaitReckoning(), WaitReckoning()
    for fact in seen:
        one.fold(fact)
        estimated(one, ahead, held, capacity)  # asking teaches nothing
        other.fold(read(written(fact), NOW_S))
    assert estimated(one, ahead, held, capacity) == estimated(other, ahead, held, capacity)
    assert [one.accuracy(queue) for queue in (MAIN, OTHER)] == [
        other.accuracy(queue) for queue in (MAIN, OTHER)
    ]


@given(st.lists(facts, max_size=60), st.integers(0, 1000), st.integers(0, 99), st.integers(0, 99))
def test_an_estimate_is_a_range_around_it_or_silence(
    seen: list[WaitFact], ahead: int, held: int, capacity: int
) -> None:
    reckoning = WaitReckoning()
    for fact in seen:
        reckoning.fold(fact)
    estimate = estimated(reckoning, ahead, held, capacity)
    assert estimate is None or (0.0 <= estimate.low_s <= estimate.high_s and estimate.point_s >= 0)


@given(st.integers(0, 500), st.integers(1, 50))
def test_it_takes_no_shorter_behind_one_more(ahead: int, capacity: int) -> None:
    reckoning = knowing()
    one = estimated(reckoning, ahead, capacity, capacity)
    next_one = estimated(reckoning, ahead + 1, capacity, capacity)
    assert one is not None
    assert next_one is not None
    assert one.point_s <= next_one.point_s


def test_nothing_is_said_before_anything_is_known_or_without_slots() -> None:
    assert estimated(WaitReckoning()) is None
    assert estimated(knowing(), held=0, capacity=0) is None


def test_slots_held_too_many_are_waited_for_and_free_ones_are_not() -> None:
    reckoning = knowing()
    plain, shrunk, grown = (estimated(reckoning, 3, held=held, capacity=2) for held in (2, 4, 0))
    assert plain is not None
    assert shrunk is not None
    assert grown is not None
    assert plain.model_s == pytest.approx(120.0)
    assert shrunk.model_s == pytest.approx(180.0)
    assert grown.model_s == pytest.approx(60.0)


def test_estimates_are_judged_by_the_waits_of_those_who_were_admitted() -> None:
    reckoning = knowing()
    reckoning.fold(over(WaitEnding.ADMITTED, 1, waited_s=110.0))
    assert reckoning.accuracy(MAIN) == Accuracy(1, 10.0, 30.0, 10.0, 1.0, 100.0)
    assert reckoning.accuracy(OTHER) == Accuracy(0)


@pytest.mark.parametrize("ended", [WaitEnding.GAVE_UP, WaitEnding.CALLBACK, WaitEnding.ELSEWHERE])
def test_who_left_counts_by_the_wait_that_would_have_been(ended: WaitEnding) -> None:
    reckoning = knowing()
    reckoning.fold(over(ended, 1, waited_s=30.0))
    assert reckoning.asks_for_free_slots
    assert reckoning.accuracy(MAIN).waits == 0
    # Who came before says nothing of it; who came later does.
    reckoning.fold(over(WaitEnding.ADMITTED, 0, after_s=10.0, queue=OTHER, told=None))
    assert reckoning.accuracy(MAIN).waits == 0
    reckoning.fold(over(WaitEnding.ADMITTED, 2, after_s=90.0, queue=OTHER, told=None))
    assert reckoning.accuracy(MAIN).bias_s == pytest.approx(20.0)
    assert not reckoning.asks_for_free_slots


@pytest.mark.parametrize("free", [SlotLeftFree(NOW_S + 60.0), TalkedAtOnce(NOW_S + 60.0)])
def test_a_slot_that_nobody_takes_would_have_been_theirs(free: WaitFact) -> None:
    reckoning = knowing()
    reckoning.fold(over(WaitEnding.GAVE_UP, 1, waited_s=30.0))
    reckoning.fold(free)
    assert reckoning.accuracy(MAIN).bias_s == pytest.approx(-10.0)


def test_what_is_told_names_what_asterisk_would_say() -> None:
    reckoning = knowing()
    for number in range(40):
        reckoning.fold(over(WaitEnding.ADMITTED, number, waited_s=100.0))
    estimate = estimated(reckoning)
    assert estimate is not None
    told = reckoning.told(estimate)
    assert told.estimate == estimate
    assert told.average_s == pytest.approx(97.0, abs=3.0)


def test_accuracy_is_that_of_the_last_waits() -> None:
    reckoning = knowing()
    for number in range(JUDGED_BY + 5):
        reckoning.fold(over(WaitEnding.ADMITTED, number, waited_s=100.0))
    assert reckoning.accuracy(MAIN).waits == JUDGED_BY


def test_slots_that_came_back_before_are_foreseen_to_come_back_again() -> None:
    reckoning = WaitReckoning()
    at_s = NOW_S - 20_000.0
    for _ in range(LEAST_SEEN):
        reckoning.fold(ConversationOver(600.0, at_s))
    for _ in range(4):
        for slots, lasts_s in ((20, 3000.0), (2, 300.0)):
            reckoning.fold(SlotsChanged(slots, at_s))
            at_s += lasts_s
    reckoning.fold(SlotsChanged(20, NOW_S - 6000.0))
    unforeseen = estimated(reckoning, 19, 2, 2)
    assert unforeseen is not None
    assert unforeseen.model_s == pytest.approx(6000.0)
    reckoning.fold(SlotsChanged(2, NOW_S - 100.0))
    falls = estimated(reckoning, 19, 2, 2)
    assert falls is not None
    assert falls.model_s < 1000.0


def test_a_small_change_of_slots_is_no_news() -> None:
    reckoning = knowing()
    assert reckoning.is_news(20)
    reckoning.fold(SlotsChanged(20, NOW_S))
    assert not reckoning.is_news(18)
    assert reckoning.is_news(17)
    assert reckoning.is_news(0)


def test_behind_callers_of_a_slow_queue_the_wait_is_longer() -> None:
    reckoning = WaitReckoning()
    for _ in range(LEAST_SEEN):
        reckoning.fold(ConversationOver(60.0, NOW_S, MAIN))
        reckoning.fold(ConversationOver(600.0, NOW_S, OTHER))
    points_s = []
    for queue in (MAIN, OTHER):
        estimate = reckoning.estimate(
            Rank.REGULAR,
            Ahead([(queue, 9)]),
            held=2,
            capacity=2,
            callbacks_due_in_s=(),
            at_s=NOW_S,
        )
        assert estimate is not None
        points_s.append(estimate.point_s)
    assert points_s[1] > 3 * points_s[0]
