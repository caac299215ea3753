from datetime import timedelta

from tests.fakes.sample_calls import NOON
from voicebot.calls.dialled import DialStatus
from voicebot.calls.model import CallbackReason, CallbackRequest, CallId
from voicebot.store.call_callbacks import CallbackAttempt, SqlCallCallbacks
from voicebot.store.callbacks import SqlCallbackRequests
from voicebot.store.engine import Database
from voicebot.store.outbound_calls import OutboundCall, SqlOutboundCalls

ASKED, RUNG = CallId("asked"), CallId("rung")


async def test_a_callback_belongs_to_the_call_that_asked_for_it_and_to_each_attempt(
    database: Database,
) -> None:
    request = CallbackRequest(ASKED, "Bikes", "+431", "+43660", next(iter(CallbackReason)), NOON)
    await SqlCallbackRequests(database).request(request)
    later = NOON + timedelta(minutes=5)
    call = OutboundCall(RUNG, "Bikes", "+431", "", "trunk", "+43660", later, callback_id=ASKED)
    outbound = SqlOutboundCalls(database)
    await outbound.begin(call, lambda _: None)
    callbacks = SqlCallCallbacks(database)
    (of_asked,) = await callbacks.of_call(ASKED)
    assert (of_asked.callback_id, of_asked.requested_at) == (ASKED, NOON)
    assert of_asked.attempts == (CallbackAttempt(RUNG, later, None),)
    assert await callbacks.of_call(RUNG) == [of_asked]
    await outbound.settle(RUNG, next(iter(DialStatus)), 16, later)
    (settled,) = await callbacks.of_call(RUNG)
    assert settled.attempts[0].status == next(iter(DialStatus))
    assert await callbacks.of_call(CallId("other")) == []
