"""What may be promised, and what a second wish changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.queueing.owed import DID, NOON, NUMBER, owed, shop, wish
from voicebot.calls.model import CallbackReason, CallId
from voicebot.calls.outbound_rules import Refusal, Refused
from voicebot.queueing.callback_booking import book
from voicebot.queueing.callback_windows import window_of
from voicebot.queueing.callbacks import ON_A_CALL, Callback, CallbackState, Why
from voicebot.queueing.model import Place, Rank

MORNING = window_of("2026-11-25 09:00-12:00 America/New_York")


def booked(*, is_barred: bool = False, already: Callback | None = None, **changes: Any) -> Callback:
    made = book(wish(**changes), shop(), [DID], is_barred=is_barred, already=already)
    assert isinstance(made, Callback)
    return made


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("", Refusal.NO_NUMBER),
        ("anonymous", Refusal.NO_NUMBER),
        ("1001", Refusal.NO_NUMBER),
        ("+1212555012", Refusal.NO_NUMBER),
        ("12;rm -rf", Refusal.NO_NUMBER),
        ("911", Refusal.EMERGENCY),
        ("+19005550123", Refusal.PREMIUM_RATE),
        (DID, Refusal.OWN_NUMBER),
        ("(202) 555-0100", Refusal.OWN_NUMBER),
        ("+4930123456", Refusal.DESTINATION),
    ],
)
def test_a_number_that_may_never_be_rung_is_refused_before_anything_is_promised(
    number: str, reason: Refusal
) -> None:
    refused = book(wish(number=number), shop(), [DID], is_barred=False)
    assert isinstance(refused, Refused)
    assert refused.reason is reason
    assert not number or number not in refused.remedy


def test_nobody_on_the_list_is_promised_a_call() -> None:
    refused = book(wish(), shop(), [DID], is_barred=True)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.DO_NOT_CALL


def test_a_business_without_rules_promises_nothing() -> None:
    for left_out in ("callbacks", "outbound"):
        business = shop().model_copy(update={left_out: None})
        refused = book(wish(), business, [DID], is_barred=False)
        assert isinstance(refused, Refused)
        assert refused.reason is Refusal.NOT_SET_UP


@given(st.text(max_size=40))
def test_whatever_is_given_for_a_number_is_booked_in_e164_or_refused(number: str) -> None:
    made = book(wish(number=number), shop(), [DID], is_barred=False)
    assert isinstance(made, Refused) or made.number.startswith("+1")


def test_without_a_time_it_is_due_when_it_is_its_turn() -> None:
    made = booked(place=Place(Rank.VIP, NOON.timestamp() - 600, 7))
    assert made.place == Place(Rank.VIP, NOON.timestamp() - 600, 7)
    assert (made.state, made.due_at) == (CallbackState.BOOKED, NOON)


def test_with_a_time_it_is_due_then_and_ends_with_it() -> None:
    made = booked(window=MORNING)
    assert (made.due_at, made.expires_at) == (
        datetime(2026, 11, 25, 14, tzinfo=UTC),
        datetime(2026, 11, 25, 17, tzinfo=UTC),
    )


def test_a_time_that_is_over_is_refused() -> None:
    late = wish(window=MORNING, asked_at=datetime(2026, 11, 25, 17, tzinfo=UTC))
    refused = book(late, shop(), [DID], is_barred=False)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.WINDOW


def test_a_time_at_which_nobody_may_be_rung_is_refused_rather_than_kept_in_vain() -> None:
    night = window_of("2026-11-25 02:00-04:00 America/New_York")
    refused = book(wish(window=night), shop(), [DID], is_barred=False)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.WINDOW


def test_whoever_was_cut_off_is_first_of_all() -> None:
    made = booked(reason=CallbackReason.BROKEN)
    assert made.is_dropped
    assert made.place < Place(Rank.VIP, 0.0, 0)


_wishes = st.lists(
    st.tuples(
        st.sampled_from(CallbackReason),
        st.integers(0, 600),
        st.sampled_from((None, MORNING)),
    ),
    min_size=1,
    max_size=6,
)


@given(_wishes)
def test_whoever_books_again_keeps_one_callback_its_best_place_and_the_last_time(
    wishes: list[tuple[CallbackReason, int, Any]],
) -> None:
    made: Callback | None = None
    alone: list[Place] = []
    for number, (reason, passed_s, window) in enumerate(wishes):
        at = NOON + timedelta(seconds=passed_s)
        how = {"reason": reason, "asked_at": at, "window": window}
        alone.append(booked(**how).place)
        made = booked(already=made, callback_id=CallId(f"node-1.{number}"), **how)
        assert made.callback_id == "node-1.0"
        assert made.window == window
        assert made.place == min(alone)


@pytest.mark.parametrize("state", ON_A_CALL)
def test_a_wish_while_it_rings_changes_nothing_that_is_under_way(state: CallbackState) -> None:
    ringing = owed(state=state, attempts=1)
    later = NOON + timedelta(seconds=1)
    assert booked(already=ringing, window=MORNING, asked_at=later) == ringing
    again = booked(already=replace(ringing, state=CallbackState.BOOKED), number=NUMBER)
    assert (again.why, again.attempts) == (Why.BOOKED_AGAIN, 0)
