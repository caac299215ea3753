"""Callbacks for tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from voicebot.calls.model import (
    AnsweredBy,
    CallbackReason,
    CallFacts,
    CallId,
    CallRecord,
    ChannelId,
    Direction,
    HandledBy,
    Outcome,
)
from voicebot.calls.outbound_rules import Destination
from voicebot.dialogue.business import Business
from voicebot.queueing.callback_booking import Wish
from voicebot.queueing.callbacks import Callback
from voicebot.queueing.model import Place, Rank

NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)  # a Tuesday, in New York
DID, NUMBER = "+12025550100", "+12125550123"
NEW_YORK = Destination(NUMBER, "US", ("America/New_York",))


def shop(callbacks: dict[str, Any] | None = None, **changes: Any) -> Business:
    return Business.model_validate(
        {
            "name": "Shop",
            "dids": [DID],
            "persona": "You help.",
            "greeting": "You speak with a machine.",
            "outbound": {"greeting": "This is the machine of the shop."},
            "callbacks": {} if callbacks is None else callbacks,
            **changes,
        }
    )


def wish(**changes: Any) -> Wish:
    made = Wish(CallId("node-1.1"), DID, NUMBER, CallbackReason.REQUESTED, NOON)
    return replace(made, **changes)


def owed(**changes: Any) -> Callback:
    made = Callback(
        callback_id=CallId("node-1.1"),
        business="Shop",
        did=DID,
        number=NUMBER,
        reason=CallbackReason.REQUESTED,
        place=Place(Rank.REGULAR, NOON.timestamp(), 1),
        booked_at=NOON,
        due_at=NOON,
        expires_at=NOON + timedelta(days=3),
    )
    return replace(made, **changes)


def record(answered_by: AnsweredBy | None, outcome: Outcome = Outcome.RESOLVED) -> CallRecord:
    """Of a call to it that was answered."""
    return CallRecord(
        facts=CallFacts(
            CallId("out-1"), ChannelId("out-1"), NUMBER, DID, "ulaw", Direction.OUTBOUND
        ),
        business="Shop",
        agent="agent-1",
        handled_by=HandledBy.AGENT,
        started_at=NOON,
        answered_at=NOON,
        ended_at=NOON + timedelta(minutes=1),
        outcome=outcome,
        hangup_cause=16,
        answered_by=answered_by,
    )
