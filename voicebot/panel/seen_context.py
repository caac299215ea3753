"""What does a call's context, as its agent saved it, say for the floor?

Pure. Reads the few fields that are shown, and leaves the conversation unread: a thousand contexts
are looked at every few seconds.
"""

import json
from datetime import datetime

from voicebot.calls.model import CallId
from voicebot.panel.floor import SPEAKER_IN, FloorCall, Speaker


def seen_context(call_id: CallId, text: str | None) -> FloorCall | None:
    """None: there is no context, or it is of a release whose contexts we cannot read."""
    if text is None:
        return None
    try:
        context = json.loads(text)
        facts = context["facts"]
        return FloorCall(
            call_id=call_id,
            caller=str(facts["caller_number"]),
            did=str(facts["called_number"]),
            state=str(context["state"]),
            since_s=datetime.fromisoformat(context["started_at"]).timestamp(),
            agent=str(context["agent"]),
            speaker=SPEAKER_IN.get(context["conversation"]["phase"], Speaker.NOBODY)
            if context["state"] == "talking"
            else Speaker.NOBODY,
        )
    except (ValueError, KeyError, TypeError):
        return None
