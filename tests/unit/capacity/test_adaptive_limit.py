"""How far the calibration is off."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.capacity.adaptive_limit import AdaptiveLimit, LimitRules, percentile

RULES = LimitRules()
BUDGETS = {"stt": 0.4, "llm": 0.8}


def limit() -> AdaptiveLimit:
    return AdaptiveLimit(BUDGETS)


def played(
    each: AdaptiveLimit, strain: float, seconds: int, start: int = 0, used: float = 1.0
) -> list[float]:
    """The corrections of so many seconds of ten turns each, all as late."""
    corrections = []
    for now in range(start, start + seconds):
        for _ in range(10):
            each.measured("stt", strain * 0.4, now)
        corrections.append(each.adjust(used, now))
    return corrections


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([5.0, 1.0, 3.0], 0.95) == 5.0
    assert percentile(range(1, 101), 0.95) == 95
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_few_latencies_change_nothing() -> None:
    each = limit()
    each.measured("stt", 9.0, 0.0)
    assert each.strain(0.0) is None
    assert each.adjust(1.0, 0.0) == 1.0


def test_old_latencies_are_forgotten() -> None:
    each = limit()
    played(each, 0.9, 10)
    assert each.strain(9.0) == pytest.approx(0.9)
    assert each.strain(100.0) is None


def test_a_stage_without_a_budget_is_not_looked_at() -> None:
    each = limit()
    for _ in range(100):
        each.measured("dreams", 99.0, 0.0)
    assert each.strain(0.0) is None


def test_lateness_shrinks_it_at_once_and_by_a_share() -> None:
    assert played(limit(), 1.2, 3)[-1] == pytest.approx(1 / 1.2)
    assert played(limit(), 9.0, 3)[-1] == RULES.most_shrink


def test_latencies_within_the_dead_band_change_nothing() -> None:
    assert set(played(limit(), 0.9, 200)) == {1.0}


def test_unused_slots_prove_no_room_for_more() -> None:
    assert set(played(limit(), 0.2, 200, used=0.3)) == {1.0}


def test_it_recovers_what_it_lost_also_while_few_slots_are_used() -> None:
    each = limit()
    played(each, 3.0, 3)
    later = played(each, 0.3, round(RULES.remembers_s) + 400, start=10, used=0.1)
    assert later[0] < 1.0
    assert later[-1] == 1.0


def test_it_does_not_climb_at_once_to_where_it_was_too_much() -> None:
    each = limit()
    played(each, 1.2, 3)
    remembers_s = round(RULES.remembers_s)
    later = played(each, 0.5, remembers_s - 5, start=3)
    assert max(later) < 1.0
    assert max(played(each, 0.5, 200, start=3 + remembers_s)) > 1.0


def test_nothing_more_is_taken_back_while_what_was_taken_back_is_still_talked_in() -> None:
    each = limit()
    shrunk = played(each, 3.0, 3)[-1]
    assert set(played(each, 3.0, 100, start=3, used=1 / shrunk)) == {shrunk}
    # What was measured meanwhile says nothing of how it is afterwards.
    assert set(played(each, 0.9, 100, start=103)) == {shrunk}
    assert played(each, 3.0, 3, start=203)[-1] < shrunk


@given(st.floats(0.01, 10), st.floats(0, 1))
@settings(max_examples=30, deadline=None)
def test_a_steady_latency_moves_it_in_one_direction(strain: float, used: float) -> None:
    moved = played(limit(), strain, 200, used=used)
    assert moved in (sorted(moved), sorted(moved, reverse=True))


@given(st.lists(st.tuples(st.floats(0, 20), st.floats(0, 1)), max_size=60))
@settings(max_examples=30, deadline=None)
def test_it_keeps_within_bounds_and_dwells(minutes: list[tuple[float, float]]) -> None:
    each, changed_at, before = limit(), None, 1.0
    for at, (strain, used) in enumerate(minutes):
        for now, correction in enumerate(played(each, strain, 4, start=4 * at, used=used), 4 * at):
            assert RULES.least <= correction <= RULES.most
            if correction != before:
                assert changed_at is None or now - changed_at >= RULES.dwell_s
                changed_at, before = now, correction


@given(st.floats(0.4, 1.4), st.floats(0.5, 3))
@settings(max_examples=30, deadline=None)
def test_where_more_calls_are_later_it_comes_to_rest(bearable: float, steepness: float) -> None:
    each, shrinks, before = limit(), 0, 1.0
    for now in range(900):
        (correction,) = played(each, (each.correction / bearable) ** steepness, 1, start=now)
        shrinks += correction < before
        before = correction
    late = (each.correction / bearable) ** steepness
    assert late <= 1.1
    assert shrinks <= 8
