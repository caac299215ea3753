"""What did Asterisk just tell us?

One message of the ARI socket becomes one value: an event that we know, UnknownEvent
for any other type, the answer to a request, or MalformedMessage. Nothing that can
arrive raises: a bad message must not take the calls of a whole process with it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from voicebot.ari import model
from voicebot.ari.model import Bridge, Channel


@dataclass(frozen=True, slots=True)
class CallBroadcast:
    """A call is offered to all agents; the first to claim it gets it."""

    application: str
    channel: Channel
    caller: str = field(repr=False)
    called: str


@dataclass(frozen=True, slots=True)
class CallClaimed:
    """An offered call was claimed, by us or by a peer."""

    application: str
    channel: Channel
    winner: str


@dataclass(frozen=True, slots=True)
class StasisStart:
    """A channel is now ours to steer."""

    application: str
    channel: Channel
    args: tuple[str, ...]
    replaced: Channel | None = None


@dataclass(frozen=True, slots=True)
class StasisEnd:
    """A channel is no longer ours to steer: it hung up, moved or went on in the dialplan."""

    application: str
    channel: Channel


@dataclass(frozen=True, slots=True)
class ChannelStateChange:
    application: str
    channel: Channel


@dataclass(frozen=True, slots=True)
class ChannelHold:
    """The far end has put the channel on hold; what comes now is its music, if anything."""

    application: str
    channel: Channel


@dataclass(frozen=True, slots=True)
class ChannelUnhold:
    """The far end is back."""

    application: str
    channel: Channel


@dataclass(frozen=True, slots=True)
class ChannelDtmfReceived:
    application: str
    channel: Channel
    digit: str = field(repr=False)
    duration_ms: int


@dataclass(frozen=True, slots=True)
class ChannelHangupRequest:
    """Somebody asked for the channel's end; it follows as ChannelDestroyed."""

    application: str
    channel: Channel
    cause: int | None  # ITU-T Q.850


@dataclass(frozen=True, slots=True)
class ChannelDestroyed:
    application: str
    channel: Channel
    cause: int  # ITU-T Q.850
    cause_text: str


@dataclass(frozen=True, slots=True)
class ApplicationMoveFailed:
    """A channel could not be moved to another application and is still ours."""

    application: str
    channel: Channel
    destination: str


@dataclass(frozen=True, slots=True)
class ApplicationReplaced:
    """Another socket registered our application's name: we get no more events."""

    application: str


@dataclass(frozen=True, slots=True)
class ChannelUserevent:
    """The dialplan or another application tells something, with or without a channel."""

    application: str
    event_name: str
    values: Mapping[str, str] = field(repr=False, hash=False)
    channel: Channel | None = None


@dataclass(frozen=True, slots=True)
class ChannelVarset:
    """A variable of a channel was set; values may be private."""

    application: str
    channel: Channel
    variable: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """Any other type; a newer Asterisk may send some that did not exist when we were written."""

    event_type: str
    application: str | None


@dataclass(frozen=True, slots=True)
class MalformedMessage:
    """Not what Asterisk's API description promises; the reason quotes no content."""

    reason: str


class ResyncReason(StrEnum):
    CONNECTED = "connected"  # the first connection: there was nothing to lose
    RECONNECTED = "reconnected"  # events sent while the socket was down are lost
    OVERFLOWED = "overflowed"  # events were not taken in time: what came after is lost


@dataclass(frozen=True, slots=True)
class Resynced:
    """What exists in Asterisk now; events after this one are complete again.

    An event that follows may tell what this snapshot already shows: repeated and
    late events are normal here.
    """

    channels: tuple[Channel, ...]
    bridges: tuple[Bridge, ...]
    reason: ResyncReason


AriEvent = (
    CallBroadcast
    | CallClaimed
    | StasisStart
    | StasisEnd
    | ChannelStateChange
    | ChannelHold
    | ChannelUnhold
    | ChannelDtmfReceived
    | ChannelHangupRequest
    | ChannelDestroyed
    | ApplicationMoveFailed
    | ApplicationReplaced
    | ChannelUserevent
    | ChannelVarset
    | UnknownEvent
    | MalformedMessage
    | Resynced
)


@dataclass(frozen=True, slots=True)
class RestResponse:
    """The answer to one of our requests."""

    request_id: str
    status: int
    reason: str
    body: str | None = field(default=None, repr=False)


Fields = Mapping[str, object]


