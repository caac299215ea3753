"""What do we and Asterisk's chan_websocket say to each other beside the audio?

Commands become JSON text, JSON text becomes events. Whatever Asterisk sends, reading
it gives a value: what we do not know or cannot read is an `Unknown`, never an error.
Asterisk 22.8 or newer with `f(json)`; one object per message.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from voicebot.errors import MediaCommandTooLong

# Longer text is ignored by chan_websocket (MAX_TEXT_MESSAGE_LEN), with only a warning in its log.
MAX_COMMAND_BYTES = 128


@dataclass(frozen=True, slots=True)
class MarkMedia:
    """Tell us when everything sent so far was played."""

    correlation_id: str


@dataclass(frozen=True, slots=True)
class FlushMedia:
    """Drop what is queued, pending marks included: their events never come."""


@dataclass(frozen=True, slots=True)
class PauseMedia:
    """Play nothing until told to go on; what is queued stays queued."""


@dataclass(frozen=True, slots=True)
class ContinueMedia:
    """Play on where it paused. A flush does not end a pause (22.10.1): this does."""


@dataclass(frozen=True, slots=True)
class GetStatus:
    """Report the state of the queue."""


Command = MarkMedia | FlushMedia | PauseMedia | ContinueMedia | GetStatus


@dataclass(frozen=True, slots=True)
class MediaStarted:
    """The channel is ready for audio."""

    channel_id: str
    format: str
    optimal_frame_size: int


@dataclass(frozen=True, slots=True)
class MarkProcessed:
    """Everything sent before the mark has left Asterisk's queue."""

    correlation_id: str


@dataclass(frozen=True, slots=True)
class DigitEnded:
    """The caller pressed and released a key."""

    digit: str


@dataclass(frozen=True, slots=True)
class QueueFilled:
    """MEDIA_XOFF: send no more audio."""


@dataclass(frozen=True, slots=True)
class QueueEased:
    """MEDIA_XON: audio may be sent again."""


@dataclass(frozen=True, slots=True)
class StatusReported:
    """The state of Asterisk's queue for this channel."""

    queue_length: int  # frames of audio; marks are not counted
    is_full: bool
    is_paused: bool


@dataclass(frozen=True, slots=True)
class ErrorReported:
    """Asterisk could not follow a command."""

    text: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event we do not know or cannot read. `event` is its name, "" when it has none."""

    event: str


Event = (
    MediaStarted
    | MarkProcessed
    | DigitEnded
    | QueueFilled
    | QueueEased
    | StatusReported
    | ErrorReported
    | Unknown
)


def encode_command(command: Command) -> str:
    """The text to send; raises MediaCommandTooLong rather than have it silently ignored."""
    match command:
        case MarkMedia(correlation_id):
            fields = {"command": "MARK_MEDIA", "correlation_id": correlation_id}
        case FlushMedia():
            fields = {"command": "FLUSH_MEDIA"}
        case PauseMedia():
            fields = {"command": "PAUSE_MEDIA"}
        case ContinueMedia():
            fields = {"command": "CONTINUE_MEDIA"}
        case GetStatus():
            fields = {"command": "GET_STATUS"}
    # ASCII escapes make characters and bytes the same count.
    text = json.dumps(fields, separators=(",", ":"), ensure_ascii=True)
    if len(text) > MAX_COMMAND_BYTES:
        raise MediaCommandTooLong(fields["command"], len(text), MAX_COMMAND_BYTES)
    return text


def decode_event(text: str) -> Event:
    """The event that `text` carries."""
    try:
        fields = json.loads(text)
    # Deeply nested garbage exhausts the parser's stack before it is found to be garbage.
    except (ValueError, RecursionError):
        return Unknown("")
    if not isinstance(fields, dict) or not isinstance(fields.get("event"), str):
        return Unknown("")
    name: str = fields["event"]
    decode = _DECODERS.get(name)
    if decode is None:
        return Unknown(name)
    try:
        return decode(fields)
    except _FieldUnreadable:
        return Unknown(name)


class _FieldUnreadable(ValueError):
    """A field is missing or of another type; never leaves this module."""


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise _FieldUnreadable(name)
    return value


def _count(fields: Mapping[str, Any], name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _FieldUnreadable(name)
    return value


def _flag(fields: Mapping[str, Any], name: str) -> bool:
    value = fields.get(name)
    if not isinstance(value, bool):
        raise _FieldUnreadable(name)
    return value


def _digit(fields: Mapping[str, Any]) -> str:
    digit = _text(fields, "digit")
    # ITU-T Q.23: ten digits, two signs, and four letters that no ordinary telephone has.
    if len(digit) != 1 or digit not in "0123456789*#ABCD":
        raise _FieldUnreadable("digit")
    return digit


_DECODERS: Mapping[str, Callable[[Mapping[str, Any]], Event]] = {
    "MEDIA_START": lambda fields: MediaStarted(
        channel_id=_text(fields, "channel_id"),
        format=_text(fields, "format"),
        optimal_frame_size=_count(fields, "optimal_frame_size"),
    ),
    "MEDIA_MARK_PROCESSED": lambda fields: MarkProcessed(_text(fields, "correlation_id")),
    "DTMF_END": lambda fields: DigitEnded(_digit(fields)),
    "MEDIA_XOFF": lambda _: QueueFilled(),
    "MEDIA_XON": lambda _: QueueEased(),
    "STATUS": lambda fields: StatusReported(
        queue_length=_count(fields, "queue_length"),
        is_full=_flag(fields, "queue_full"),
        is_paused=_flag(fields, "media_paused"),
    ),
    "ERROR": lambda fields: ErrorReported(_text(fields, "error_text")),
}
