"""Waiting callers who are listened to, and what goes wrong with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from tests.fakes.call_control import REFUSED
from tests.fakes.call_services import Outside
from tests.fakes.media_link import SPEECH
from tests.fakes.virtual_time import settle
from voicebot.agents.wait_listening import LOOK_EVERY_S, TRY_AGAIN_S, WaitListening
from voicebot.audio.frames import Encoding
from voicebot.calls.asterisk_names import media_channel_of, snoop_of
from voicebot.calls.model import CallFacts, CallId, ChannelId
from voicebot.capacity.listening_gate import ListeningRules, RecognizerLoad
from voicebot.errors import InferenceRefused, SharedStateError
from voicebot.queueing.waiting_session import ListeningChanged, WaitingEvent, WordsHeard

ON, OFF = ListeningChanged(is_listened=True), ListeningChanged(is_listened=False)


class Hall:
    """Callers who wait, of whom two may be listened to."""

    def __init__(self) -> None:
        self.outside = Outside()
        self.talking = 0
        self.is_redis_up = True
        self.services = self.outside.services()
        self.told: dict[str, list[WaitingEvent]] = {}
        self.listening = WaitListening(self.services, self, self.load, ListeningRules(most=2))
        self.snoops: list[ChannelId] = []
        self.outside.on_link = self.media_entered
        self.running = asyncio.create_task(self.listening.run())

    async def load(self) -> RecognizerLoad:
        if not self.is_redis_up:
            raise SharedStateError("away")
        return RecognizerLoad(10, self.talking)

    async def snoop(self, channel_id: ChannelId, snoop_id: ChannelId) -> None:
        self.snoops.append(snoop_id)
        self.services.snoops.entered(snoop_id, snoop_id)

    async def hang_up(self, channel_id: ChannelId, cause: int) -> None:
        with suppress(ValueError):
            self.snoops.remove(channel_id)

    def media_entered(self, connection_id: str) -> None:
        snoop_id = ChannelId(connection_id.removeprefix("connection-"))
        self.services.snoops.entered(media_channel_of(snoop_id), snoop_id)

    async def waits(self, name: str) -> list[WaitingEvent]:
        facts = CallFacts(CallId(name), ChannelId(name), "+12025550123", "1000", "ulaw")
        told = self.told[name] = []
        self.listening.begin(facts, self.outside.business, told.append)
        await settle()
        return told

    async def says(self, text: str | Exception, ms: int = 1_000) -> None:
        self.outside.recognizer.script.append(text)
        self.outside.links[-1].carries(SPEECH, ms)
        self.outside.links[-1].carries(Encoding.ULAW.silence_frame, 800)
        await settle()

    async def close(self) -> None:
        self.running.cancel()
        with suppress(asyncio.CancelledError):
            await self.running


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    hall = Hall()
    await asyncio.sleep(LOOK_EVERY_S / 2)
    yield hall
    await hall.close()


async def test_words_of_a_waiting_caller_arrive_and_nothing_is_left_when_the_wait_ends(
    hall: Hall,
) -> None:
    told = await hall.waits("anna")
    assert told == [ON]
    await hall.says("Call me back.")
    assert told == [ON, WordsHeard("Call me back.", 0.9)]
    assert hall.services.snoops.open == {snoop_of(ChannelId("anna"))}
    hall.listening.end(CallId("anna"))
    await settle()
    control = hall.outside.control
    assert (hall.snoops, control.bridges, control.media_channels) == ([], set(), set())
    assert hall.services.snoops.open == frozenset()


async def test_no_more_are_listened_to_than_may_be_and_the_next_when_one_goes(hall: Hall) -> None:
    for name in ("anna", "ben", "carl"):
        await hall.waits(name)
    assert (hall.told["ben"], hall.told["carl"]) == ([ON], [])
    hall.listening.end(CallId("anna"))
    await asyncio.sleep(2 * LOOK_EVERY_S)
    assert hall.told["carl"] == [ON]


@pytest.mark.parametrize("trouble", ["busy", "redis"])
async def test_listening_stops_for_those_who_talk_and_while_redis_is_away(
    hall: Hall, trouble: str
) -> None:
    told = await hall.waits("anna")
    if trouble == "busy":
        hall.talking = 10
    else:
        hall.is_redis_up = False
    await asyncio.sleep(2 * LOOK_EVERY_S)
    assert told == [ON, OFF]
    assert hall.snoops == []


async def test_what_cannot_be_opened_is_tried_again_later(hall: Hall) -> None:
    hall.outside.control.refusals["join"] = REFUSED
    told = await hall.waits("anna")
    assert told == [OFF]
    assert hall.snoops == []
    del hall.outside.control.refusals["join"]
    await asyncio.sleep(TRY_AGAIN_S + 2 * LOOK_EVERY_S)
    assert told == [OFF, ON]


async def test_long_talk_is_not_recognized_and_a_failing_recognizer_harms_nothing(
    hall: Hall,
) -> None:
    told = await hall.waits("anna")
    await hall.says("never asked", ms=6_000)
    assert hall.outside.recognizer.asked == []
    hall.outside.recognizer.script.clear()
    await hall.says(InferenceRefused("stt", "no-worker"))
    await hall.says("Operator.")
    assert told == [ON, WordsHeard("Operator.", 0.9)]
    hall.outside.links[-1].breaks()
    await settle()
    assert told[-1] == OFF
