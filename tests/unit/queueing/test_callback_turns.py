"""When a due callback is dialled: hours, turn, slot, and what a late refusal means."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.queueing.owed import NEW_YORK, NOON, owed, shop
from voicebot.calls.model import CallbackReason
from voicebot.calls.outbound_rules import Refusal, Refused
from voicebot.capacity.degradation import Degradation
from voicebot.queueing.callback_turns import (
    FRESH,
    UNABLE_AGAIN,
    Sight,
    after_refusal,
    rings_within,
    turn,
    with_slot,
)
from voicebot.queueing.callback_windows import resolved, window_of
from voicebot.queueing.callbacks import (
    Callback,
    CallbackState,
    CameDue,
    Forbidden,
    GaveUp,
    Postponed,
    SlotReserved,
    TalkBroke,
    Why,
)
from voicebot.queueing.model import Place, Rank

SHOP = shop()
NIGHT = datetime(2026, 11, 25, 5, tzinfo=UTC)  # midnight in New York


def verdict(callback: Callback, sight: Sight) -> object:
    return turn(callback, NEW_YORK, SHOP, sight)


def dropped(at: datetime) -> Callback:
    place = Place(Rank.DROPPED, at.timestamp(), 0)
    return owed(place=place, reason=CallbackReason.BROKEN, booked_at=at, due_at=at)


def test_in_good_hours_with_nobody_before_it_is_due() -> None:
    assert verdict(owed(), Sight(NOON)) == CameDue()


def test_at_night_it_waits_for_the_morning_of_whoever_is_rung() -> None:
    assert verdict(owed(), Sight(NIGHT)) == Postponed(
        datetime(2026, 11, 25, 14, tzinfo=UTC), Why.HOURS
    )


def test_a_caller_who_is_talking_with_us_is_not_rung() -> None:
    held = verdict(owed(), Sight(NOON, is_on_the_line=True))
    assert isinstance(held, Postponed)
    assert held.why is Why.ON_THE_LINE


@pytest.mark.parametrize("step", Degradation)
def test_nobody_is_rung_for_scripted_answers_or_for_none(step: Degradation) -> None:
    found = verdict(owed(), Sight(NOON, step=step))
    if step <= Degradation.SMALL_MODELS:
        assert found == CameDue()
    else:
        assert found == Postponed(NOON + UNABLE_AGAIN, Why.UNABLE)
    # Neither does a step hold up what has come too late.
    assert verdict(owed(expires_at=NOON), Sight(NOON, step=step)) == GaveUp(Why.TOO_LATE)


def test_what_comes_too_late_does_not_come_at_all() -> None:
    assert verdict(owed(expires_at=NOON), Sight(NOON)) == GaveUp(Why.TOO_LATE)
    # Its hours come only after it has expired.
    short = owed(expires_at=NIGHT + timedelta(hours=1))
    assert verdict(short, Sight(NIGHT)) == GaveUp(Why.TOO_LATE)


@given(st.integers(0, 48 * 60))
def test_with_a_window_it_rings_only_within_it_and_within_good_hours(minute: int) -> None:
    at = NOON + timedelta(minutes=minute)
    window = window_of("2026-11-25 08:00-11:00 America/New_York")
    end = resolved(window)[-1].ends_at
    due = verdict(owed(window=window, expires_at=end), Sight(at))
    opens = datetime(2026, 11, 25, 14, tzinfo=UTC)  # nine, though eight was wished for
    if at < opens:
        assert due == Postponed(opens, Why.HOURS)
    else:
        assert due == (CameDue() if at < end else GaveUp(Why.TOO_LATE))


def test_whoever_was_cut_off_is_rung_at_once_at_any_hour_but_not_later_in_the_night() -> None:
    assert verdict(dropped(NIGHT), Sight(NIGHT + timedelta(seconds=5))) == CameDue()
    later = verdict(dropped(NIGHT), Sight(NIGHT + FRESH + timedelta(seconds=1)))
    assert isinstance(later, Postponed)
    assert later.why is Why.HOURS


def test_a_callback_that_broke_is_fresh_from_then_on() -> None:
    broken = owed(state=CallbackState.CONNECTED).receive(TalkBroke(NIGHT))
    assert verdict(broken, Sight(NIGHT)) == CameDue()


def test_the_business_may_be_left_out_of_account() -> None:
    hours = {"time_zone": "America/New_York", "week": {"mon": ["09:00-10:00"]}}
    assert rings_within(owed(), NEW_YORK, shop(hours=hours), NOON)[0].starts_at > NOON
    careless = shop({"within_hours": False}, hours=hours)
    assert rings_within(owed(), NEW_YORK, careless, NOON)[0].starts_at == NOON


def test_without_a_slot_nobody_is_rung() -> None:
    assert with_slot(is_held=True, at=NOON) == SlotReserved()
    without = with_slot(is_held=False, at=NOON)
    assert isinstance(without, Postponed)
    assert without.why is Why.NO_SLOT


@pytest.mark.parametrize("reason", Refusal)
def test_every_refusal_at_the_last_moment_is_for_now_or_for_good(reason: Refusal) -> None:
    for_good = {
        Refusal.CALLER_ID,
        Refusal.NO_NUMBER,
        Refusal.EMERGENCY,
        Refusal.PREMIUM_RATE,
        Refusal.OWN_NUMBER,
        Refusal.DESTINATION,
        Refusal.DO_NOT_CALL,
    }
    event = after_refusal(Refused(reason, "change it"), NOON)
    if reason in for_good:
        assert event == Forbidden()
    elif reason is Refusal.WINDOW:
        assert event == GaveUp(Why.TOO_LATE)
    else:
        assert isinstance(event, Postponed)
        assert event.until > NOON
