"""A callback's states: what may happen to it, and what never does."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.queueing.owed import NOON, owed
from voicebot.calls.dialled import DialStatus
from voicebot.calls.model import ChannelId
from voicebot.errors import IllegalTransition
from voicebot.queueing.callbacks import (
    CLOSED,
    ON_A_CALL,
    OPEN,
    TRANSITIONS,
    AttemptFailed,
    Callback,
    CallbackEvent,
    CallbackState,
    CameBack,
    CameDue,
    Confirmed,
    DialBegan,
    Forbidden,
    GaveUp,
    PickedUp,
    Postponed,
    SlotReserved,
    TakenOver,
    TalkBroke,
    TalkEnded,
    Why,
    Withdrawn,
    why_not_reached,
)
from voicebot.queueing.model import Rank

LATER = NOON + timedelta(minutes=3)
EVENTS: tuple[CallbackEvent, ...] = (
    CameDue(),
    SlotReserved(),
    Postponed(LATER, Why.HOURS),
    DialBegan(ChannelId("out-1")),
    PickedUp(),
    Confirmed(),
    TalkEnded(),
    TalkBroke(LATER),
    AttemptFailed(Why.BUSY, LATER),
    GaveUp(Why.ATTEMPTS),
    CameBack(),
    Withdrawn(),
    Forbidden(),
    TakenOver(),
)
DIALLING = (CameDue(), SlotReserved(), DialBegan(ChannelId("out-1")))


def after(*events: CallbackEvent, of: Callback | None = None) -> Callback:
    callback = owed() if of is None else of
    for event in events:
        callback = callback.receive(event)
    return callback


@given(st.lists(st.sampled_from(EVENTS), max_size=25))
def test_whatever_happens_it_ends_once_and_rings_only_with_a_slot_and_a_kept_channel(
    events: list[CallbackEvent],
) -> None:
    callback = owed()
    for event in events:
        try:
            moved = callback.receive(event)
        except IllegalTransition:
            assert (callback.state, type(event)) not in TRANSITIONS
            continue
        if not callback.is_open:
            assert moved == callback
        if moved.state in ON_A_CALL:
            assert moved.channel_id is not None
        if moved.state is CallbackState.DIALLING and callback.state is not CallbackState.DIALLING:
            assert callback.state is CallbackState.RESERVED
        assert moved.place <= callback.place
        assert moved.attempts >= 0
        callback = moved


@pytest.mark.parametrize("state", OPEN)
def test_it_can_be_withdrawn_given_up_and_taken_over_whenever_it_is_open(
    state: CallbackState,
) -> None:
    open_one = owed(state=state, channel_id=ChannelId("out-1"))
    assert after(Withdrawn(), of=open_one).state is CallbackState.CANCELLED
    assert after(GaveUp(Why.TOO_LATE), of=open_one).state is CallbackState.EXPIRED
    taken = after(TakenOver(), of=open_one)
    assert taken.state is (state if state in ON_A_CALL else CallbackState.BOOKED)


@pytest.mark.parametrize("state", CLOSED)
def test_what_is_closed_stays_so_whatever_is_told_late(state: CallbackState) -> None:
    closed = owed(state=state)
    assert all(after(event, of=closed) == closed for event in EVENTS)


def test_a_caller_who_is_connected_is_done_at_the_end() -> None:
    done = after(*DIALLING, PickedUp(), Confirmed(), TalkEnded())
    assert (done.state, done.why, done.attempts) == (CallbackState.DONE, Why.SERVED, 1)


def test_an_attempt_that_fails_is_booked_for_later_with_its_reason() -> None:
    busy = after(*DIALLING, AttemptFailed(Why.BUSY, LATER))
    assert (busy.state, busy.why, busy.due_at) == (CallbackState.BOOKED, Why.BUSY, LATER)
    assert (busy.attempts, busy.place) == (1, owed().place)


def test_an_attempt_that_never_reached_asterisk_counts_for_nothing() -> None:
    assert after(*DIALLING, Postponed(LATER, Why.UNABLE)).attempts == 0


def test_a_conversation_that_breaks_is_first_of_all_and_at_once() -> None:
    broken = after(*DIALLING, PickedUp(), Confirmed(), TalkBroke(LATER))
    assert (broken.state, broken.why, broken.due_at) == (CallbackState.BOOKED, Why.DROPPED, LATER)
    assert broken.place.rank is Rank.DROPPED
    assert broken.is_dropped


def test_a_caller_who_gets_through_is_not_rung_but_a_call_under_way_goes_on() -> None:
    assert after(CameBack()).state is CallbackState.CANCELLED
    assert after(CameDue(), SlotReserved(), CameBack()).why is Why.CAME_BACK
    assert after(*DIALLING, CameBack()) == after(*DIALLING)


def test_an_event_that_no_state_expects_is_our_own_bug() -> None:
    with pytest.raises(IllegalTransition):
        after(Confirmed())


@pytest.mark.parametrize("status", [one for one in DialStatus if one is not DialStatus.ANSWERED])
def test_every_way_not_to_be_reached_has_its_reason(status: DialStatus) -> None:
    expected = {
        DialStatus.BUSY: Why.BUSY,
        DialStatus.REJECTED: Why.BUSY,
        DialStatus.NO_ANSWER: Why.NO_ANSWER,
        DialStatus.CANCELLED: Why.NO_ANSWER,
        DialStatus.UNREACHABLE: Why.UNREACHABLE,
    }
    assert why_not_reached(status) is expected.get(status, Why.FAULT)
