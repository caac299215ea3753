"""Where does a call stand when it begins?

A callback begins with why we ring, and with what was said on the call before.
"""

import asyncio
from datetime import datetime
from typing import Final

from voicebot.agents.desk import Desk
from voicebot.agents.record_keeping import RecordKeeping
from voicebot.calls.model import CallFacts, CallId, Direction
from voicebot.calls.outbound_session import new_pickup
from voicebot.calls.session import CallContext
from voicebot.dialogue.conversation_state import ConversationState
from voicebot.dialogue.disclosure import disclosed
from voicebot.dialogue.history import Exchange
from voicebot.errors import StoreError
from voicebot.telemetry.logs import log_of

# Whoever has picked up waits for our first word; without the past it is still a conversation.
REMEMBER_WITHIN_S: Final = 0.5
# The latest of a long call; what is older is worth less than the time it takes to read.
EXCHANGES_REMEMBERED: Final = 12

log = log_of(__name__)


def new_context(desk: Desk, facts: CallFacts, agent: str, started_at: datetime) -> CallContext:
    """Of a call that nobody has had before."""
    business, recording = desk.business, desk.business.recording
    owed, rules = facts.owed, business.callbacks
    is_callback = owed is not None and rules is not None
    opening = disclosed(business, desk.agent.opening(facts))
    if owed is not None and rules is not None:
        opening = rules.opening_after(opening, owed.reason)
    context = CallContext(
        facts,
        agent,
        started_at=started_at,
        opening=opening,
        is_recorded=recording.enabled,
        conversation=ConversationState(
            is_recording_paused=recording.asks_consent,
            was_recorded=not recording.asks_consent,
        ),
    )
    if facts.direction is Direction.OUTBOUND:
        # Who is owed a call is rung again: a machine is no place for it.
        message = None if is_callback else desk.agent.machine_message(facts)
        context.farewell_to_machine = message or ""
        context.pickup = new_pickup(business, leaves_message=message is not None, asks=is_callback)
    return context


async def remember(context: CallContext, records: RecordKeeping) -> None:
    """What was said on the call before, where this one goes on with it."""
    owed = context.facts.owed
    if owed is None or context.conversation.before:
        return
    try:
        async with asyncio.timeout(REMEMBER_WITHIN_S):
            context.conversation.before = await _said_on(owed.of, records)
    except (StoreError, TimeoutError) as error:
        call_id = context.facts.call_id
        log.warning("call.past_unknown", call_id=call_id, error=type(error).__name__)


async def _said_on(call_id: CallId, records: RecordKeeping) -> list[Exchange]:
    record = await records.of(call_id)
    turns = () if record is None else record.turns
    said = [Exchange(turn.heard, turn.said_heard) for turn in turns]
    return [one for one in said if one.heard or one.said][-EXCHANGES_REMEMBERED:]
