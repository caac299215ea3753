"""What is known about a call as it begins?"""

from datetime import datetime

from voicebot.agents.desk import Desk
from voicebot.calls.model import CallFacts, Direction
from voicebot.calls.outbound_session import new_pickup
from voicebot.calls.session import CallContext
from voicebot.dialogue.conversation_state import ConversationState
from voicebot.dialogue.disclosure import disclosed


def new_context(desk: Desk, facts: CallFacts, agent: str, at: datetime) -> CallContext:
    """Of a call that no process has driven before."""
    recording = desk.business.recording
    context = CallContext(
        facts,
        agent,
        started_at=at,
        opening=disclosed(desk.business, desk.agent.opening(facts)),
        is_recorded=recording.enabled,
        conversation=ConversationState(
            is_recording_paused=recording.asks_consent,
            was_recorded=not recording.asks_consent,
        ),
    )
    if facts.direction is Direction.OUTBOUND:
        message = desk.agent.machine_message(facts)
        context.farewell_to_machine = message or ""
        context.pickup = new_pickup(desk.business, leaves_message=message is not None)
    return context
