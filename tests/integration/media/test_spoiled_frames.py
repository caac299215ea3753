"""What a real Asterisk makes of frames that no agent of ours sends: one call ends, or none."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_socket
from websockets.typing import Subprotocol

from tests.asterisk_node import ARI_ACCOUNT
from tests.integration.media.far_ends import AsteriskFarEnd
from tests.integration.media.media_node import MediaNode
from tests.polling import until
from voicebot.audio.frames import Encoding

FRAME = Encoding.ULAW.frame_bytes
LIMIT_S = 10.0
OVERSIZE = 65_536
# Text longer than Asterisk takes for a command (128 bytes) is warned of and ignored.
LONG_TEXT = json.dumps({"command": "MARK_MEDIA", "correlation_id": "x" * 4_000})


@asynccontextmanager
async def echo(asterisk: AsteriskFarEnd) -> AsyncIterator[ClientConnection]:
    """A media socket whose channel sends back what it plays, without our protocol around it."""
    connection_id = await asterisk.offer("echo", Encoding.ULAW)
    async with open_socket(
        f"{asterisk.media_url}/media/{connection_id}",
        subprotocols=[Subprotocol("media")],
        compression=None,
        ping_interval=None,
        close_timeout=1,
    ) as socket:
        yield socket


async def assert_audio_comes_back(socket: ClientConnection, audio: bytes) -> None:
    heard = b""
    async with asyncio.timeout(LIMIT_S):
        while audio not in heard:
            message = await socket.recv()
            heard += message if isinstance(message, bytes) else b""


def channels_of(node: MediaNode) -> list[object]:
    answer = httpx.get(f"{node.ari_url}/channels", auth=ARI_ACCOUNT).raise_for_status()
    channels: list[object] = answer.json()
    return channels


def assert_nothing_is_left(node: MediaNode) -> None:
    until(lambda: not channels_of(node), "the channel is hung up", LIMIT_S)


def frames_of(*values: int) -> bytes:
    return b"".join(bytes([value]) * FRAME for value in values)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "null",
        "HANG UP, PLEASE",
        '{"command": 7}',
        '{"command": "DANCE"}',
        '{"command": "MARK_MEDIA", "correlation_id": {"a": [1]}}',
        '{"command": "MARK_MEDIA", "correlation_id": "\\u0000"}',
        '{"command": "SET_MEDIA_DIRECTION", "direction": "sideways"}',
        '{"command": "STOP_MEDIA_BUFFERING"}',
        "\N{PILE OF POO}" * 20,
        LONG_TEXT,
    ],
)
async def test_commands_that_mean_nothing_leave_the_call_as_it_is(
    asterisk: AsteriskFarEnd, media_node: MediaNode, text: str
) -> None:
    async with echo(asterisk) as socket:
        await socket.send(text)
        await socket.send(frames_of(1, 2))
        await assert_audio_comes_back(socket, frames_of(1, 2))
    assert_nothing_is_left(media_node)


async def test_audio_in_fragments_is_played_as_one_message(
    asterisk: AsteriskFarEnd, media_node: MediaNode
) -> None:
    spoken = frames_of(1, 2, 3, 4)
    async with echo(asterisk) as socket:
        await socket.send([spoken[:100], spoken[100:333], b"", spoken[333:]])
        await assert_audio_comes_back(socket, spoken)
    assert_nothing_is_left(media_node)


async def test_a_command_in_fragments_is_followed(
    asterisk: AsteriskFarEnd, media_node: MediaNode
) -> None:
    async with echo(asterisk) as socket:
        await socket.send(['{"command": "GET', '_STATUS"}'])
        async with asyncio.timeout(LIMIT_S):
            while isinstance(message := await socket.recv(), bytes) or "STATUS" not in message:
                pass
    assert_nothing_is_left(media_node)


async def test_what_does_not_fill_a_frame_is_lost_and_no_more(
    asterisk: AsteriskFarEnd, media_node: MediaNode
) -> None:
    async with echo(asterisk) as socket:
        await socket.send(b"")
        await socket.send(frames_of(1, 2) + b"\x03" * (FRAME - 1))
        await socket.send(frames_of(4))
        await assert_audio_comes_back(socket, frames_of(1, 2, 4))
    assert_nothing_is_left(media_node)


@pytest.mark.parametrize("message", [b"\x01" * OVERSIZE, "x" * OVERSIZE])
async def test_an_oversize_message_ends_the_call_and_nothing_else(
    asterisk: AsteriskFarEnd, media_node: MediaNode, message: str | bytes
) -> None:
    async with echo(asterisk) as bystander:
        async with echo(asterisk) as socket:
            await socket.send(message)
            await asyncio.wait_for(socket.wait_closed(), LIMIT_S)
        await bystander.send(frames_of(5))
        await assert_audio_comes_back(bystander, frames_of(5))
    assert_nothing_is_left(media_node)


@pytest.mark.parametrize(
    "raw",
    [
        b"\x82\x05hello",  # not masked, as a client's must be (RFC 6455, section 5.1)
        b"\x83\x80\x00\x00\x00\x00",  # an opcode that is reserved
        b"\xf2\x80\x00\x00\x00\x00",  # bits that are reserved
        b"\x80\x80\x00\x00\x00\x00",  # the end of a message that never began
        b"\x82\xff\x7f" + b"\xff" * 7 + bytes(4),  # eight exabytes to follow
        b"\x89\xfe\x10\x00\x00\x00\x00\x00" + bytes(4096),  # a ping longer than any may be
        b"GET / HTTP/1.1\r\n\r\n",
    ],
    ids=[
        "unmasked",
        "reserved-opcode",
        "reserved-bits",
        "orphan-continuation",
        "endless",
        "long-ping",
        "http",
    ],
)
async def test_bytes_that_are_no_frames_harm_no_other_call(
    asterisk: AsteriskFarEnd, media_node: MediaNode, raw: bytes
) -> None:
    async with echo(asterisk) as bystander:
        async with echo(asterisk) as socket:
            socket.transport.write(raw)
            # Whatever it made of them: the line is cut in the middle of what may be a frame.
            await bystander.send(frames_of(6))
            await assert_audio_comes_back(bystander, frames_of(6))
            socket.transport.abort()
        await bystander.send(frames_of(7))
        await assert_audio_comes_back(bystander, frames_of(7))
    assert_nothing_is_left(media_node)


async def test_a_frame_cut_off_in_the_middle_ends_the_call(
    asterisk: AsteriskFarEnd, media_node: MediaNode
) -> None:
    async with echo(asterisk) as socket:
        socket.transport.write(b"\x82\xfe\x04\x00\x00\x00\x00\x00" + bytes(100))
        socket.transport.abort()
    assert_nothing_is_left(media_node)
