from collections.abc import Awaitable, Callable

import pytest

from tests.fakes.ari_server import Answer, FakeAriServer, answer_nothing_special
from tests.unit.ari import messages
from tests.unit.ari.test_resources import asked, told
from voicebot.ari.client import AriClient
from voicebot.calls.model import ChannelId

CHANNEL = ChannelId("c-1")


@pytest.mark.parametrize(
    ("call", "request_made"),
    [
        (lambda ari: ari.channels.answer(CHANNEL), ("POST", "channels/c-1/answer", {})),
        (lambda ari: ari.channels.ring(CHANNEL), ("POST", "channels/c-1/ring", {})),
        (lambda ari: ari.channels.ring_stop(CHANNEL), ("DELETE", "channels/c-1/ring", {})),
        (
            lambda ari: ari.channels.hangup(CHANNEL, reason_code=17),
            ("DELETE", "channels/c-1", {"reason_code": "17"}),
        ),
        (
            lambda ari: ari.channels.continue_in_dialplan(
                CHANNEL, context="fallback", extension="s", priority=1
            ),
            (
                "POST",
                "channels/c-1/continue",
                {"context": "fallback", "extension": "s", "priority": "1"},
            ),
        ),
        (
            lambda ari: ari.channels.move(CHANNEL, app="voicebot-2", app_args="taken,over"),
            ("POST", "channels/c-1/move", {"app": "voicebot-2", "appArgs": "taken,over"}),
        ),
        (
            lambda ari: ari.channels.set_channel_var(CHANNEL, "A", ""),
            ("POST", "channels/c-1/variable", {"variable": "A", "value": ""}),
        ),
    ],
)
async def test_an_operation_asks_for_what_its_name_says(
    server: FakeAriServer,
    call: Callable[[AriClient], Awaitable[None]],
    request_made: tuple[str, str, dict[str, str]],
) -> None:
    assert await asked(server, call) == request_made


def with_a_channel(method: str, uri: str) -> Answer | None:
    if uri.endswith("/variable"):
        return 200, {"value": "de"}
    if uri != "channels" and uri.startswith("channels"):
        return 200, messages.channel()
    return (200, messages.channel()) if method == "POST" else answer_nothing_special(method, uri)


async def test_a_channel_is_looked_up(server: FakeAriServer) -> None:
    server.answer = with_a_channel
    channel = await told(server, lambda ari: ari.channels.get(CHANNEL))
    assert channel.channel_id == "node1-1763820000.4"
    assert await told(server, lambda ari: ari.channels.list()) == ()
    assert await told(server, lambda ari: ari.channels.get_channel_var(CHANNEL, "LANG")) == "de"


async def test_a_channel_is_dialled(server: FakeAriServer) -> None:
    server.answer = with_a_channel
    assert await asked(
        server,
        lambda ari: ari.channels.originate("PJSIP/100", app="a", app_args="x", ring_timeout_s=20),
    ) == (
        "POST",
        "channels",
        {"endpoint": "PJSIP/100", "app": "a", "appArgs": "x", "timeout": "20"},
    )


async def test_external_media_is_opened(server: FakeAriServer) -> None:
    server.answer = with_a_channel
    assert await asked(
        server,
        lambda ari: ari.channels.external_media(
            app="a", audio_format="ulaw", channel_id=CHANNEL, transport="websocket"
        ),
    ) == (
        "POST",
        "channels/externalMedia",
        {"channelId": "c-1", "app": "a", "format": "ulaw", "transport": "websocket"},
    )


async def test_a_channel_is_overheard(server: FakeAriServer) -> None:
    server.answer = with_a_channel
    assert await asked(
        server,
        lambda ari: ari.channels.snoop_channel(
            CHANNEL, app="a", spy="in", snoop_id=ChannelId("s-1")
        ),
    ) == ("POST", "channels/c-1/snoop", {"app": "a", "spy": "in", "snoopId": "s-1"})
