"""What do Asterisk's channels and bridges look like to us?

JSON is read here once, into values. A field that is missing or of another type
raises ValueError naming the field and the type found, never its content: numbers
and names of callers stay out of messages and representations.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from voicebot.calls.model import BridgeId, ChannelId

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Party:
    """Who is at one end of a channel, as it was signalled; "" when withheld."""

    name: str = field(repr=False)
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DialplanPlace:
    """Where in the dialplan a channel is."""

    context: str
    exten: str
    priority: int
    application: str = ""  # what runs there now: "Stasis", "Dial", …
    # Its arguments, which may hold numbers.
    application_data: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Channel:
    channel_id: ChannelId
    name: str
    state: str  # "Down", "Ring", "Up", …
    caller: Party
    connected: Party
    dialplan: DialplanPlace
    language: str
    created_at: datetime
    # What `channelvars` in ari.conf names, and what externalMedia adds.
    variables: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)


@dataclass(frozen=True, slots=True)
class Bridge:
    bridge_id: BridgeId
    bridge_type: str  # "mixing" or "holding"
    technology: str  # "simple_bridge" for two parties, "softmix" for more
    creator: str
    name: str
    channel_ids: tuple[ChannelId, ...]


def channel(value: object) -> Channel:
    fields = an_object(value, "channel")
    return Channel(
        channel_id=ChannelId(an_id(fields, "id")),
        name=read(fields, "name", str),
        state=read(fields, "state", str),
        caller=_party(fields, "caller"),
        connected=_party(fields, "connected"),
        dialplan=_dialplan(fields),
        language=read(fields, "language", str),
        created_at=instant(fields, "creationtime"),
        variables=_variables(fields),
    )


def bridge(value: object) -> Bridge:
    fields = an_object(value, "bridge")
    return Bridge(
        bridge_id=BridgeId(an_id(fields, "id")),
        bridge_type=read(fields, "bridge_type", str),
        technology=read(fields, "technology", str),
        creator=read(fields, "creator", str),
        name=read(fields, "name", str),
        channel_ids=tuple(ChannelId(each) for each in texts(fields, "channels")),
    )


def channels(value: object) -> tuple[Channel, ...]:
    return tuple(channel(each) for each in a_list(value, "channels"))


def bridges(value: object) -> tuple[Bridge, ...]:
    return tuple(bridge(each) for each in a_list(value, "bridges"))


def an_object(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValueError(f"{name}: expected an object, got {type(value).__name__}")
    return value


def a_list(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"{name}: expected a list, got {type(value).__name__}")
    return value


def read(fields: Mapping[str, object], name: str, expected: type[Value]) -> Value:
    value = fields.get(name)
    # JSON's true is a Python int, but it is no number to Asterisk.
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        raise ValueError(f"{name}: expected {expected.__name__}, got {type(value).__name__}")
    return value


def texts(fields: Mapping[str, object], name: str) -> tuple[str, ...]:
    values = a_list(fields.get(name), name)
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"{name}: expected only strings")
    return tuple(str(value) for value in values)


def an_id(fields: Mapping[str, object], name: str) -> str:
    value = read(fields, name, str)
    if value == "":
        raise ValueError(f"{name}: is empty")
    return value


def variable(value: object) -> str:
    """What a variable holds; "" when it is not set."""
    return read(an_object(value, "variable"), "value", str)


def _party(fields: Mapping[str, object], name: str) -> Party:
    party = an_object(fields.get(name), name)
    return Party(name=read(party, "name", str), number=read(party, "number", str))


def _dialplan(fields: Mapping[str, object]) -> DialplanPlace:
    place = an_object(fields.get("dialplan"), "dialplan")
    return DialplanPlace(
        context=read(place, "context", str),
        exten=read(place, "exten", str),
        priority=read(place, "priority", int),
        application=read(place, "app_name", str),
        application_data=read(place, "app_data", str),
    )


def instant(fields: Mapping[str, object], name: str) -> datetime:
    try:
        instant = datetime.fromisoformat(read(fields, name, str))
        if instant.tzinfo is None:
            raise ValueError("no offset from UTC")
        return instant.astimezone(UTC)
    # A date next to year 1 or 9999 cannot be moved to UTC.
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{name}: expected a date and time with an offset") from error


def _variables(fields: Mapping[str, object]) -> Mapping[str, str]:
    if fields.get("channelvars") is None:
        return {}
    given = an_object(fields["channelvars"], "channelvars")
    # A variable that is not set on this channel comes as null or not at all.
    return {name: value for name, value in given.items() if isinstance(value, str)}
