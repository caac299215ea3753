"""What the stream does when the far end misbehaves. The good cases are the contract's:
tests/integration/media/test_media_link.py."""

import asyncio
import logging

import pytest

from tests.fakes.media_server import FakeMediaServer, media_start
from voicebot.audio.frames import Encoding
from voicebot.errors import MediaClosed, MediaConnectFailed
from voicebot.media.connection import MAX_MESSAGE_BYTES, connect
from voicebot.media.inbox import MAX_AUDIO_FRAMES
from voicebot.media.pacing import CAP_MS
from voicebot.media.stream import MediaStatistics, MediaStream
from voicebot.ports import CallerAudio, DigitReceived, MarkPlayed, MediaEnded, MediaEvent

FRAME = Encoding.ULAW.frame_bytes
SPEECH = b"\x10" * FRAME
DEADLINE_S = 5.0


async def opened(server: FakeMediaServer, connection_id: str = "a") -> MediaStream:
    return await connect(server.media_url, connection_id, Encoding.ULAW, deadline_s=DEADLINE_S)


async def next_besides_audio(stream: MediaStream) -> MediaEvent:
    async with asyncio.timeout(DEADLINE_S):
        while isinstance(event := await stream.next_event(), CallerAudio):
            pass
        return event


async def test_audio_before_media_start_is_kept(server: FakeMediaServer) -> None:
    server.offer("a", opening=[SPEECH, SPEECH, media_start(Encoding.ULAW)])
    async with await opened(server) as stream:
        assert [await stream.next_event() for _ in range(2)] == [CallerAudio(SPEECH)] * 2


async def test_a_far_end_that_never_starts_is_given_up(server: FakeMediaServer) -> None:
    server.offer("a", opening=[])
    with pytest.raises(MediaConnectFailed, match="no media within 50 ms"):
        await connect(server.media_url, "a", Encoding.ULAW, deadline_s=0.05)


async def test_a_far_end_that_closes_at_once_is_given_up(server: FakeMediaServer) -> None:
    channel = server.offer("a", opening=[])
    connecting = asyncio.ensure_future(opened(server))
    await asyncio.wait_for(channel.connected.wait(), DEADLINE_S)
    await channel.hang_up()
    with pytest.raises(MediaConnectFailed):
        await connecting


async def test_another_format_than_agreed_is_refused(server: FakeMediaServer) -> None:
    server.offer("a", Encoding.SLIN16)
    with pytest.raises(MediaConnectFailed, match="slin16"):
        await opened(server)


async def test_nobody_listening_is_a_failed_connection() -> None:
    async with FakeMediaServer().running() as server:
        media_url = server.media_url
    with pytest.raises(MediaConnectFailed):
        await connect(media_url, "a", Encoding.ULAW, deadline_s=DEADLINE_S)


async def test_garbage_is_counted_and_the_call_goes_on(server: FakeMediaServer) -> None:
    channel = server.offer("a")
    async with await opened(server) as stream:
        for garbage in ("", "{", "[[", '{"event":"NEW_IN_23"}', b""):
            await channel.send(garbage)
        await channel.send_event("MEDIA_MARK_PROCESSED", correlation_id="not ours")
        await channel.send_event("MEDIA_MARK_PROCESSED", correlation_id="4711")
        await channel.send_event("ERROR", error_text="no")
        await channel.send_event("DTMF_END", digit="7")
        assert await next_besides_audio(stream) == DigitReceived("7")
        assert stream.statistics() == MediaStatistics(
            dropped_frames=0, underruns=0, unknown_events=5, reported_errors=1
        )


@pytest.mark.parametrize("message", [bytes(MAX_MESSAGE_BYTES + 1), " " * (MAX_MESSAGE_BYTES + 1)])
async def test_a_message_bigger_than_asterisk_makes_ends_the_media(
    server: FakeMediaServer, message: str | bytes
) -> None:
    channel = server.offer("a")
    async with await opened(server) as stream:
        await channel.send(message)
        assert await next_besides_audio(stream) == MediaEnded(1009)


async def test_a_lost_connection_ends_the_media(server: FakeMediaServer) -> None:
    channel = server.offer("a")
    async with await opened(server) as stream:
        channel.break_connection()
        assert await next_besides_audio(stream) == MediaEnded(1006)


async def test_packets_of_thirty_milliseconds_become_frames(server: FakeMediaServer) -> None:
    channel = server.offer("a")
    async with await opened(server) as stream:
        await channel.send(SPEECH + SPEECH[:80])
        await channel.send(SPEECH[80:] + SPEECH)
        assert [await stream.next_event() for _ in range(3)] == [CallerAudio(SPEECH)] * 3


async def test_silence_of_the_clock_is_told_from_a_callers_unless_nothing_need_come(
    server: FakeMediaServer,
) -> None:
    silence = Encoding.ULAW.silence_frame
    server.offer("a", opening=[media_start(Encoding.ULAW), silence])
    async with await opened(server) as stream:
        assert await stream.next_event() == CallerAudio(silence)
        assert await stream.next_event() == CallerAudio(silence, is_made=True)
        stream.hold(is_held=True)
        while await stream.next_event() != CallerAudio(silence):
            pass


