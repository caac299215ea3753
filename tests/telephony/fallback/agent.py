"""The least that an agent can be: it claims a call and does as the test tells it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.telephony.fallback.node import Node

APP = "voicebot-test-1"
EVENT_LIMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Agent:
    """An ARI application and its REST client."""

    node: Node
    events: ClientConnection
    rest: httpx.Client
    app: str = APP
    bridges: list[str] = field(default_factory=list)

    def await_event(self, kind: str) -> dict[str, Any]:
        """The next event of this type; others are passed over."""
        while (event := self.next_event())["type"] != kind:
            pass
        return event

    def next_event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.events.recv(timeout=EVENT_LIMIT_S))
        return event

    def ask(self, method: str, path: str, **query: str) -> dict[str, Any]:
        answer = self.rest.request(method, path, params=query).raise_for_status()
        parsed: dict[str, Any] = answer.json() if answer.content else {}
        return parsed

    def claim(self) -> dict[str, Any]:
        """Claims the next call; returns the channel as its StasisStart shows it."""
        offered = self.await_event("CallBroadcast")["channel"]
        self.ask("POST", "events/claim", channelId=offered["id"], application=self.app)
        return self.await_event("StasisStart")

    def open_media(self, channel_id: str, encoding: str) -> ClientConnection:
        """A media channel beside the caller's, bridged with it."""
        made = self.ask(
            "POST",
            "channels/externalMedia",
            app=self.app,
            channelId=f"{channel_id}-media",
            format=encoding,
            transport="websocket",
            encapsulation="none",
            connection_type="server",
            external_host="INCOMING",
            transport_data="f(json)",
        )
        connection_id = made["channelvars"]["MEDIA_WEBSOCKET_CONNECTION_ID"]
        media = connect(
            f"{self.node.settings.media_url}/media/{connection_id}",
            subprotocols=[Subprotocol("media")],
            compression=None,
        )
        self.await_event("StasisStart")
        bridge = f"{channel_id}-bridge"
        self.ask("POST", f"bridges/{bridge}", type="mixing")
        self.bridges.append(bridge)
        self.ask("POST", f"bridges/{bridge}/addChannel", channel=f"{channel_id},{channel_id}-media")
        return media


@contextmanager
def running_agent(node: Node, app: str = APP) -> Iterator[Agent]:
    """Connects an agent to Asterisk for the time of a test."""
    settings = node.settings
    password = settings.ari_password.get_secret_value()
    address = settings.media_url.removeprefix("ws://")
    with (
        connect(
            f"ws://{address}/ari/events?app={app}&api_key={settings.ari_username}:{password}",
            # Unread events must not keep the closing handshake from being read.
            max_queue=None,
        ) as events,
        httpx.Client(
            base_url=f"{settings.ari_url}/ari/", auth=(settings.ari_username, password)
        ) as rest,
    ):
        agent = Agent(node, events, rest, app)
        yield agent
        # As an agent does when its call is over.
        for bridge in agent.bridges:
            agent.ask("DELETE", f"bridges/{bridge}")
