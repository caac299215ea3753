"""Events that we do not know, from a real Asterisk, and requests that it does not know, from us."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_socket
from websockets.typing import Subprotocol

from tests.asterisk_node import ARI_ACCOUNT
from tests.integration.ari.asterisk_server import AsteriskServer
from tests.integration.ari.listening import LIMIT_S, client_of, event_of, on
from voicebot.ari.decode import (
    AriEvent,
    ChannelDestroyed,
    MalformedMessage,
    Resynced,
    StasisEnd,
    StasisStart,
    UnknownEvent,
)
from voicebot.calls.model import ChannelId


async def test_everything_that_an_asterisk_tells_can_be_read_though_not_all_is_known(
    asterisk: AsteriskServer,
) -> None:
    """Subscribed to all there is, as by a mistake in the configuration."""
    told: list[AriEvent] = []
    async with client_of(asterisk, "nosy") as ari:
        await event_of(ari, Resynced)
        sources = {"eventSource": "channel:,bridge:"}
        async with httpx.AsyncClient(auth=ARI_ACCOUNT) as rest:
            answer = await rest.post(
                f"{asterisk.url}/ari/applications/nosy/subscription", params=sources
            )
            answer.raise_for_status()
        caller = ChannelId("nosy-caller")
        await ari.channels.originate("Local/keys@far-end", app=ari.app, channel_id=caller)
        await event_of(ari, StasisStart)
        await ari.channels.set_channel_var(caller, "COLOUR", '\N{SNOWMAN} blue;\n"green"')
        bridge = await ari.bridges.create()
        await ari.bridges.add_channel(bridge.bridge_id, (caller,))
        await ari.channels.hangup(caller)
        await ari.bridges.destroy(bridge.bridge_id)
        async with asyncio.timeout(LIMIT_S):
            async for event in ari.events():
                told.append(event)
                if isinstance(event, ChannelDestroyed) and on(caller)(event):
                    break
    unknown = {event.event_type for event in told if isinstance(event, UnknownEvent)}
    assert {"BridgeCreated", "ChannelEnteredBridge"} <= unknown
    assert not [event for event in told if isinstance(event, MalformedMessage)]
    assert any(isinstance(event, StasisEnd) for event in told)


@asynccontextmanager
async def raw_socket(asterisk: AsteriskServer, app: str) -> AsyncIterator[ClientConnection]:
    account = base64.b64encode(":".join(ARI_ACCOUNT).encode()).decode()
    async with open_socket(
        f"{asterisk.url.replace('http', 'ws')}/ari/events?app={app}",
        subprotocols=[Subprotocol("ari")],
        additional_headers={"Authorization": f"Basic {account}"},
        compression=None,
        close_timeout=1,
    ) as socket:
        yield socket


async def response_to(socket: ClientConnection, message: str) -> dict[str, object]:
    await socket.send(message)
    async with asyncio.timeout(LIMIT_S):
        while True:
            answer: dict[str, object] = json.loads(await socket.recv())
            if answer["type"] == "RESTResponse":
                return answer


def a_request(method: str, uri: str) -> str:
    return json.dumps(
        {
            "type": "RESTRequest",
            "transaction_id": "t",
            "request_id": "r",
            "method": method,
            "uri": uri,
        }
    )


@pytest.mark.parametrize(
    "message",
    [
        "{",
        "[]",
        '{"type": "Dance"}',
        '{"type": "RESTRequest"}',
        a_request("DANCE", "channels"),
        a_request("GET", "dances"),
        a_request("GET", "channels/../../etc/passwd"),
        a_request("DELETE", "channels/nobody"),
    ],
)
async def test_a_request_that_means_nothing_is_refused_and_the_socket_stays(
    asterisk: AsteriskServer, message: str
) -> None:
    async with raw_socket(asterisk, "rude") as socket:
        refusal = await response_to(socket, message)
        assert isinstance(refusal["status_code"], int)
        assert refusal["status_code"] >= 400
        pong = await response_to(socket, a_request("GET", "asterisk/ping"))
        assert pong["status_code"] == 200


@pytest.mark.parametrize("message", ["x" * 65_536, bytes(65_536)])
async def test_an_oversize_request_ends_its_own_socket_and_no_other(
    asterisk: AsteriskServer, message: str | bytes
) -> None:
    async with client_of(asterisk, "bystander") as ari:
        await event_of(ari, Resynced)
        async with raw_socket(asterisk, "glutton") as socket:
            await socket.send(message)
            await asyncio.wait_for(socket.wait_closed(), LIMIT_S)
        await ari.asterisk.ping()
        assert ari.is_connected
