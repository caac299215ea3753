"""What does a message of AMI tell us?

A message is read once, into a value; what we have no use for is None. Values are strings of
Asterisk's making, some of them around strings of strangers: whatever does not look as it must is
MalformedEvent, and nothing worse comes of it.
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from voicebot.calls.call_quality import StreamSums
from voicebot.calls.failed_authentications import FailedAuthentication
from voicebot.calls.model import CallId
from voicebot.calls.trunk_health import Health, HealthReport, Part

# Header → value; a list where a header came more than once. The headers are told without case.
Message = Mapping[str, str | list[str]]

# A contact's events that say nothing about whether it can be reached.
_UNINTERESTING_STATUS = frozenset({"Created", "Updated"})
_REFUSALS = frozenset(
    {
        "AuthMethodNotAllowed",
        "ChallengeResponseFailed",
        "FailedACL",
        "InvalidAccountID",
        "InvalidPassword",
        "InvalidTransport",
        "UnexpectedAddress",
    }
)
EVENTS = _REFUSALS | {
    "ContactStatus",
    "Hangup",
    "RTCPReceived",
    "RTCPSent",
    "Registry",
    "VarSet",
}
_NO_DEVICE = frozenset({"Unavailable"})
_UNKNOWN_DEVICE = frozenset({"Unknown", "Invalid"})


@dataclass(frozen=True, slots=True)
class WeLost:
    """A report of ours on what the caller sent."""

    call_id: CallId
    fraction_lost: int


@dataclass(frozen=True, slots=True)
class CallerLost:
    """A report of the caller's side on what we sent."""

    call_id: CallId
    fraction_lost: int


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """The sums of a call's audio stream; they come in parts."""

    call_id: CallId
    sums: StreamSums


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The channel is gone."""

    call_id: CallId


@dataclass(frozen=True, slots=True)
class HealthStirred:
    """A contact or a registration may have changed: look again."""

    endpoint: str = ""
    round_trip_ms: float | None = None


@dataclass(frozen=True, slots=True)
class MalformedEvent:
    """Not as Asterisk describes it; `name` is the event's."""

    name: str


AmiEvent = (
    WeLost
    | CallerLost
    | StreamEnded
    | CallEnded
    | HealthStirred
    | FailedAuthentication
    | MalformedEvent
)


def decode(message: Message) -> AmiEvent | None:
    """The event in a message, None when it is none of ours."""
    name = _text(message, "Event")
    if name not in EVENTS:
        return None
    try:
        return _decode(name, message)
    except (ValueError, KeyError):
        return MalformedEvent(name)


def endpoint_reports(messages: Iterable[Message]) -> list[HealthReport]:
    """The answer to PJSIPShowEndpoints."""
    return [_endpoint(each) for each in messages if _text(each, "Event") == "EndpointList"]


def registration_reports(messages: Iterable[Message]) -> list[HealthReport]:
    """The answer to PJSIPShowRegistrationsOutbound, without the passwords that come with it."""
    return [
        _registration(each)
        for each in messages
        if _text(each, "Event") == "OutboundRegistrationDetail"
    ]


def calls_up(messages: Iterable[Message]) -> frozenset[CallId]:
    """The answer to CoreShowChannels: the calls, each with all of its legs."""
    return frozenset(
        CallId(_text(each, "Linkedid"))
        for each in messages
        if _text(each, "Event") == "CoreShowChannel"
    )


def _decode(name: str, message: Message) -> AmiEvent | None:
    if name in _REFUSALS:
        return FailedAuthentication(
            source=_source(_text(message, "RemoteAddress")),
            service=_word(_text(message, "Service")),
            reason=name,
            at=datetime.strptime(_text(message, "EventTV"), "%Y-%m-%dT%H:%M:%S.%f%z"),
        )
    if name == "ContactStatus":
        if _text(message, "ContactStatus") in _UNINTERESTING_STATUS:
            return None
        microseconds = int(_text(message, "RoundtripUsec") or 0)
        round_trip_ms = microseconds / 1000 if microseconds > 0 else None
        return HealthStirred(_text(message, "EndpointName"), round_trip_ms)
    if name == "Registry":
        return HealthStirred()
    return _of_call(name, message)


def _of_call(name: str, message: Message) -> AmiEvent | None:
    call_id = CallId(_text(message, "Uniqueid"))
    # The caller's own channel; an operator's leg hangs on it, with an id of its own.
    if not call_id or call_id != _text(message, "Linkedid"):
        return None
    if name == "Hangup":
        return CallEnded(call_id)
    if name == "VarSet":
        return _sums(call_id, message)
    if int(_text(message, "ReportCount")) == 0:
        return None
    fraction_lost = int(_text(message, "Report0FractionLost"))
    if not 0 <= fraction_lost <= 255:
        raise ValueError("one byte")
    return (WeLost if name == "RTCPSent" else CallerLost)(call_id, fraction_lost)


def _sums(call_id: CallId, message: Message) -> StreamEnded | None:
    """Asterisk sets its sums as variables when a stream ends.

    In RTPAUDIOQOSJITTER "rx" is what we received. (In RTPAUDIOQOS it is what the other side
    reports; that one is left alone.)
    """
    pairs = re.findall(r"(\w+)=([0-9.]+)", _text(message, "Value"))
    means_ms = {name: float(value) * 1000 for name, value in pairs}
    match _text(message, "Variable"):
        case "RTPAUDIOQOSJITTER":
            # A stream without packets has a mean of exactly zero.
            return StreamEnded(
                call_id,
                StreamSums(
                    received_jitter_ms=means_ms["avgrxjitter"] or None,
                    sent_jitter_ms=means_ms["avgtxjitter"] or None,
                ),
            )
        case "RTPAUDIOQOSRTT":
            return StreamEnded(call_id, StreamSums(round_trip_ms=means_ms["avgrtt"] or None))
        case _:
            return None


def _endpoint(message: Message) -> HealthReport:
    name, state = _text(message, "ObjectName"), _text(message, "DeviceState")
    if not _text(message, "Aor"):
        return HealthReport(Part.ENDPOINT, name, Health.UNKNOWN, "known by its address alone")
    if not _text(message, "Contacts"):
        return HealthReport(Part.ENDPOINT, name, Health.DOWN, "not registered")
    if state in _NO_DEVICE:
        return HealthReport(Part.ENDPOINT, name, Health.DOWN, "unreachable")
    if state in _UNKNOWN_DEVICE:
        return HealthReport(Part.ENDPOINT, name, Health.UNKNOWN, state.lower())
    # Whether it is idle, ringing or busy: it is there.
    return HealthReport(Part.ENDPOINT, name, Health.UP, "reachable")


def _registration(message: Message) -> HealthReport:
    status = _text(message, "Status")
    health = Health.UP if status == "Registered" else Health.DOWN
    return HealthReport(Part.REGISTRATION, _text(message, "ObjectName"), health, status.lower())


def _source(address: str) -> str:
    """The address in IPV4/UDP/192.0.2.1/5060."""
    match address.split("/"):
        case [_, _, host, _]:
            return str(ipaddress.ip_address(host.strip("[]")))
        case _:
            raise ValueError("no address")


def _word(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9_.-]{1,40}", text) is None:
        raise ValueError("no word")
    return text


def _text(message: Message, header: str) -> str:
    """A header's value, "" when it is absent, the last one when it came more than once."""
    value = message.get(header, "")
    return value[-1] if isinstance(value, list) else value
