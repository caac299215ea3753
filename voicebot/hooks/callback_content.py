"""What are a business's own systems told of a callback that is over?

Pure. The id stays the same however often it is passed on. What a text message to the caller needs
is in it; who sends one is whoever receives this.
"""

import json

from voicebot.calls.model import CallbackEnding


def ending_id(ending: CallbackEnding) -> str:
    """Unique and stable; without dots. One that was opened again ends again, as another event."""
    callback_id = ending.request.call_id.replace(".", "_")
    return f"cbk_{callback_id}_{int(ending.closed_at.timestamp())}"


def ending_body(ending: CallbackEnding) -> bytes:
    """The event as JSON."""
    request = ending.request
    content = {
        "type": "callback.closed",
        "timestamp": ending.closed_at.isoformat(),
        "data": {
            "id": ending_id(ending),
            "call_id": request.call_id,
            "business": request.business,
            "called_number": request.called_number,
            "number": request.number,
            "reason": request.reason.value,
            "requested_at": request.requested_at.isoformat(),
            "outcome": ending.outcome,
            "why": ending.why,
            "attempts": ending.attempts,
        },
    }
    return json.dumps(content, ensure_ascii=False).encode()
