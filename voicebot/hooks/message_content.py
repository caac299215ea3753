"""What are a business's own systems told of a message?

Pure. The id stays the same however often a message is passed on, so that a receiver
can tell a repetition from a second message.
"""

import json
from email.message import EmailMessage
from email.utils import format_datetime

from voicebot.calls.model import HandledBy, Message

_TAKERS = {HandledBy.AGENT: "agent", HandledBy.DIALPLAN: "voicemail"}


def message_id(message: Message) -> str:
    """Unique and stable; without dots, which the webhook's signature uses as separators."""
    taker = _TAKERS.get(message.taken_by, message.taken_by.value)
    return f"msg_{message.call_id.replace('.', '_')}_{taker}"


def webhook_body(message: Message, *, is_transcribed: bool) -> bytes:
    """The message as JSON. Not yet transcribed: the text is empty, and follows."""
    content = {
        "type": "message.left",
        "timestamp": message.taken_at.isoformat(),
        "data": {
            "id": message_id(message),
            "call_id": message.call_id,
            "business": message.business,
            "called_number": message.called_number,
            "caller_number": message.caller_number,
            "callback_number": message.callback_number,
            "name": message.name,
            "text": message.text,
            "is_transcribed": is_transcribed,
            "taken_by": _TAKERS.get(message.taken_by, message.taken_by.value),
            "recording": message.recording,
        },
    }
    return json.dumps(content, ensure_ascii=False).encode()


def email_of(message: Message, *, is_transcribed: bool, sender: str, to: str) -> EmailMessage:
    """The message as a mail that a person reads. Its subject names nobody."""
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, to
    mail["Subject"] = f"A caller left a message for {message.business}"
    mail["Date"] = format_datetime(message.taken_at)
    mail["Message-ID"] = f"<{message_id(message)}@voicebot.invalid>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notices, please
    lines = [
        f"Name:       {message.name or 'not given'}",
        f"Called:     {message.called_number}",
        f"From:       {message.caller_number or 'withheld'}",
        f"Call back:  {message.callback_number or message.caller_number or 'not known'}",
        f"When:       {message.taken_at:%Y-%m-%d %H:%M} UTC",
        "",
        _words(message, is_transcribed=is_transcribed),
        "",
        f"Recording and details: voicebot messages show {message.call_id}",
    ]
    mail.set_content("\n".join(lines) + "\n")
    return mail


def _words(message: Message, *, is_transcribed: bool) -> str:
    if message.text:
        return message.text
    if is_transcribed:
        return "(No words were understood: please listen to the recording.)"
    return "(Not transcribed yet: the words follow in another mail.)"
