"""What a media link promises, kept with a real Asterisk and with the fake of it."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import numpy as np
import pytest

from tests.integration.media.far_ends import AsteriskFarEnd, FarEnd
from voicebot.audio.echo import PLAYED_MS, EchoDetector
from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.audio.g711 import encode
from voicebot.errors import MediaClosed, MediaConnectFailed
from voicebot.media.connection import connect
from voicebot.media.pacing import CAP_MS
from voicebot.media.stream import MediaStream
from voicebot.ports import CallerAudio, DigitReceived, MarkPlayed, MediaEnded, MediaEvent

DEADLINE_S = 10.0


@asynccontextmanager
async def connected(
    far_end: FarEnd, behaviour: str = "echo", encoding: Encoding = Encoding.ULAW
) -> AsyncIterator[tuple[MediaStream, str]]:
    connection_id = await far_end.offer(behaviour, encoding)
    async with await connect(
        far_end.media_url, connection_id, encoding, deadline_s=DEADLINE_S
    ) as stream:
        yield stream, connection_id


async def events_until(
    stream: MediaStream, is_last: Callable[[MediaEvent], bool]
) -> list[MediaEvent]:
    events: list[MediaEvent] = []
    async with asyncio.timeout(DEADLINE_S):
        while not events or not is_last(events[-1]):
            events.append(await stream.next_event())
    return events


async def next_events(stream: MediaStream, count: int) -> list[MediaEvent]:
    async with asyncio.timeout(DEADLINE_S):
        return [await stream.next_event() for _ in range(count)]


def sound(events: list[MediaEvent], encoding: Encoding = Encoding.ULAW) -> bytes:
    """What was heard, without the silence that the clock made up."""
    frames = [event.frame for event in events if isinstance(event, CallerAudio)]
    return b"".join(frame for frame in frames if frame != encoding.silence_frame)


def noise(length_ms: int, encoding: Encoding = Encoding.ULAW, seed: int = 1) -> bytes:
    """Audio in which every frame differs, so that each can be told from the others."""
    return random.Random(seed).randbytes(length_ms * encoding.bytes_per_ms)


def pieces(audio: bytes, size: int) -> Iterator[bytes]:
    return (audio[start : start + size] for start in range(0, len(audio), size))


@pytest.mark.parametrize("encoding", [Encoding.ULAW, Encoding.ALAW, Encoding.SLIN16])
async def test_audio_comes_back_byte_for_byte(far_end: FarEnd, encoding: Encoding) -> None:
    spoken = noise(500, encoding)
    async with connected(far_end, encoding=encoding) as (stream, _):
        # Cut where no frame ends, as a synthesizer would.
        for piece in pieces(spoken, 333):
            stream.play(piece)
        stream.mark("end")
        events = await events_until(stream, lambda event: event == MarkPlayed("end"))
        assert sound(events, encoding) == spoken


async def test_marks_come_in_order_each_when_its_audio_was_heard(far_end: FarEnd) -> None:
    phrases = [noise(length_ms, seed=length_ms) for length_ms in (60, 20, 400, 120)]
    async with connected(far_end) as (stream, _):
        for number, phrase in enumerate(phrases):
            stream.play(phrase)
            stream.mark(str(number))
        for number in range(len(phrases)):
            heard = await events_until(stream, lambda event: isinstance(event, MarkPlayed))
            assert heard[-1] == MarkPlayed(str(number))
            assert sound(heard) == phrases[number]


async def test_a_mark_fills_the_last_frame_with_silence(far_end: FarEnd) -> None:
    async with connected(far_end) as (stream, _):
        stream.play(b"\x10" * 200)
        stream.mark("end")
        events = await events_until(stream, lambda event: event == MarkPlayed("end"))
        assert sound(events) == b"\x10" * 200 + Encoding.ULAW.silence_byte * 120


async def test_a_flush_cuts_the_rest_and_says_how_much_was_not_heard(far_end: FarEnd) -> None:
    spoken, next_words = noise(4_000, seed=1), noise(100, seed=2)
    async with connected(far_end) as (stream, _):
        stream.play(spoken)
        stream.mark("cut")
        before = await next_events(stream, 400 // FRAME_MS)
        unheard_ms = await stream.flush()
        stream.play(next_words)
        stream.mark("next")
        after = await events_until(stream, lambda event: event == MarkPlayed("next"))
        heard = sound(before + after)
        assert heard.endswith(next_words)
        old_words = heard.removesuffix(next_words)
        assert spoken.startswith(old_words)
        assert MarkPlayed("cut") not in after
        # Whole frames by our clock against whole frames by Asterisk's.
        really_unheard_ms = (len(spoken) - len(old_words)) // Encoding.ULAW.bytes_per_ms
        assert abs(unheard_ms - really_unheard_ms) <= 200


async def test_a_pause_keeps_the_rest_and_going_on_loses_and_repeats_nothing(
    far_end: FarEnd,
) -> None:
    spoken = noise(2_000)
    async with connected(far_end) as (stream, _):
        stream.play(spoken)
        stream.mark("end")
        before = await next_events(stream, 500 // FRAME_MS)
        stream.pause()
        assert (await stream.status(deadline_s=DEADLINE_S)).is_paused
        # What was on its way back, and then silence.
        paused = await next_events(stream, 500 // FRAME_MS)
        assert len(sound(paused)) <= 120 * Encoding.ULAW.bytes_per_ms
        assert sound(paused[-10:]) == b""
        stream.resume()
        after = await events_until(stream, lambda event: event == MarkPlayed("end"))
        assert sound(before + paused + after) == spoken
        assert stream.statistics().reported_errors == 0


async def test_a_flush_ends_a_pause(far_end: FarEnd) -> None:
    spoken, next_words = noise(2_000, seed=1), noise(100, seed=2)
    async with connected(far_end) as (stream, _):
        stream.play(spoken)
        before = await next_events(stream, 400 // FRAME_MS)
        stream.pause()
        before += await next_events(stream, 200 // FRAME_MS)
        unheard_ms = await stream.flush()
        heard = sound(before)
        really_unheard_ms = (len(spoken) - len(heard)) // Encoding.ULAW.bytes_per_ms
        assert abs(unheard_ms - really_unheard_ms) <= 200
        stream.play(next_words)
        stream.mark("next")
        after = await events_until(stream, lambda event: event == MarkPlayed("next"))
        assert sound(after).endswith(next_words)


async def test_what_comes_back_is_known_for_our_own_voice(far_end: FarEnd) -> None:
    dice = np.random.default_rng(1)
    bursts = np.repeat(dice.uniform(0.1, 1.0, 40), 640)
    spoken = (dice.normal(0, 3_000, bursts.size) * bursts).astype(np.int16)
    echo = EchoDetector(Encoding.ULAW)
    async with connected(far_end) as (stream, _):
        stream.play(encode(spoken, Encoding.ULAW))
        found = []
        for event in await next_events(stream, 1_000 // FRAME_MS):
            assert isinstance(event, CallerAudio)
            echo.receive(event.frame)
        for _ in range(1_500 // FRAME_MS):
            event = await stream.next_event()
            assert isinstance(event, CallerAudio)
            echo.receive(event.frame)
            found.append(echo.is_echo(stream.played(PLAYED_MS)))
        assert found.count(True) >= 0.9 * len(found)


async def test_asterisk_never_holds_more_than_the_cap(far_end: FarEnd) -> None:
    async with connected(far_end) as (stream, _):
        stream.play(noise(1_500))
        stream.mark("end")
        lengths = []
        while MarkPlayed("end") not in await events_until(stream, lambda _: True):
            lengths.append((await stream.status(deadline_s=DEADLINE_S)).queue_length)
        assert 0 < max(lengths) * FRAME_MS <= CAP_MS
        assert stream.statistics().reported_errors == 0


async def test_a_silent_caller_is_heard_as_silence(far_end: FarEnd) -> None:
    async with connected(far_end, "silent") as (stream, _):
        silence = CallerAudio(Encoding.ULAW.silence_frame, is_made=True)
        assert await next_events(stream, 5) == [silence] * 5


async def test_a_key_is_reported(far_end: FarEnd) -> None:
    async with connected(far_end, "digit") as (stream, _):
        events = await events_until(stream, lambda event: isinstance(event, DigitReceived))
        assert events[-1] == DigitReceived("5")


async def test_a_hangup_ends_the_media_once(far_end: FarEnd) -> None:
    async with connected(far_end) as (stream, connection_id):
        stream.play(noise(2_000))
        await far_end.hang_up(connection_id)
        events = await events_until(stream, lambda event: isinstance(event, MediaEnded))
        assert events[-1] == MediaEnded(1000)
        with pytest.raises(MediaClosed):
            await stream.next_event()
        # Late requests of an agent that has not read the end yet are answered, not refused.
        stream.play(noise(100))
        stream.mark("late")
        assert await stream.flush() > 0


async def test_closing_ends_the_media_and_may_be_repeated(far_end: FarEnd) -> None:
    async with connected(far_end) as (stream, _):
        await stream.close()
        await stream.close()
        events = await events_until(stream, lambda event: isinstance(event, MediaEnded))
        assert [event for event in events if not isinstance(event, CallerAudio)] == events[-1:]


async def test_an_unknown_connection_cannot_be_opened(far_end: FarEnd) -> None:
    with pytest.raises(MediaConnectFailed):
        await connect(far_end.media_url, "nobody", Encoding.ULAW, deadline_s=DEADLINE_S)


async def test_asterisk_bridges_two_links_without_touching_the_audio(
    asterisk: AsteriskFarEnd,
) -> None:
    async with connected(asterisk, "ulaw") as (caller, _):
        async with asyncio.timeout(DEADLINE_S):
            while (called_id := await asterisk.offered_by_dialplan()) is None:
                pass
        async with await connect(
            asterisk.media_url, called_id, Encoding.ULAW, deadline_s=DEADLINE_S
        ) as called:
            spoken = noise(400)
            heard = b""
            async with asyncio.timeout(3 * DEADLINE_S):
                # What is said before the bridge stands is lost, as on any telephone.
                while spoken not in heard:
                    caller.play(spoken)
                    caller.mark("said")
                    await events_until(caller, lambda event: event == MarkPlayed("said"))
                    called.mark("now")
                    heard += sound(
                        await events_until(called, lambda event: event == MarkPlayed("now"))
                    )
