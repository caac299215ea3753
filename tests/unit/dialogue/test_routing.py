"""Who answers what no fact answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.model import Route, Tier
from voicebot.capacity.degradation import Degradation
from voicebot.dialogue.routing import (
    LARGE_POOL,
    SMALL_POOL,
    Conditions,
    Kind,
    PastSuccess,
    RoutingRules,
    Why,
    complexity_of,
    escalate,
    kind_of,
    route,
)

BOTH = Conditions(pools=(SMALL_POOL, LARGE_POOL))
conditions = st.builds(
    Conditions,
    pools=st.sets(st.sampled_from((SMALL_POOL, LARGE_POOL))),
    preferred_pool=st.sampled_from(("", SMALL_POOL, LARGE_POOL)),
    room=st.floats(0, 1),
    degradation=st.sampled_from(Degradation),
)
kinds = st.sampled_from(Kind)
shares = st.floats(0, 1)


def past(tier: Tier, kind: Kind, passed: int, failed: int) -> PastSuccess:
    found = PastSuccess()
    for was_said in [True] * passed + [False] * failed:
        found.note(tier, kind, passed=was_said)
    return found


def test_simple_words_go_to_the_small_model() -> None:
    assert route(Kind.TOLD, 0.1, BOTH, PastSuccess()) == Route(Tier.SMALL, Why.SIMPLE)


def test_hard_ones_go_to_the_large_model_where_there_is_one() -> None:
    assert route(Kind.OPEN, 0.9, BOTH, PastSuccess()) == Route(Tier.LARGE, Why.COMPLEX)
    assert route(Kind.OPEN, 0.9, Conditions(), PastSuccess()).tier is Tier.SMALL


@pytest.mark.parametrize(
    "now",
    [
        Conditions(pools=(LARGE_POOL,), room=0.0),
        Conditions(pools=(LARGE_POOL,), degradation=Degradation.SMALL_MODELS),
    ],
)
def test_under_load_the_large_model_is_spared(now: Conditions) -> None:
    assert route(Kind.OPEN, 0.9, now, PastSuccess()).tier is Tier.SMALL
    assert escalate(Route(Tier.SMALL, Why.SIMPLE), Why.WITHHELD, now).tier is Tier.SCRIPT


def test_what_the_small_model_seldom_can_say_it_is_not_asked() -> None:
    seldom = past(Tier.SMALL, Kind.DETAIL, 0, 10)
    assert route(Kind.DETAIL, 0.1, Conditions(), seldom) == Route(Tier.SCRIPT, Why.SELDOM_PASSES)
    assert route(Kind.DETAIL, 0.1, BOTH, seldom) == Route(Tier.LARGE, Why.SMALL_SELDOM_PASSES)
    assert route(Kind.TOLD, 0.1, Conditions(), seldom).tier is Tier.SMALL


def test_it_is_tried_again_now_and_then() -> None:
    seldom = past(Tier.SMALL, Kind.DETAIL, 0, 10)
    every = RoutingRules().tried_again_every
    routes = [route(Kind.DETAIL, 0.1, Conditions(), seldom) for _ in range(every)]
    assert [one.reason for one in routes] == [Why.SELDOM_PASSES] * (every - 1) + [Why.TRIED_AGAIN]


def test_a_model_that_has_become_better_is_asked_again() -> None:
    found = past(Tier.SMALL, Kind.OPEN, 0, 100)
    assert found.is_seldom(Tier.SMALL, Kind.OPEN)
    for _ in range(20):
        found.note(Tier.SMALL, Kind.OPEN, passed=True)
    assert not found.is_seldom(Tier.SMALL, Kind.OPEN)


def test_what_could_not_be_said_goes_on_to_the_large_model_and_no_further() -> None:
    small = Route(Tier.SMALL, Why.SIMPLE)
    large = escalate(small, Why.WITHHELD, BOTH)
    assert large == Route(Tier.LARGE, Why.WITHHELD)
    assert escalate(large, Why.WITHHELD, BOTH) == Route(Tier.SCRIPT, Why.WITHHELD)


def test_a_large_model_that_fails_leaves_the_turn_to_the_small_one() -> None:
    large = Route(Tier.LARGE, Why.COMPLEX)
    assert escalate(large, Why.FAILED, BOTH) == Route(Tier.SMALL, Why.FAILED)


@given(kinds, shares, conditions, st.lists(st.tuples(kinds, st.booleans())))
def test_a_turn_is_always_answered_after_two_models_at_most(
    kind: Kind, complexity: float, now: Conditions, noted: list[tuple[Kind, bool]]
) -> None:
    found = PastSuccess()
    for of_kind, passed in noted:
        found.note(Tier.SMALL, of_kind, passed=passed)
    for why in (Why.WITHHELD, Why.FAILED):
        chosen, asked = route(kind, complexity, now, found), 0
        while chosen.tier is not Tier.SCRIPT:
            assert chosen.tier is Tier.SMALL or now.has_large
            asked += 1
            chosen = escalate(chosen, why, now)
        assert asked <= 2


@given(kinds, shares, conditions)
def test_no_model_is_asked_where_only_cached_answers_are_given(
    kind: Kind, complexity: float, now: Conditions
) -> None:
    spared = Conditions(now.pools, now.preferred_pool, now.room, Degradation.CACHED_ONLY)
    assert route(kind, complexity, spared, PastSuccess()) == Route(Tier.SCRIPT, Why.DEGRADED)


@pytest.mark.parametrize(
    ("heard", "kind"),
    [
        ("I had a lovely day.", Kind.TOLD),
        ("Do you sell boats?", Kind.WHETHER),
        ("How much is a boat?", Kind.DETAIL),
        ("Tell me a joke.", Kind.OPEN),
    ],
)
def test_words_are_sorted_by_what_they_want(heard: str, kind: Kind) -> None:
    assert kind_of(heard) is kind


@given(st.text(), st.integers(0, 50))
def test_complexity_is_a_share_and_grows_with_the_call(heard: str, exchanges: int) -> None:
    assert 0 <= complexity_of(heard, exchanges) <= complexity_of(heard, exchanges + 1) <= 1


def test_long_and_open_questions_are_hard() -> None:
    hard = (
        "Could you explain the difference between the two kinds of brakes, and which one you "
        "would recommend for my daughter if she rides to school in the rain?"
    )
    assert complexity_of(hard, 3) >= RoutingRules().complex_from
    assert complexity_of("I had a nice day.", 3) < RoutingRules().complex_from


def test_a_business_may_prefer_a_pool() -> None:
    large = Conditions(pools=(LARGE_POOL,), preferred_pool=LARGE_POOL)
    small = Conditions(pools=(LARGE_POOL,), preferred_pool=SMALL_POOL)
    assert route(Kind.TOLD, 0.1, large, PastSuccess()) == Route(Tier.LARGE, Why.PREFERRED)
    assert route(Kind.TOLD, 0.9, small, PastSuccess()).tier is Tier.SMALL
