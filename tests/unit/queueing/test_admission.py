from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from voicebot.queueing.admission import (
    OfferCallback,
    Overflow,
    QueueRules,
    Reason,
    Reject,
    Situation,
    TalkNow,
    Wait,
    admit,
)
from voicebot.queueing.model import Rank

RULES = QueueRules(max_waiting=10, allows_callbacks=True, offer_callback_above_s=300)
FREE = Situation(
    rank=Rank.REGULAR,
    is_open=True,
    free_slots=1,
    waiting=0,
    waiting_before=0,
    degradation_step=0,
)
BUSY = replace(FREE, free_slots=0)

rules_of = st.builds(
    QueueRules,
    max_waiting=st.integers(0, 5),
    allows_callbacks=st.booleans(),
    overflow_target=st.sampled_from([None, "front_desk"]),
    offer_callback_above_s=st.none() | st.floats(0, 600),
)
situations = st.builds(
    Situation,
    rank=st.sampled_from(Rank),
    is_open=st.booleans(),
    free_slots=st.integers(-2, 3),
    waiting=st.integers(0, 8),
    waiting_before=st.integers(0, 8),
    degradation_step=st.integers(0, 4),
    estimated_wait_s=st.none() | st.floats(0, 2_000),
)


def test_a_free_slot_and_nobody_waiting_means_talking_now() -> None:
    assert admit(RULES, FREE) == TalkNow(Reason.SLOT_FREE)


def test_without_a_free_slot_the_caller_waits() -> None:
    assert admit(RULES, BUSY) == Wait(Reason.ALL_SLOTS_TAKEN)


def test_a_free_slot_belongs_to_those_who_wait() -> None:
    situation = replace(FREE, free_slots=3, waiting=1, waiting_before=1)
    assert admit(RULES, situation) == Wait(Reason.OTHERS_COME_FIRST)


def test_who_comes_before_all_who_wait_takes_the_free_slot() -> None:
    assert admit(RULES, replace(FREE, waiting=4, rank=Rank.VIP)) == TalkNow(Reason.SLOT_FREE)


def test_a_long_wait_comes_with_the_offer_of_a_callback() -> None:
    long = replace(BUSY, estimated_wait_s=301.0)
    assert admit(RULES, long) == OfferCallback(Reason.LONG_WAIT, may_wait=True)
    assert admit(RULES, replace(BUSY, estimated_wait_s=300.0)) == Wait(Reason.ALL_SLOTS_TAKEN)
    without = replace(RULES, allows_callbacks=False)
    assert admit(without, long) == Wait(Reason.ALL_SLOTS_TAKEN)


def test_a_full_line_overflows_where_there_is_somewhere_to_go() -> None:
    full = replace(BUSY, waiting=10)
    to_people = replace(RULES, overflow_target="front_desk")
    assert admit(to_people, full) == Overflow(Reason.LINE_FULL, "front_desk")
    assert admit(RULES, full) == OfferCallback(Reason.LINE_FULL, may_wait=False)
    assert admit(replace(RULES, allows_callbacks=False), full) == Reject(Reason.LINE_FULL)


def test_a_closed_queue_takes_nobody_even_with_free_slots() -> None:
    closed = replace(FREE, is_open=False)
    assert admit(RULES, closed) == OfferCallback(Reason.CLOSED, may_wait=False)


def test_who_was_cut_off_is_not_turned_away() -> None:
    again = replace(FREE, rank=Rank.DROPPED, is_open=False)
    assert admit(RULES, again) == TalkNow(Reason.SLOT_FREE)
    assert admit(RULES, replace(again, free_slots=0, waiting=10)) == Wait(Reason.ALL_SLOTS_TAKEN)


def test_who_has_waited_for_an_agent_that_is_gone_is_not_turned_away() -> None:
    again = replace(FREE, has_waited=True, is_open=False, free_slots=0, waiting=10)
    assert admit(RULES, again) == Wait(Reason.ALL_SLOTS_TAKEN)


def test_where_no_conversation_can_be_held_callers_wait_for_it() -> None:
    assert admit(RULES, replace(FREE, degradation_step=3)) == Wait(Reason.SERVICE_DEGRADED)


def test_where_not_even_a_line_can_be_held_people_take_over() -> None:
    people = replace(RULES, overflow_target="front_desk")
    worst = replace(FREE, degradation_step=4)
    assert admit(people, worst) == Overflow(Reason.PEOPLE_ONLY, "front_desk")
    assert admit(RULES, worst) == Reject(Reason.PEOPLE_ONLY)


@given(rules_of, situations)
def test_nobody_talks_without_a_free_slot_or_past_one_who_comes_before(
    rules: QueueRules, situation: Situation
) -> None:
    if isinstance(admit(rules, situation), TalkNow):
        assert situation.free_slots > 0
        assert situation.waiting_before == 0
        assert situation.degradation_step < 3


@given(rules_of, situations)
def test_the_line_never_grows_past_its_limit_but_for_dropped_callers(
    rules: QueueRules, situation: Situation
) -> None:
    verdict = admit(rules, situation)
    joins = isinstance(verdict, Wait) or (isinstance(verdict, OfferCallback) and verdict.may_wait)
    if joins and situation.rank is not Rank.DROPPED:
        assert situation.waiting < rules.max_waiting


@given(rules_of, situations)
def test_callbacks_and_other_places_are_offered_only_where_the_queue_allows_them(
    rules: QueueRules, situation: Situation
) -> None:
    verdict = admit(rules, situation)
    if isinstance(verdict, OfferCallback):
        assert rules.allows_callbacks
    if isinstance(verdict, Overflow):
        assert verdict.target == rules.overflow_target


@given(rules_of, situations)
def test_every_verdict_has_its_reason(rules: QueueRules, situation: Situation) -> None:
    assert admit(rules, situation).reason in Reason


@given(rules_of, situations, st.integers(0, 3))
def test_more_free_slots_never_keep_a_caller_from_talking(
    rules: QueueRules, situation: Situation, more: int
) -> None:
    if isinstance(admit(rules, situation), TalkNow):
        richer = replace(situation, free_slots=situation.free_slots + more)
        assert isinstance(admit(rules, richer), TalkNow)
