"""Which operations does Asterisk offer on its resources?

One class per resource and one method per operation, named as in Asterisk's own API
description (`addChannel` is `add_channel`). Every method raises AriRequestRefused,
AriRequestTimeout or AriDisconnected.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from voicebot.ari import model, requests
from voicebot.ari.decode import AriEvent
from voicebot.ari.event_socket import EventSocket
from voicebot.ari.model import Bridge, Value
from voicebot.calls.model import BridgeId, ChannelId
from voicebot.errors import AriRequestRefused


class Claim(Enum):
    """How the race for an offered call ended for us. True only when it was won."""

    WON = 204
    LOST = 409  # a peer was faster
    TOO_LATE = 404  # the offer has timed out, or its caller hung up

    def __bool__(self) -> bool:
        return self is Claim.WON


@dataclass(frozen=True, slots=True)
class Application:
    """A dead process's application stays listed: this tells nothing about its health."""

    name: str
    channel_ids: tuple[ChannelId, ...]
    bridge_ids: tuple[BridgeId, ...]


@dataclass(frozen=True, slots=True)
class AsteriskInfo:
    version: str
    system_name: str
    started_at: datetime


class Resource:
    def __init__(self, socket: EventSocket) -> None:
        self._socket = socket

    async def _call(
        self,
        operation: requests.Operation,
        parse: Callable[[object], Value],
        variables: Mapping[str, str] | None = None,
        /,
        **parameters: requests.Parameter | None,
    ) -> Value:
        request = requests.request(operation, parameters, variables)
        return await self._socket.send(request, parse)


class Applications(Resource):
    async def list(self) -> tuple[Application, ...]:
        return await self._call(requests.APPLICATIONS_LIST, _applications)

    async def get(self, application_name: str) -> Application:
        return await self._call(
            requests.APPLICATIONS_GET, _application, applicationName=application_name
        )

    async def subscribe(self, application_name: str, channel_id: ChannelId) -> None:
        """Events of this channel go on to come, also while it is not in Stasis."""
        await self._call(
            requests.APPLICATIONS_SUBSCRIBE,
            nothing,
            applicationName=application_name,
            eventSource=f"channel:{channel_id}",
        )


class Asterisk(Resource):
    async def get_info(self) -> AsteriskInfo:
        return await self._call(requests.ASTERISK_GET_INFO, _info)

    async def get_global_var(self, variable: str) -> str:
        """Empty when it is not set."""
        return await self._call(requests.ASTERISK_GET_GLOBAL_VAR, model.variable, variable=variable)

    async def ping(self) -> None:
        await self._call(requests.ASTERISK_PING, nothing)


class Bridges(Resource):
    async def list(self) -> tuple[Bridge, ...]:
        return await self._call(requests.BRIDGES_LIST, model.bridges)

    async def get(self, bridge_id: BridgeId) -> Bridge:
        return await self._call(requests.BRIDGES_GET, model.bridge, bridgeId=bridge_id)

    async def create(self, *, bridge_type: str = "mixing", name: str | None = None) -> Bridge:
        return await self._call(requests.BRIDGES_CREATE, model.bridge, type=bridge_type, name=name)

    async def create_with_id(
        self, bridge_id: BridgeId, *, bridge_type: str = "mixing", name: str | None = None
    ) -> Bridge:
        """Of a bridge that exists already, Asterisk only updates the name."""
        return await self._call(
            requests.BRIDGES_CREATE_WITH_ID,
            model.bridge,
            bridgeId=bridge_id,
            type=bridge_type,
            name=name,
        )

    async def add_channel(self, bridge_id: BridgeId, channel_ids: Iterable[ChannelId]) -> None:
        """All must be in Stasis, else 422 and none is added."""
        await self._call(
            requests.BRIDGES_ADD_CHANNEL,
            nothing,
            bridgeId=bridge_id,
            channel=",".join(channel_ids),
        )

    async def remove_channel(self, bridge_id: BridgeId, channel_ids: Iterable[ChannelId]) -> None:
        await self._call(
            requests.BRIDGES_REMOVE_CHANNEL,
            nothing,
            bridgeId=bridge_id,
            channel=",".join(channel_ids),
        )

    async def destroy(self, bridge_id: BridgeId) -> None:
        await self._call(requests.BRIDGES_DESTROY, nothing, bridgeId=bridge_id)


class Events(Resource):
    async def __call__(self) -> AsyncIterator[AriEvent]:
        """Listens; never ends by itself: whoever listens is cancelled."""
        while True:
            yield await self._socket.next_event()

    async def claim_channel(self, channel_id: ChannelId, *, application: str) -> Claim:
        """Races for an offered call; losing is an outcome, not an error."""
        try:
            await self._call(
                requests.EVENTS_CLAIM_CHANNEL,
                nothing,
                channelId=channel_id,
                application=application,
            )
        except AriRequestRefused as error:
            if error.status not in (Claim.LOST.value, Claim.TOO_LATE.value):
                raise
            return Claim(error.status)
        return Claim.WON

    async def user_event(
        self,
        event_name: str,
        *,
        application: str,
        source: str | None = None,
        variables: Mapping[str, str],
    ) -> None:
        """Tells another application something, as ChannelUserevent; 404 when there is none."""
        await self._call(
            requests.EVENTS_USER_EVENT,
            nothing,
            variables,
            eventName=event_name,
            application=application,
            source=source,
        )


class Playbacks(Resource):
    async def stop(self, playback_id: str) -> None:
        """404 when it has ended."""
        await self._call(requests.PLAYBACKS_STOP, nothing, playbackId=playback_id)


def nothing(value: object) -> None:
    """For void operations: a success says all there is to know."""


def _applications(value: object) -> tuple[Application, ...]:
    return tuple(_application(each) for each in model.a_list(value, "applications"))


def _application(value: object) -> Application:
    fields = model.an_object(value, "application")
    return Application(
        name=model.read(fields, "name", str),
        channel_ids=tuple(map(ChannelId, model.texts(fields, "channel_ids"))),
        bridge_ids=tuple(map(BridgeId, model.texts(fields, "bridge_ids"))),
    )


def _info(value: object) -> AsteriskInfo:
    fields = model.an_object(value, "info")
    system = model.an_object(fields.get("system"), "system")
    config = model.an_object(fields.get("config"), "config")
    status = model.an_object(fields.get("status"), "status")
    return AsteriskInfo(
        version=model.read(system, "version", str),
        system_name=model.read(config, "name", str),
        started_at=model.instant(status, "startup_time"),
    )
