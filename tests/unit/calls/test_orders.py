"""What people may order of a call, and what comes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.sample_business import a_business
from tests.unit.dialogue.conversing import Conversing
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import CallId
from voicebot.calls.orders import (
    GOING,
    Drain,
    Given,
    HangUpCall,
    OfferCallback,
    OrderResult,
    Presence,
    Supervise,
    TransferCall,
    dump_order,
    load_order,
    refusal,
)
from voicebot.calls.transitions import CallState

CALL = CallId("node1-1.1")
ids = st.text(min_size=1).map(CallId)


@given(
    st.builds(
        Given,
        st.text(),
        st.text(),
        st.builds(HangUpCall, ids)
        | st.builds(TransferCall, ids, st.text())
        | st.builds(OfferCallback, ids)
        | st.builds(Supervise, ids, st.text(), st.sampled_from(Presence))
        | st.builds(Drain, st.booleans()),
    )
)
def test_an_order_arrives_as_it_was_given(order: Given) -> None:
    assert load_order(dump_order(order)) == order


@given(st.sampled_from(CallState), st.booleans())
def test_what_is_over_cannot_be_ordered_about(state: CallState, is_target: bool) -> None:
    hang_up = refusal(HangUpCall(CALL), state, is_target)
    transfer = refusal(TransferCall(CALL, "workshop"), state, is_target)
    assert (hang_up is OrderResult.ENDING) == (state in GOING) == (transfer is OrderResult.ENDING)
    if transfer is None:
        assert is_target
        assert state in (CallState.TALKING, CallState.WAITING)
    offer = refusal(OfferCallback(CALL), state, is_target)
    assert (offer is None) == (state is CallState.WAITING)


def test_a_conversation_is_ended_and_hung_up() -> None:
    call = Conversing()
    call.connects()
    assert call.happens(on.HangUpOrdered())[-1] == do.HangUp(16)
    assert call.session.state is CallState.CLEARING
    assert call.happens(on.HangUpOrdered()) == []


def test_who_waits_is_hung_up() -> None:
    call = Conversing()
    call.happens(on.Enqueued())
    assert call.happens(on.HangUpOrdered()) == [do.HangUp(16)]
    assert isinstance(call.happens(on.HungUp(16))[-1], do.WriteRecord)


def test_a_conversation_is_transferred_and_may_come_back() -> None:
    call = Conversing()
    call.connects()
    target = a_business().transfers[0].id
    transfer = call.happens(on.TransferOrdered(target))[-1]
    assert isinstance(transfer, do.Transfer)
    assert transfer.transfer_id == target
    assert call.session.state is CallState.TRANSFERRING
    assert call.happens(on.TransferOrdered(target)) == []
    assert call.happens(on.HangUpOrdered()) == [do.HangUp(16)]


@pytest.mark.parametrize("state", list(CallState))
def test_without_its_target_no_call_is_transferred(state: CallState) -> None:
    assert refusal(TransferCall(CALL, "nobody"), state, is_target=False) is not None
