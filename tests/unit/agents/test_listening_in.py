"""Calls that people listen in to, and what ends the listening."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

from tests.fakes.call_control import REFUSED
from tests.fakes.call_services import Outside
from tests.fakes.media_link import QUIET, SPEECH, FakeMediaLink
from tests.fakes.virtual_time import settle
from voicebot.agents.listening_in import CHUNK_MS, MOST, ListeningIn
from voicebot.calls.asterisk_names import listening_of, media_channel_of
from voicebot.calls.model import CallId, ChannelId
from voicebot.calls.orders import OrderResult
from voicebot.calls.transitions import CallState
from voicebot.errors import AsteriskError, SharedStateError

ANNA = CallId("anna")


@dataclass
class Call:
    state: CallState = CallState.TALKING
    is_recording_paused: bool = False


class Booth:
    """Calls, an Asterisk to snoop on them, and whoever listens."""

    def __init__(self) -> None:
        self.outside = Outside()
        self.services = self.outside.services()
        self.calls = {ANNA: Call()}
        self.snoops: list[ChannelId] = []
        self.refusal: AsteriskError | None = None
        self.is_heard = self.is_redis_up = True
        self.heard = b""
        self.ended: list[CallId] = []
        self.outside.on_link = self.media_entered
        self.listening = ListeningIn(self.services, self, self, self.calls.get)
        self.running = asyncio.create_task(self.listening.run())

    @property
    def link(self) -> FakeMediaLink:
        return self.outside.links[-1]

    async def listen(self, channel_id: ChannelId, snoop_id: ChannelId) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.snoops.append(snoop_id)
        self.services.snoops.entered(snoop_id, snoop_id)

    async def hang_up(self, channel_id: ChannelId, cause: int) -> None:
        with suppress(ValueError):
            self.snoops.remove(channel_id)

    async def publish(self, call_id: CallId, audio: bytes) -> bool:
        if not self.is_redis_up:
            raise SharedStateError("away")
        self.heard += audio
        return self.is_heard

    async def end(self, call_id: CallId) -> None:
        self.ended.append(call_id)

    def media_entered(self, connection_id: str) -> None:
        snoop_id = ChannelId(connection_id.removeprefix("connection-"))
        self.services.snoops.entered(media_channel_of(snoop_id), snoop_id)

    async def says(self) -> None:
        self.link.carries(SPEECH, CHUNK_MS)
        await settle()

    def nothing_is_left(self) -> bool:
        control = self.outside.control
        left = (self.snoops, control.bridges, control.media_channels, self.services.snoops.open)
        return not any(left) and all(link.closed for link in self.outside.links)


@pytest.fixture
async def booth() -> AsyncIterator[Booth]:
    booth = Booth()
    await settle()
    yield booth
    booth.running.cancel()
    with suppress(asyncio.CancelledError):
        await booth.running
    assert booth.nothing_is_left()


async def test_both_sides_are_heard_and_what_is_not_recorded_is_silent(booth: Booth) -> None:
    assert booth.listening.begin(ANNA) is OrderResult.DONE
    await settle()
    assert booth.services.snoops.open == {listening_of(ChannelId(ANNA))}
    await booth.says()
    assert booth.heard == SPEECH * 5
    booth.calls[ANNA].is_recording_paused = True
    booth.heard = b""
    await booth.says()
    assert booth.heard == QUIET * 5


async def test_several_hear_the_same(booth: Booth) -> None:
    for _ in range(2):
        assert booth.listening.begin(ANNA) is OrderResult.DONE
        await settle()
    assert len(booth.snoops) == 1


@pytest.mark.parametrize("end", ["call", "state", "lease", "redis", "media"])
async def test_it_ends_with_the_call_the_listener_the_shared_state_or_the_media(
    booth: Booth, end: str
) -> None:
    booth.listening.begin(ANNA)
    await settle()
    match end:
        case "call":
            del booth.calls[ANNA]
        case "state":
            booth.calls[ANNA].state = CallState.LEAVING
        case "lease":
            booth.is_heard = False
        case "redis":
            booth.is_redis_up = False
        case _:
            booth.link.breaks()
    await booth.says()
    assert booth.nothing_is_left()
    assert booth.ended == [ANNA]
    booth.calls[ANNA] = Call()
    assert booth.listening.begin(ANNA) is OrderResult.DONE
    await settle()


async def test_a_refused_snoop_is_told_as_the_end(booth: Booth) -> None:
    booth.refusal = REFUSED
    booth.listening.begin(ANNA)
    await settle()
    assert booth.ended == [ANNA]


async def test_an_agent_is_listened_to_on_so_many_calls_and_no_more(booth: Booth) -> None:
    many = [CallId(f"c{number}") for number in range(MOST + 1)]
    booth.calls.update((one, Call()) for one in many)
    results = [booth.listening.begin(one) for one in many]
    await settle()
    assert results == [OrderResult.DONE] * MOST + [OrderResult.TOO_MANY]
