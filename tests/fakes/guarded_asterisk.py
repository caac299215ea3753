"""What a guardian sees of an Asterisk, and what it does there, without one."""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.unit.ari import messages
from voicebot.ari import requests
from voicebot.ari.channels import Channels
from voicebot.ari.client import AriClient
from voicebot.ari.decode import AriEvent, ChannelUserevent, RestResponse, Resynced, ResyncReason
from voicebot.ari.event_socket import EventSocket
from voicebot.ari.model import Value
from voicebot.ari.resources import Applications, Bridges, Events, Playbacks
from voicebot.calls.heartbeat import GUARDIAN_APP, HEARTBEAT_EVENT, Beat
from voicebot.calls.model import ChannelId
from voicebot.errors import AriDisconnected

AGENT_APP = "voicebot-a-1"
STASIS = {"context": "voicebot-inbound", "exten": "1000", "priority": 7}


@dataclass(slots=True)
class FakeChannel:
    name: str = "PJSIP/trunk-1"
    application: str = "StasisBroadcast"
    application_data: str = "500,^voicebot-,1000,yes"


@dataclass(slots=True)
class World:
    """The Asterisk itself."""

    held: dict[str, FakeChannel] = field(default_factory=dict)  # by the agent's application
    bridges: dict[str, list[str]] = field(default_factory=dict)
    # What was asked for, in words: "continue c1 voicebot-fallback", "hangup media-c1".
    done: list[str] = field(default_factory=list)
    refuses: dict[str, int] = field(default_factory=dict)  # status by the same words
    is_away: bool = False
    keeps_events: bool = False  # it lags: what was told to applications is not heard yet


class _Socket(EventSocket):
    def __init__(self, world: World) -> None:
        self._world = world
        self.events: asyncio.Queue[AriEvent] = asyncio.Queue()

    async def next_event(self) -> AriEvent:
        return await self.events.get()

    async def send(
        self,
        request: requests.Request,
        parse: Callable[[object], Value],
        deadline_s: float | None = None,
    ) -> Value:
        if self._world.is_away:
            raise AriDisconnected("away")
        status, body = self._answer(request)
        response = RestResponse("1", status, "", None if body is None else json.dumps(body))
        return requests.result(request.operation, response, parse)

    def _answer(self, request: requests.Request) -> tuple[int, object]:
        world, query = self._world, request.query
        parts = request.uri.split("/")
        match request.operation:
            case requests.APPLICATIONS_LIST:
                return 200, [application(AGENT_APP, world.held), application("other", ["x"])]
            case requests.CHANNELS_GET:
                return self._channel(parts[1])
            case requests.BRIDGES_LIST:
                made = world.bridges.items()
                return 200, [messages.bridge(id=one, channels=members) for one, members in made]
            case requests.EVENTS_USER_EVENT:
                if not world.keeps_events:
                    self.events.put_nowait(
                        ChannelUserevent(GUARDIAN_APP, parts[2], dict(request.variables or {}))
                    )
                return 204, None
            case requests.CHANNELS_CONTINUE_IN_DIALPLAN:
                return self._do(f"continue {parts[1]} {query.get('context', '')}".strip())
            case requests.CHANNELS_HANGUP:
                return self._do(f"hangup {parts[1]}")
            case requests.PLAYBACKS_STOP:
                return 404, None  # nothing is played to anybody
            case requests.BRIDGES_DESTROY:
                return self._do(f"destroy {parts[1]}")
        raise AssertionError(request.operation.name)

    def _channel(self, channel_id: str) -> tuple[int, object]:
        channel = self._world.held.get(channel_id)
        if channel is None:
            return 404, None
        dialplan = {
            **STASIS,
            "app_name": channel.application,
            "app_data": channel.application_data,
        }
        return 200, messages.channel(id=channel_id, name=channel.name, dialplan=dialplan)

    def _do(self, words: str) -> tuple[int, object]:
        if words in self._world.refuses:
            return self._world.refuses[words], None
        self._world.done.append(words)
        what, subject = words.split()[:2]
        if what == "destroy":
            self._world.bridges.pop(subject, None)
        else:
            self._world.held.pop(subject, None)
        return 204, None


class GuardedAri(AriClient):
    """The guardian's client on such a world."""

    def __init__(self, world: World) -> None:
        super().__init__("http://127.0.0.1:1", "tester", "secret", app=GUARDIAN_APP)
        self.socket = _Socket(world)
        self.applications = Applications(self.socket)
        self.bridges = Bridges(self.socket)
        self.channels = Channels(self.socket)
        self.events = Events(self.socket)
        self.playbacks = Playbacks(self.socket)

    def tells(self, event: AriEvent) -> None:
        self.socket.events.put_nowait(event)

    def beats(self, *channel_ids: str) -> None:
        beat = Beat.of(AGENT_APP, map(ChannelId, channel_ids))
        self.tells(ChannelUserevent(GUARDIAN_APP, HEARTBEAT_EVENT, beat.to_variables()))

    def resyncs(self) -> None:
        self.tells(Resynced((), (), ResyncReason.RECONNECTED))


def application(name: str, channel_ids: Iterable[str]) -> dict[str, object]:
    return {"name": name, "channel_ids": list(channel_ids), "bridge_ids": []}
