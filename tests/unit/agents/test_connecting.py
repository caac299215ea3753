"""Opening a call's audio, and leaving nothing open."""

import asyncio
from contextlib import suppress

import pytest

from tests.fakes.call_control import REFUSED
from tests.fakes.call_services import Outside
from tests.fakes.script import FOREVER
from tests.fakes.virtual_time import passes, settle
from voicebot.agents.connecting import CLEAN_UP_DEADLINE_S, STASIS_DEADLINE_S, Connection, connect
from voicebot.audio.frames import Encoding
from voicebot.calls.model import CallFacts, CallId, ChannelId
from voicebot.errors import AriRequestTimeout, AsteriskError, MediaConnectFailed

FACTS = CallFacts(CallId("node1-1.1"), ChannelId("node1-1.1"), "+12025550123", "1000", "ulaw")
MEDIA, BRIDGE = "media-node1-1.1", "bridge-node1-1.1"


class Connecting:
    """A call being connected; its media channel enters Stasis once its socket is up."""

    def __init__(self, outside: Outside, *, enters_stasis: bool = True) -> None:
        self.in_stasis = asyncio.Event()
        if enters_stasis:
            outside.on_link = lambda connection_id: self.in_stasis.set()
        self.task: asyncio.Task[Connection] = asyncio.create_task(
            connect(outside.services(), FACTS.channel_id, Encoding.ULAW, self.in_stasis)
        )

    async def is_cancelled(self) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task
        assert self.task.cancelled()


def assert_nothing_is_open(outside: Outside) -> None:
    assert outside.control.media_channels == set()
    assert outside.control.bridges == set()
    assert all(link.closed for link in outside.links)


async def test_the_caller_is_answered_and_bridged_once_the_audio_is_there(
    outside: Outside,
) -> None:
    connecting = Connecting(outside, enters_stasis=False)
    await settle()
    assert outside.control.asked == [("open_media", "node1-1.1", MEDIA, "ulaw")]
    connecting.in_stasis.set()
    connection = await connecting.task
    assert outside.control.asked[1:] == [
        ("answer", "node1-1.1"),
        ("join", BRIDGE, "node1-1.1", MEDIA),
    ]
    assert connection.link is outside.links[0]
    await connection.close()
    assert_nothing_is_open(outside)


@pytest.mark.parametrize("request_name", ["open_media", "answer", "join"])
@pytest.mark.parametrize("error", [REFUSED, AriRequestTimeout("any", 2000)])
async def test_a_request_that_fails_leaves_nothing_open(
    outside: Outside, request_name: str, error: AsteriskError
) -> None:
    """Asterisk may have done what it did not say it did."""
    outside.control.refusals[request_name] = error
    with pytest.raises(type(error)):
        await Connecting(outside).task
    assert_nothing_is_open(outside)


async def test_a_media_socket_that_cannot_be_opened_leaves_nothing_open(outside: Outside) -> None:
    outside.link_failure = MediaConnectFailed("refused")
    with pytest.raises(MediaConnectFailed):
        await Connecting(outside).task
    assert_nothing_is_open(outside)


async def test_a_media_channel_that_never_enters_stasis_is_not_waited_for(
    outside: Outside,
) -> None:
    connecting = Connecting(outside, enters_stasis=False)
    await passes(STASIS_DEADLINE_S)
    with pytest.raises(MediaConnectFailed):
        await connecting.task
    assert outside.control.asked_for("answer") == [], "nobody pays for a call without audio"
    assert_nothing_is_open(outside)


@pytest.mark.parametrize("request_name", ["open_media", "answer", "join"])
async def test_a_call_that_ends_during_a_request_leaves_nothing_open(
    outside: Outside, request_name: str
) -> None:
    outside.control.holds[request_name] = asyncio.Event()
    connecting = Connecting(outside)
    await settle()
    await connecting.is_cancelled()
    assert_nothing_is_open(outside)


async def test_a_call_that_ends_while_the_media_socket_opens_leaves_nothing_open(
    outside: Outside,
) -> None:
    outside.link_failure = FOREVER
    connecting = Connecting(outside)
    await settle()
    await connecting.is_cancelled()
    assert_nothing_is_open(outside)


async def test_a_call_that_ends_before_its_media_is_in_stasis_leaves_nothing_open(
    outside: Outside,
) -> None:
    connecting = Connecting(outside, enters_stasis=False)
    await settle()
    await connecting.is_cancelled()
    assert_nothing_is_open(outside)


async def test_a_media_channel_that_cannot_be_hung_up_does_not_save_the_bridge(
    outside: Outside,
) -> None:
    connection = await Connecting(outside).task
    outside.control.refusals["hang_up"] = REFUSED
    await connection.close()
    assert outside.links[0].closed
    assert outside.control.bridges == set()


async def test_closing_does_not_wait_for_an_asterisk_that_says_nothing(outside: Outside) -> None:
    connection = await Connecting(outside).task
    outside.control.holds["hang_up"] = outside.control.holds["destroy_bridge"] = asyncio.Event()
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    await connection.close()
    assert loop.time() - began_s <= CLEAN_UP_DEADLINE_S
    assert outside.links[0].closed
