"""An ARI client without a socket: events come from the test, and answers as it wants them."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from tests.fakes.call_services import STARTED_AT
from tests.unit.ari import messages
from voicebot.ari import requests
from voicebot.ari.channels import Channels
from voicebot.ari.client import AriClient
from voicebot.ari.decode import (
    AriEvent,
    CallBroadcast,
    CallClaimed,
    ChannelDestroyed,
    ChannelHangupRequest,
    RestResponse,
    Resynced,
    ResyncReason,
    StasisEnd,
    StasisStart,
)
from voicebot.ari.event_socket import EventSocket
from voicebot.ari.model import Channel, DialplanPlace, Party, Value
from voicebot.ari.resources import Applications, Asterisk, Events
from voicebot.calls.model import ChannelId

OWN, PEER = "voicebot-a-1", "voicebot-a-2"
NUMBER = "+12025550123"
_A_CHANNEL = Channel(
    channel_id=ChannelId(""),
    name="PJSIP/trunk-1",
    state="Ring",
    caller=Party("", NUMBER),
    connected=Party("", ""),
    dialplan=DialplanPlace("voicebot-inbound", "1000", 1),
    language="en",
    created_at=STARTED_AT,
    variables={"VOICEBOT_CODEC": "alaw"},
)


def channel(channel_id: str) -> Channel:
    return replace(_A_CHANNEL, channel_id=ChannelId(channel_id))


class _Socket(EventSocket):
    """No connection: what is sent is kept, and answered at once unless it is held."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[AriEvent] = asyncio.Queue()
        self.sent: list[requests.Request] = []
        # Status and body by operation; 204 for all others.
        self.answers: dict[str, tuple[int, object]] = {}
        self.holds: dict[str, asyncio.Event] = {}

    async def next_event(self) -> AriEvent:
        return await self.events.get()

    async def send(
        self,
        request: requests.Request,
        parse: Callable[[object], Value],
        deadline_s: float | None = None,
    ) -> Value:
        name = request.operation.name
        self.sent.append(request)
        if name in self.holds:
            await self.holds[name].wait()
        status, body = self.answers.get(name, (204, None))
        text = None if body is None else json.dumps(body)
        response = RestResponse("1", status, "", text)
        return requests.result(request.operation, response, parse)


class FakeAri(AriClient):
    """Only what an agent process asks for itself; calls have their own fakes."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1", "tester", "secret", app=OWN)
        self.socket = _Socket()
        self.applications = Applications(self.socket)
        self.events = Events(self.socket)
        self.channels = Channels(self.socket)
        self.asterisk = Asterisk(self.socket)
        self.is_gone_from_asterisk()
        self.owns()
        self.began(STARTED_AT - timedelta(hours=1))

    def owns(self, *channel_ids: str) -> None:
        """These channels are in our application, as Asterisk sees it."""
        body = {"name": OWN, "channel_ids": list(channel_ids), "bridge_ids": []}
        self.socket.answers["applications.get"] = (200, body)

    def began(self, at: datetime) -> None:
        """When this Asterisk was started."""
        body = {"system": {"version": "22.10.1"}, "config": {"name": "node1"}}
        status = {"startup_time": at.isoformat()}
        self.socket.answers["asterisk.getInfo"] = (200, body | {"status": status})

    def is_gone_from_asterisk(self) -> None:
        """Whichever channel is asked for."""
        self.socket.answers["channels.get"] = (404, {"message": "Channel not found"})

    def is_still_in_asterisk(self, context: str) -> None:
        place = messages.channel()["dialplan"] | {"context": context}
        self.socket.answers["channels.get"] = (200, messages.channel(dialplan=place))

    def answers_claims(self, status: int) -> None:
        self.socket.answers["events.claimChannel"] = (status, None)

    def holds(self, operation: str) -> asyncio.Event:
        """Its answer waits until the event is set."""
        return self.socket.holds.setdefault(operation, asyncio.Event())

    @property
    def claims(self) -> list[str]:
        return [
            str(request.query["channelId"])
            for request in self.socket.sent
            if request.operation is requests.EVENTS_CLAIM_CHANNEL
        ]

    def tells(self, *events: AriEvent) -> None:
        for event in events:
            self.socket.events.put_nowait(event)

    def broadcasts(self, channel_id: str) -> None:
        self.tells(CallBroadcast(OWN, channel(channel_id), NUMBER, "1000"))

    def is_claimed(self, channel_id: str, by: str) -> None:
        self.tells(CallClaimed(OWN, channel(channel_id), by))

    def starts(self, channel_id: str, *args: str) -> None:
        self.tells(StasisStart(OWN, channel(channel_id), args))

    def ends(self, channel_id: str) -> None:
        self.tells(StasisEnd(OWN, channel(channel_id)))

    def wants_end(self, channel_id: str, cause: int | None) -> None:
        self.tells(ChannelHangupRequest(OWN, channel(channel_id), cause))

    def destroys(self, channel_id: str, cause: int = 16) -> None:
        self.tells(ChannelDestroyed(OWN, channel(channel_id), cause, "Normal Clearing"))

    def resyncs(self, *channel_ids: str) -> None:
        channels = tuple(map(channel, channel_ids))
        self.tells(Resynced(channels, (), ResyncReason.RECONNECTED))
