"""What remains of a call whose agent died before it could say so?

The context that the agent saved at each step, and Asterisk's CDR: together they make
the full record, with every word up to the agent's last step.
"""

from dataclasses import replace

from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import CallRecord, HandledBy, Outcome, TransferRecord, TransferResult
from voicebot.calls.outbound_session import session_of
from voicebot.calls.session import CallContext
from voicebot.calls.transitions import CallState
from voicebot.dialogue.business import Business

# What was promised to the caller, or done, before the agent died.
_KEPT = (Outcome.MESSAGE_TAKEN, Outcome.CALLBACK_BOOKED, Outcome.TRANSFERRED)


def salvaged(context: CallContext, stub: CallRecord, business: Business) -> CallRecord:
    """The full record of a call that is over. Uses the context up."""
    conversation = context.conversation
    was_done = context.state is CallState.ENDED or conversation.is_taking_leave
    record = _by_its_session(context, stub.hangup_cause, business)
    # Two programs noted these times, and the clock may have been set in between.
    ended_at = max(record.started_at, stub.ended_at)
    answered_at = stub.answered_at if record.answered_at is None else record.answered_at
    return replace(
        record,
        ended_at=ended_at,
        answered_at=(
            None if answered_at is None else min(max(record.started_at, answered_at), ended_at)
        ),
        handled_by=stub.handled_by,
        voicemail=stub.voicemail,
        transfers=_transfers(record.transfers, stub.transfers),
        outcome=_outcome(stub, record.outcome, was_done=was_done),
    )


def _by_its_session(context: CallContext, cause: int, business: Business) -> CallRecord:
    """The record that the agent would have written, had it seen the caller hang up."""
    if context.state is CallState.ENDED:
        context.state = CallState.LEAVING  # a session that has ended writes no second record
    session = session_of(business, context, now=context.taken_s)
    for command in session.receive(on.HungUp(cause), now=context.taken_s):
        if isinstance(command, do.WriteRecord):
            return command.record
    raise AssertionError("a call that ends is put on record")


def _transfers(
    by_agent: tuple[TransferRecord, ...], by_cdr: tuple[TransferRecord, ...]
) -> tuple[TransferRecord, ...]:
    """The last transfer may have been taken when its agent was dead already; when it was over,
    only the CDR knows."""
    if not (by_agent and by_cdr):
        return by_agent or by_cdr
    taken = replace(by_agent[-1], ended_at=by_cdr[-1].ended_at)
    if taken.result is not TransferResult.CONNECTED:
        taken = replace(taken, result=by_cdr[-1].result, operator=by_cdr[-1].operator)
    return (*by_agent[:-1], taken)


def _outcome(stub: CallRecord, by_agent: Outcome, *, was_done: bool) -> Outcome:
    if stub.handled_by is HandledBy.OPERATOR:
        return Outcome.TRANSFERRED
    if by_agent in _KEPT:
        return by_agent
    if stub.voicemail is not None:
        return Outcome.MESSAGE_TAKEN
    # Nobody was there any more when the caller went, or was apologised to.
    return by_agent if was_done and stub.handled_by is HandledBy.AGENT else Outcome.FAILED
