"""What is asked of Asterisk, and what is made of its answers."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fakes.ari_server import Answer, FakeAriServer, answer_nothing_special
from tests.unit.ari import messages
from tests.unit.ari.conftest import client_of
from voicebot.ari.client import AriClient
from voicebot.ari.resources import Application, AsteriskInfo, Claim
from voicebot.calls.model import BridgeId, ChannelId
from voicebot.errors import AriRequestRefused

BRIDGE = BridgeId("bridge-1")
CHANNEL = ChannelId("c-1")
APPLICATION = {"name": "a", "channel_ids": ["c-1"], "bridge_ids": [], "endpoint_ids": []}


def answering(uri: str, status: int, body: object) -> Callable[[str, str], Answer | None]:
    return lambda method, asked: (
        (status, body) if asked == uri else answer_nothing_special(method, asked)
    )


async def asked(
    server: FakeAriServer, call: Callable[[AriClient], Awaitable[object]]
) -> tuple[str, str, dict[str, str]]:
    """The request that a call makes: method, place and query."""
    async with client_of(server) as ari:
        await ari.next_event()
        await call(ari)
    request = server.requests[-1]
    query = {each["name"]: each["value"] for each in request.get("query_strings", [])}
    return request["method"], request["uri"], query


async def told(server: FakeAriServer, call: Callable[[AriClient], Awaitable[Any]]) -> Any:
    async with client_of(server) as ari:
        await ari.next_event()
        return await call(ari)


async def test_a_bridge_is_created_with_our_own_id(server: FakeAriServer) -> None:
    server.answer = answering("bridges/bridge-1", 200, messages.bridge())
    assert await asked(server, lambda ari: ari.bridges.create_with_id(BRIDGE, name="b")) == (
        "POST",
        "bridges/bridge-1",
        {"type": "mixing", "name": "b"},
    )
    bridge = await told(server, lambda ari: ari.bridges.get(BRIDGE))
    assert bridge.channel_ids == ("node1-1763820000.4", "media-1")


async def test_a_bridge_is_created_with_an_id_of_asterisks_choice(server: FakeAriServer) -> None:
    server.answer = lambda method, uri: (
        (200, messages.bridge() if method == "POST" else [])
        if uri == "bridges"
        else answer_nothing_special(method, uri)
    )
    bridge = await told(server, lambda ari: ari.bridges.create(bridge_type="holding"))
    assert bridge.bridge_id == "bridge-1"
    assert server.requests[-1]["query_strings"] == [{"name": "type", "value": "holding"}]


async def test_channels_are_added_and_removed_together(server: FakeAriServer) -> None:
    both = (CHANNEL, ChannelId("m-1"))
    assert await asked(server, lambda ari: ari.bridges.add_channel(BRIDGE, both)) == (
        "POST",
        "bridges/bridge-1/addChannel",
        {"channel": "c-1,m-1"},
    )
    assert await asked(server, lambda ari: ari.bridges.remove_channel(BRIDGE, both)) == (
        "POST",
        "bridges/bridge-1/removeChannel",
        {"channel": "c-1,m-1"},
    )


async def test_bridges_are_listed_and_destroyed(server: FakeAriServer) -> None:
    assert await told(server, lambda ari: ari.bridges.list()) == ()
    assert await asked(server, lambda ari: ari.bridges.destroy(BRIDGE)) == (
        "DELETE",
        "bridges/bridge-1",
        {},
    )


@pytest.mark.parametrize(
    ("status", "claim"), [(204, Claim.WON), (409, Claim.LOST), (404, Claim.TOO_LATE)]
)
async def test_the_race_for_a_call_is_won_or_lost(
    server: FakeAriServer, status: int, claim: Claim
) -> None:
    server.answer = answering("events/claim", status, None)
    outcome = await told(
        server, lambda ari: ari.events.claim_channel(CHANNEL, application="voicebot-1")
    )
    assert outcome is claim
    assert bool(outcome) is (status == 204)


async def test_a_claim_that_asterisk_cannot_understand_is_an_error(server: FakeAriServer) -> None:
    server.answer = answering("events/claim", 400, {"message": "Channel ID is required"})
    with pytest.raises(AriRequestRefused, match="400 Channel ID is required"):
        await told(server, lambda ari: ari.events.claim_channel(CHANNEL, application="a"))


async def test_another_application_is_told_something_with_values(server: FakeAriServer) -> None:
    async with client_of(server) as ari:
        await ari.next_event()
        await ari.events.user_event("beat", application="a", variables={"agent": "voicebot-1"})
    request = server.requests[-1]
    assert (request["method"], request["uri"]) == ("POST", "events/user/beat")
    assert json.loads(request["message_body"]) == {
        "application": "a",
        "variables": {"agent": "voicebot-1"},
    }


async def test_applications_are_read(server: FakeAriServer) -> None:
    server.answer = answering("applications", 200, [APPLICATION])
    expected = Application("a", channel_ids=(CHANNEL,), bridge_ids=())
    assert await told(server, lambda ari: ari.applications.list()) == (expected,)
    server.answer = answering("applications/a", 200, APPLICATION)
    assert await told(server, lambda ari: ari.applications.get("a")) == expected


async def test_asterisk_tells_its_version_and_name(server: FakeAriServer) -> None:
    body = {"system": {"version": "22.10.1"}, "config": {"name": "node1"}}
    body["status"] = {"startup_time": "2026-11-23T06:00:00.000+0000"}
    server.answer = answering("asterisk/info", 200, body)
    assert await told(server, lambda ari: ari.asterisk.get_info()) == AsteriskInfo(
        "22.10.1", "node1", datetime(2026, 11, 23, 6, tzinfo=UTC)
    )
    assert await told(server, lambda ari: ari.asterisk.ping()) is None