async def test_on_hold_the_callers_music_is_silence_and_keys_still_count(
    server: FakeMediaServer,
) -> None:
    channel = server.offer("a", opening=[media_start(Encoding.ULAW), SPEECH])
    async with await opened(server) as stream:
        assert await stream.next_event() == CallerAudio(SPEECH)
        stream.hold(is_held=True)
        await channel.send(SPEECH)
        await channel.send('{"event":"DTMF_END","digit":"5"}')
        heard = []
        while not isinstance(event := await stream.next_event(), DigitReceived):
            heard.append(event)
        assert set(heard) == {CallerAudio(Encoding.ULAW.silence_frame)}
        stream.hold(is_held=False)
        await channel.send(SPEECH)
        while await stream.next_event() != CallerAudio(SPEECH):
            pass


async def test_an_agent_that_does_not_read_loses_old_audio_but_no_key(
    server: FakeMediaServer,
) -> None:
    channel = server.offer("a")
    async with await opened(server) as stream:
        await channel.send_event("DTMF_END", digit="1")
        for _ in range(MAX_AUDIO_FRAMES + 10):
            await channel.send(SPEECH)
        await channel.send_event("DTMF_END", digit="2")
        # The status' answer comes behind all that; nothing was read until then.
        await stream.status(deadline_s=DEADLINE_S)
        assert stream.statistics().dropped_frames >= 10
        events = [await stream.next_event()]
        while events[-1] != DigitReceived("2"):
            events.append(await stream.next_event())
        assert events[0] == DigitReceived("1")
        assert len(events) == MAX_AUDIO_FRAMES + 2


async def test_xoff_stops_the_audio_and_xon_lets_it_go_on(server: FakeMediaServer) -> None:
    channel = server.offer("a")
    async with await opened(server) as stream:
        await channel.send_event("MEDIA_XOFF")
        await stream.status(deadline_s=DEADLINE_S)
        stream.play(SPEECH)
        stream.mark("end")
        await stream.status(deadline_s=DEADLINE_S)
        assert channel.received_audio == []
        await channel.send_event("MEDIA_XON")
        assert await next_besides_audio(stream) == MarkPlayed("end")
        assert channel.received_audio == [SPEECH]


async def test_a_far_end_that_stops_playing_is_not_buried(server: FakeMediaServer) -> None:
    channel = server.offer("a", echoes=False)
    channel.is_ticking = False
    async with await opened(server) as stream:
        stream.play(SPEECH * 500)
        async with asyncio.timeout(DEADLINE_S):
            # Silence by our own clock tells that time has passed.
            for _ in range(30):
                await stream.next_event()
        assert channel.queue_length * 20 <= CAP_MS
        assert all(len(message) <= 8_000 for message in channel.received_audio)


async def test_no_mark_is_too_long_for_the_wire(server: FakeMediaServer) -> None:
    server.offer("a")
    async with await opened(server) as stream:
        stream.mark("a phrase's id, however long: " + "x" * 500)
        assert isinstance(await next_besides_audio(stream), MarkPlayed)


async def test_a_status_that_does_not_come_is_an_error(server: FakeMediaServer) -> None:
    channel = server.offer("a")
    channel.is_deaf = True
    async with await opened(server) as stream:
        with pytest.raises(MediaClosed, match="no status after 30 ms"):
            await stream.status(deadline_s=0.03)


async def test_a_status_asked_for_when_the_call_ends_is_an_error(server: FakeMediaServer) -> None:
    channel = server.offer("a")
    channel.is_deaf = True
    async with await opened(server) as stream:
        asking = asyncio.ensure_future(stream.status(deadline_s=DEADLINE_S))
        await channel.send_event("MEDIA_XON")
        await channel.hang_up()
        with pytest.raises(MediaClosed, match="ended"):
            await asking


async def test_closing_does_not_wait_for_a_frozen_far_end(server: FakeMediaServer) -> None:
    channel = server.offer("a")
    stream = await opened(server)
    channel.freeze()
    async with asyncio.timeout(DEADLINE_S):
        await stream.close()
    assert isinstance(await next_besides_audio(stream), MediaEnded)


async def test_an_agent_waiting_for_an_event_learns_of_the_end(server: FakeMediaServer) -> None:
    server.offer("a", echoes=False)
    async with await opened(server) as stream:
        waiting = asyncio.ensure_future(next_besides_audio(stream))
        await stream.close()
        assert isinstance(await waiting, MediaEnded)
        with pytest.raises(MediaClosed):
            await stream.next_event()


async def test_what_callers_send_is_never_logged(
    server: FakeMediaServer, caplog: pytest.LogCaptureFixture
) -> None:
    channel = server.offer("a")
    with caplog.at_level(logging.DEBUG):
        async with await opened(server) as stream:
            await channel.send_event("DTMF_END", digit="7")
            assert await next_besides_audio(stream) == DigitReceived("7")
    ours = [record for record in caplog.records if not record.name.startswith("websockets.server")]
    assert not [record for record in ours if "DTMF" in record.getMessage()]
