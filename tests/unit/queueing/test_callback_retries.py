"""What a call to a callback leaves of it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.queueing.owed import NOON, owed, record
from voicebot.calls.dialled import DialStatus
from voicebot.calls.model import AnsweredBy, ChannelId, Outcome
from voicebot.dialogue.callbacks import Callbacks
from voicebot.queueing.callback_retries import Attempt, after
from voicebot.queueing.callbacks import (
    CLOSED,
    Callback,
    CallbackState,
    CameDue,
    DialBegan,
    SlotReserved,
    Why,
)
from voicebot.queueing.model import Rank

RULES = Callbacks.model_validate({})
PERSON = AnsweredBy.PERSON


def dialled(callback: Callback | None = None) -> Callback:
    ringing = owed() if callback is None else callback
    for event in (CameDue(), SlotReserved(), DialBegan(ChannelId("out-1"))):
        ringing = ringing.receive(event)
    return ringing


def ended(attempt: Attempt, callback: Callback | None = None) -> Callback:
    left = dialled() if callback is None else callback
    for event in after(left, attempt, RULES, NOON):
        left = left.receive(event)
    return left


def answered(by: AnsweredBy | None, outcome: Outcome = Outcome.RESOLVED) -> Attempt:
    return Attempt(DialStatus.ANSWERED, record(by, outcome))


_attempts = st.one_of(
    st.sampled_from(DialStatus).map(Attempt),
    st.builds(answered, st.sampled_from((*AnsweredBy, None)), st.sampled_from(tuple(Outcome))),
)


@given(st.lists(_attempts, min_size=30, max_size=30))
def test_however_its_calls_end_it_is_rung_no_more_often_than_allowed(
    attempts: list[Attempt],
) -> None:
    callback = owed()
    for attempt in attempts:
        if not callback.is_open:
            break
        callback = ended(attempt, dialled(callback))
        assert callback.state in (CallbackState.BOOKED, *CLOSED)
        assert callback.attempts <= RULES.max_attempts
    assert not callback.is_open


@given(st.sampled_from(tuple(DialStatus)), st.integers(0, 10))
def test_nobody_is_tried_again_after_it_has_expired(status: DialStatus, hours: int) -> None:
    callback = dialled(owed(expires_at=NOON + timedelta(minutes=hours)))
    left = ended(Attempt(status), callback)
    assert not left.is_open or left.due_at < left.expires_at


@pytest.mark.parametrize(
    ("attempt", "why", "pause_s"),
    [
        (Attempt(DialStatus.BUSY), Why.BUSY, RULES.busy_again_s),
        (Attempt(DialStatus.NO_ANSWER), Why.NO_ANSWER, RULES.no_answer_again_s),
        (answered(AnsweredBy.MACHINE), Why.MACHINE, RULES.machine_again_s),
        (answered(AnsweredBy.UNKNOWN), Why.UNCONFIRMED, RULES.no_answer_again_s),
        (Attempt(DialStatus.CONGESTION), Why.FAULT, 60),
        (Attempt(DialStatus.LOST), Why.FAULT, 60),
        (Attempt(DialStatus.ANSWERED), Why.FAULT, 60),
    ],
)
def test_each_way_to_miss_somebody_has_its_own_pause_which_grows(
    attempt: Attempt, why: Why, pause_s: int
) -> None:
    first = ended(attempt)
    assert (first.state, first.why) == (CallbackState.BOOKED, why)
    assert first.due_at == NOON + timedelta(seconds=pause_s)
    second = ended(attempt, dialled(first))
    assert second.due_at == NOON + timedelta(seconds=2 * pause_s)


def test_whoever_was_connected_is_done_with() -> None:
    for outcome in (Outcome.RESOLVED, Outcome.TRANSFERRED, Outcome.MESSAGE_TAKEN):
        assert ended(answered(PERSON, outcome)).state is CallbackState.DONE


def test_whoever_wants_no_call_gets_none() -> None:
    left = ended(answered(AnsweredBy.DECLINED, Outcome.ABANDONED))
    assert (left.state, left.why) == (CallbackState.CANCELLED, Why.DECLINED)


def test_a_call_that_breaks_again_goes_first_but_not_for_ever() -> None:
    left = ended(answered(PERSON, Outcome.FAILED))
    assert (left.state, left.place.rank, left.due_at) == (
        CallbackState.BOOKED,
        Rank.DROPPED,
        NOON,
    )
    last = ended(answered(PERSON, Outcome.FAILED), dialled(owed(attempts=RULES.max_attempts - 1)))
    assert (last.state, last.why) == (CallbackState.EXPIRED, Why.ATTEMPTS)


def test_a_number_that_does_not_exist_is_not_tried_again() -> None:
    left = ended(Attempt(DialStatus.UNREACHABLE))
    assert (left.state, left.why) == (CallbackState.EXPIRED, Why.UNREACHABLE)
