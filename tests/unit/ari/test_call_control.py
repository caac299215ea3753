from collections.abc import AsyncIterator, Callable

import pytest

from tests.fakes.ari_server import Answer, FakeAriServer, answer_nothing_special
from tests.unit.ari import messages
from tests.unit.ari.conftest import client_of
from voicebot.ari.call_control import AriCallControl
from voicebot.audio.frames import Encoding
from voicebot.calls.model import BridgeId, CallId, ChannelId
from voicebot.errors import AriRequestRefused, AsteriskError
from voicebot.ports import CallControl

CALL = CallId("node1-1.1")
CHANNEL = ChannelId("node1-1.1")
MEDIA = ChannelId("media-1")
BRIDGE = BridgeId("bridge-1")


@pytest.fixture
async def control(server: FakeAriServer) -> AsyncIterator[CallControl]:
    async with client_of(server) as ari:
        await ari.next_event()
        yield AriCallControl(ari)


def refusing(status: int) -> Callable[[str, str], Answer | None]:
    return lambda method, uri: (status, {"message": "no"})


async def test_media_is_opened_for_our_own_socket_to_come_in(
    server: FakeAriServer, control: CallControl
) -> None:
    variables = {"MEDIA_WEBSOCKET_CONNECTION_ID": "5034bf36"}
    server.answer = lambda method, uri: (200, messages.channel(channelvars=variables))
    assert await control.open_media(CALL, MEDIA, Encoding.ALAW) == "5034bf36"
    query = {each["name"]: each["value"] for each in server.requests[-1]["query_strings"]}
    assert query == {
        "app": "voicebot-1",
        "format": "alaw",
        "channelId": "media-1",
        "transport": "websocket",
        "encapsulation": "none",
        "connection_type": "server",
        "external_host": "INCOMING",
        "direction": "both",
        "data": "media,node1-1.1",
        "transport_data": "f(json)",
    }


async def test_media_without_a_connection_id_is_an_error(
    server: FakeAriServer, control: CallControl
) -> None:
    server.answer = lambda method, uri: (200, messages.channel())
    with pytest.raises(AsteriskError, match="no media connection id"):
        await control.open_media(CALL, MEDIA, Encoding.ULAW)


async def test_caller_and_media_are_joined_in_a_bridge_of_our_own(
    server: FakeAriServer, control: CallControl
) -> None:
    server.answer = lambda method, uri: (
        (200, messages.bridge())
        if uri == "bridges/bridge-1"
        else answer_nothing_special(method, uri)
    )
    await control.join(BRIDGE, CHANNEL, MEDIA)
    create, add = server.requests[-2:]
    assert create["uri"] == "bridges/bridge-1"
    assert add["uri"] == "bridges/bridge-1/addChannel"
    assert add["query_strings"] == [{"name": "channel", "value": "node1-1.1,media-1"}]


async def test_ending_what_has_ended_already_succeeds(
    server: FakeAriServer, control: CallControl
) -> None:
    server.answer = refusing(404)
    await control.hang_up(CHANNEL, 16)
    await control.destroy_bridge(BRIDGE)


async def test_a_bridge_that_is_just_being_destroyed_needs_no_destroying(
    server: FakeAriServer, control: CallControl
) -> None:
    # "Bridge not in Stasis application": it has left, and is not gone yet.
    server.answer = refusing(409)
    await control.destroy_bridge(BRIDGE)


@pytest.mark.parametrize("status", [404, 409])
async def test_sending_away_what_has_left_already_succeeds(
    server: FakeAriServer, control: CallControl, status: int
) -> None:
    server.answer = refusing(status)
    await control.leave(CHANNEL, "fallback")


async def test_any_other_refusal_is_told(server: FakeAriServer, control: CallControl) -> None:
    server.answer = refusing(500)
    with pytest.raises(AriRequestRefused):
        await control.hang_up(CHANNEL, 16)
    with pytest.raises(AriRequestRefused):
        await control.destroy_bridge(BRIDGE)
    with pytest.raises(AriRequestRefused):
        await control.answer(CHANNEL)
    with pytest.raises(AriRequestRefused):
        await control.leave(CHANNEL, "fallback")


async def test_a_channel_leaves_for_the_context_it_is_sent_to(
    server: FakeAriServer, control: CallControl
) -> None:
    await control.leave(CHANNEL, "fallback")
    assert server.requests[-1]["uri"] == "channels/node1-1.1/continue"
    assert server.requests[-1]["query_strings"] == [{"name": "context", "value": "fallback"}]
