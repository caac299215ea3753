"""Messages and callback requests, for tests."""

from datetime import datetime

from tests.fakes.sample_calls import NOON
from voicebot.calls.model import CallbackReason, CallbackRequest, CallId, HandledBy, Message


def a_message(
    call_id: str = "node1-1.1",
    *,
    taken_by: HandledBy = HandledBy.AGENT,
    taken_at: datetime = NOON,
    name: str = "Ada Lovelace",
    text: str = "Please order the blue one.",
    recording: str | None = None,
) -> Message:
    return Message(
        call_id=CallId(call_id),
        business="Lakeside Bikes",
        called_number="1000",
        caller_number="+15550100",
        taken_by=taken_by,
        taken_at=taken_at,
        name=name,
        callback_number="+15550199",
        text=text,
        recording=recording,
    )


def a_voicemail(call_id: str = "node1-1.1", *, taken_at: datetime = NOON) -> Message:
    """As the dialplan leaves it: a recording, and nothing known of its words."""
    return Message(
        call_id=CallId(call_id),
        business="Lakeside Bikes",
        called_number="1000",
        caller_number="+15550100",
        taken_by=HandledBy.DIALPLAN,
        taken_at=taken_at,
        recording=f"asterisk/spool/voicemail/{call_id}.wav",
    )


def a_request(
    call_id: str = "node1-1.1",
    *,
    number: str = "+1 555 0100",
    business: str = "Lakeside Bikes",
    reason: CallbackReason = CallbackReason.REQUESTED,
    requested_at: datetime = NOON,
) -> CallbackRequest:
    return CallbackRequest(
        call_id=CallId(call_id),
        business=business,
        called_number="1000",
        number=number,
        reason=reason,
        requested_at=requested_at,
    )
