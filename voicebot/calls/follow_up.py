"""What does a call that is over leave to be done?

A message, if the caller spoke to the voicemail; a callback, if nobody served the
caller or the call broke; mostly nothing. Decided once per call, when all is known
that will be: from Asterisk's CDR and from the agent's record, if there is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from voicebot.calls.model import (
    CallbackReason,
    CallbackRequest,
    CallRecord,
    Direction,
    HandledBy,
    Message,
    Outcome,
    TransferResult,
)
from voicebot.dialogue.business import Business

# An agent writes its record within moments of the hang-up; after that it must have died, and its
# call's context is looked for.
SALVAGE_AFTER: Final = timedelta(seconds=3)
# The dialplan's word on a call is the last one, but for what can be salvaged; an agent that waits
# for its database may still have another to say.
DIALPLAN_PATIENCE: Final = timedelta(seconds=5)
AGENT_PATIENCE: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class FinishedCall:
    """A call that Asterisk says is over, as it is on record."""

    record: CallRecord
    is_stub: bool  # made from the CDR alone
    has_message: bool  # the agent took one
    has_request: bool  # the agent promised a callback


def is_due(record: CallRecord, cdr_ended_at: datetime, at: datetime, *, is_stub: bool) -> bool:
    """Whether nothing more is to be expected that could change the decision.

    An end in the future means that the clock was set back: waiting for it could take for ever.
    """
    if not is_stub:
        return True
    patience = AGENT_PATIENCE if record.handled_by is HandledBy.AGENT else DIALPLAN_PATIENCE
    return not timedelta(0) <= at - cdr_ended_at < patience


def business_of(record: CallRecord, businesses: Sequence[Business]) -> Business | None:
    """The business that was called; None: a number of nobody's here."""
    called = record.facts.called_number.removeprefix("+")
    for business in businesses:
        if called in (did.removeprefix("+") for did in business.dids):
            return business
    return None


def business_named(name: str, businesses: Sequence[Business]) -> Business | None:
    """The business of this name; None: there is none any more."""
    return next((business for business in businesses if business.name == name), None)


def follow_up(
    call: FinishedCall, businesses: Sequence[Business]
) -> Message | CallbackRequest | None:
    """What is to be done; None: nothing."""
    record = call.record
    business = business_of(record, businesses)
    if business is None or record.facts.direction is not Direction.INBOUND:
        return None
    if record.voicemail is not None:
        return _message(record, record.voicemail, business)
    if call.has_message or call.has_request or not business.calls_back_missed:
        return None
    reason = _reason(call)
    # A withheld number cannot be rung, nor can the name of a phone.
    if reason is None or not any(sign.isdecimal() for sign in record.facts.caller_number):
        return None
    return CallbackRequest(
        call_id=record.facts.call_id,
        business=business.name,
        called_number=record.facts.called_number,
        number=record.facts.caller_number,
        reason=reason,
        requested_at=record.ended_at,
    )


def got_through(record: CallRecord) -> bool:
    """Whether this caller talked with somebody of ours to an end, and is owed no call from before.

    Who asked to be called back on this very call is: that wish is younger than the call.
    """
    return (
        record.facts.direction is Direction.INBOUND
        and record.answered_at is not None
        and record.handled_by is not HandledBy.DIALPLAN
        and record.outcome
        in (
            Outcome.RESOLVED,
            Outcome.TRANSFERRED,
            Outcome.MESSAGE_TAKEN,
        )
    )


def _message(record: CallRecord, voicemail: str, business: Business) -> Message:
    return Message(
        call_id=record.facts.call_id,
        business=business.name,
        called_number=record.facts.called_number,
        caller_number=record.facts.caller_number,
        taken_by=HandledBy.DIALPLAN,
        taken_at=record.ended_at,
        recording=voicemail,
    )


def _reason(call: FinishedCall) -> CallbackReason | None:
    """Why the caller is to be rung back; None: was served, or went of their own accord."""
    record = call.record
    if record.outcome is Outcome.FAILED:
        return CallbackReason.BROKEN
    if record.outcome is not Outcome.ABANDONED or record.handled_by is HandledBy.OPERATOR:
        return None
    if record.handled_by is HandledBy.DIALPLAN:
        return CallbackReason.MISSED
    wanted_a_person = bool(record.transfers) and all(
        transfer.result is not TransferResult.CONNECTED for transfer in record.transfers
    )
    was_served = record.answered_at is not None and not wanted_a_person
    return None if was_served else CallbackReason.MISSED
