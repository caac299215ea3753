"""Which REST request is an operation, and what does its answer mean?

Operations are named, and take parameters, as in Asterisk's own API description
(`rest-api/*.json` of the running version); a contract test compares the two.
Requests and answers travel over the event socket (REST over WebSocket, 22.4+).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from string import Formatter
from types import MappingProxyType
from urllib.parse import quote

from voicebot.ari.decode import RestResponse
from voicebot.ari.model import Value
from voicebot.errors import AriRequestRefused, AsteriskError

Parameter = str | int | bool


@dataclass(frozen=True, slots=True)
class Operation:
    name: str  # resource and nickname: "channels.answer"
    method: str
    path: str  # with its parameters in braces: "/channels/{channelId}/answer"
    query: frozenset[str] = frozenset()

    @property
    def path_parameters(self) -> frozenset[str]:
        return frozenset(name for _, name, _, _ in Formatter().parse(self.path) if name)


@dataclass(frozen=True, slots=True)
class Request:
    """One operation with its parameters, ready to be sent."""

    operation: Operation
    uri: str
    query: Mapping[str, Parameter] = field(repr=False)
    # Channel variables; Asterisk reads them from a JSON body only.
    variables: Mapping[str, str] | None = field(default=None, repr=False)


def _operation(name: str, method: str, path: str, query: str = "") -> Operation:
    return Operation(name, method, path, frozenset(query.split()))


APPLICATIONS_GET = _operation("applications.get", "GET", "/applications/{applicationName}")
APPLICATIONS_SUBSCRIBE = _operation(
    "applications.subscribe",
    "POST",
    "/applications/{applicationName}/subscription",
    "eventSource",
)
APPLICATIONS_LIST = _operation("applications.list", "GET", "/applications")

ASTERISK_GET_INFO = _operation("asterisk.getInfo", "GET", "/asterisk/info", "only")
ASTERISK_GET_GLOBAL_VAR = _operation(
    "asterisk.getGlobalVar", "GET", "/asterisk/variable", "variable"
)
ASTERISK_PING = _operation("asterisk.ping", "GET", "/asterisk/ping")

BRIDGES_ADD_CHANNEL = _operation(
    "bridges.addChannel", "POST", "/bridges/{bridgeId}/addChannel", "channel"
)
BRIDGES_CREATE = _operation("bridges.create", "POST", "/bridges", "type name")
BRIDGES_CREATE_WITH_ID = _operation(
    "bridges.createWithId", "POST", "/bridges/{bridgeId}", "type name"
)
BRIDGES_DESTROY = _operation("bridges.destroy", "DELETE", "/bridges/{bridgeId}")
BRIDGES_GET = _operation("bridges.get", "GET", "/bridges/{bridgeId}")
BRIDGES_LIST = _operation("bridges.list", "GET", "/bridges")
BRIDGES_REMOVE_CHANNEL = _operation(
    "bridges.removeChannel", "POST", "/bridges/{bridgeId}/removeChannel", "channel"
)

CHANNELS_ANSWER = _operation("channels.answer", "POST", "/channels/{channelId}/answer")
CHANNELS_CONTINUE_IN_DIALPLAN = _operation(
    "channels.continueInDialplan",
    "POST",
    "/channels/{channelId}/continue",
    "context extension priority",
)
CHANNELS_EXTERNAL_MEDIA = _operation(
    "channels.externalMedia",
    "POST",
    "/channels/externalMedia",
    "channelId app external_host encapsulation transport connection_type format direction data"
    " transport_data",
)
CHANNELS_GET = _operation("channels.get", "GET", "/channels/{channelId}")
CHANNELS_GET_CHANNEL_VAR = _operation(
    "channels.getChannelVar", "GET", "/channels/{channelId}/variable", "variable"
)
CHANNELS_HANGUP = _operation("channels.hangup", "DELETE", "/channels/{channelId}", "reason_code")
CHANNELS_LIST = _operation("channels.list", "GET", "/channels")
CHANNELS_MOVE = _operation("channels.move", "POST", "/channels/{channelId}/move", "app appArgs")
CHANNELS_ORIGINATE = _operation(
    "channels.originate",
    "POST",
    "/channels",
    "endpoint extension context priority app appArgs callerId timeout channelId formats",
)
CHANNELS_PLAY_WITH_ID = _operation(
    "channels.playWithId", "POST", "/channels/{channelId}/play/{playbackId}", "media"
)
CHANNELS_RING = _operation("channels.ring", "POST", "/channels/{channelId}/ring")
CHANNELS_RING_STOP = _operation("channels.ringStop", "DELETE", "/channels/{channelId}/ring")
CHANNELS_SET_CHANNEL_VAR = _operation(
    "channels.setChannelVar", "POST", "/channels/{channelId}/variable", "variable value"
)
CHANNELS_SNOOP_CHANNEL = _operation(
    "channels.snoopChannel",
    "POST",
    "/channels/{channelId}/snoop",
    "spy whisper app appArgs snoopId",
)

CHANNELS_START_MOH = _operation(
    "channels.startMoh", "POST", "/channels/{channelId}/moh", "mohClass"
)
CHANNELS_STOP_MOH = _operation("channels.stopMoh", "DELETE", "/channels/{channelId}/moh")

EVENTS_CLAIM_CHANNEL = _operation(
    "events.claimChannel", "POST", "/events/claim", "channelId application"
)
EVENTS_USER_EVENT = _operation(
    "events.userEvent", "POST", "/events/user/{eventName}", "application source"
)
# The socket itself: opened, not sent over it.
EVENTS_EVENT_WEBSOCKET = _operation("events.eventWebsocket", "GET", "/events", "app subscribeAll")

PLAYBACKS_STOP = _operation("playbacks.stop", "DELETE", "/playbacks/{playbackId}")

OPERATIONS = tuple(value for value in list(globals().values()) if isinstance(value, Operation))


def request(
    operation: Operation,
    parameters: Mapping[str, Parameter | None] = MappingProxyType({}),
    variables: Mapping[str, str] | None = None,
) -> Request:
    """A parameter that is None is left out."""
    given = {name: value for name, value in parameters.items() if value is not None}
    in_path = operation.path_parameters
    query = {name: value for name, value in given.items() if name not in in_path}
    assert in_path <= given.keys(), operation.name
    assert query.keys() <= operation.query, operation.name
    place = operation.path.format_map({name: quote(str(given[name]), safe="") for name in in_path})
    return Request(operation, place.removeprefix("/"), query, variables)


def encode(request: Request, request_id: str) -> str:
    """The message that carries the request over the event socket."""
    message: dict[str, object] = {
        "type": "RESTRequest",
        "transaction_id": request_id,
        "request_id": request_id,
        "method": request.operation.method,
        "uri": request.uri,
    }
    # Asterisk takes parameters in one way only: all as query strings, or all in the body.
    if request.variables is not None:
        body = {**request.query, "variables": dict(request.variables)}
        message["content_type"] = "application/json"
        message["message_body"] = json.dumps(body)
    elif request.query:
        message["query_strings"] = [
            {"name": name, "value": _query_value(value)} for name, value in request.query.items()
        ]
    return json.dumps(message)


def result(operation: Operation, response: RestResponse, parse: Callable[[object], Value]) -> Value:
    """What the operation returns; raises AriRequestRefused, or AsteriskError on nonsense."""
    if not 200 <= response.status < 300:
        raise AriRequestRefused(operation.name, response.status, _refusal(response))
    try:
        return parse(None if response.body is None else json.loads(response.body))
    # Field names and types only, as `model` words them: no content.
    except (ValueError, RecursionError) as error:
        raise AsteriskError(f"{operation.name}: an answer that cannot be read") from error


def _query_value(value: Parameter) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _refusal(response: RestResponse) -> str:
    """Asterisk's own words, else those of the status."""
    try:
        body = json.loads(response.body or "null")
    except (ValueError, RecursionError):
        return response.reason
    message = body.get("message") if isinstance(body, dict) else None
    return message if isinstance(message, str) else response.reason