def decode(message: str | bytes) -> AriEvent | RestResponse:
    try:
        fields = model.an_object(json.loads(message), "message")
        event_type = model.read(fields, "type", str)
        if event_type == "RESTResponse":
            return _response(fields)
        decoder = DECODERS.get(event_type)
        if decoder is None:
            application = fields.get("application")
            return UnknownEvent(event_type, application if isinstance(application, str) else None)
        return decoder(model.read(fields, "application", str), fields)
    except json.JSONDecodeError as error:
        return MalformedMessage(f"no JSON at character {error.pos}")
    except UnicodeDecodeError:
        return MalformedMessage("no UTF-8")
    except ValueError as error:
        return MalformedMessage(str(error))
    except RecursionError:
        return MalformedMessage("nested too deeply")


def _response(fields: Fields) -> RestResponse:
    body = fields.get("message_body")
    return RestResponse(
        request_id=model.read(fields, "request_id", str),
        status=model.read(fields, "status_code", int),
        reason=model.read(fields, "reason_phrase", str),
        body=body if isinstance(body, str) else None,
    )


def _call_broadcast(application: str, fields: Fields) -> CallBroadcast:
    channel = _channel(fields)
    # Both are optional in the API description; the channel says the same.
    caller, called = fields.get("caller"), fields.get("called")
    return CallBroadcast(
        application,
        channel,
        caller=caller if isinstance(caller, str) else channel.caller.number,
        called=called if isinstance(called, str) else channel.dialplan.exten,
    )


def _call_claimed(application: str, fields: Fields) -> CallClaimed:
    return CallClaimed(application, _channel(fields), winner=model.read(fields, "winner_app", str))


def _stasis_start(application: str, fields: Fields) -> StasisStart:
    replaced = fields.get("replace_channel")
    return StasisStart(
        application,
        _channel(fields),
        args=model.texts(fields, "args"),
        replaced=None if replaced is None else model.channel(replaced),
    )


def _dtmf_received(application: str, fields: Fields) -> ChannelDtmfReceived:
    return ChannelDtmfReceived(
        application,
        _channel(fields),
        digit=model.read(fields, "digit", str),
        duration_ms=model.read(fields, "duration_ms", int),
    )


def _hangup_request(application: str, fields: Fields) -> ChannelHangupRequest:
    cause = None if fields.get("cause") is None else model.read(fields, "cause", int)
    return ChannelHangupRequest(application, _channel(fields), cause)


def _destroyed(application: str, fields: Fields) -> ChannelDestroyed:
    return ChannelDestroyed(
        application,
        _channel(fields),
        cause=model.read(fields, "cause", int),
        cause_text=model.read(fields, "cause_txt", str),
    )


def _move_failed(application: str, fields: Fields) -> ApplicationMoveFailed:
    return ApplicationMoveFailed(
        application, _channel(fields), destination=model.read(fields, "destination", str)
    )


def _varset(application: str, fields: Fields) -> ChannelVarset | UnknownEvent:
    # Global variables have no channel.
    if fields.get("channel") is None:
        return UnknownEvent("ChannelVarset", application)
    return ChannelVarset(
        application,
        _channel(fields),
        variable=model.read(fields, "variable", str),
        value=model.read(fields, "value", str),
    )


def _userevent(application: str, fields: Fields) -> ChannelUserevent:
    channel = fields.get("channel")
    told = model.an_object(fields.get("userevent"), "userevent")
    return ChannelUserevent(
        application,
        event_name=model.read(fields, "eventname", str),
        # Asterisk repeats the name among the values.
        values={
            name: value
            for name, value in told.items()
            if isinstance(value, str) and name != "eventname"
        },
        channel=None if channel is None else model.channel(channel),
    )


def _channel(fields: Fields) -> Channel:
    return model.channel(fields.get("channel"))


DECODERS: Mapping[str, Callable[[str, Fields], AriEvent]] = {
    "CallBroadcast": _call_broadcast,
    "CallClaimed": _call_claimed,
    "StasisStart": _stasis_start,
    "StasisEnd": lambda application, fields: StasisEnd(application, _channel(fields)),
    "ChannelStateChange": lambda application, fields: ChannelStateChange(
        application, _channel(fields)
    ),
    "ChannelHold": lambda application, fields: ChannelHold(application, _channel(fields)),
    "ChannelUnhold": lambda application, fields: ChannelUnhold(application, _channel(fields)),
    "ChannelDtmfReceived": _dtmf_received,
    "ChannelHangupRequest": _hangup_request,
    "ChannelDestroyed": _destroyed,
    "ApplicationMoveFailed": _move_failed,
    "ApplicationReplaced": lambda application, fields: ApplicationReplaced(application),
    "ChannelUserevent": _userevent,
    "ChannelVarset": _varset,
}
