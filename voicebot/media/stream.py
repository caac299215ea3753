"""The audio of one call over Asterisk's media WebSocket.

One task reads and does nothing but decode and enqueue, so that Asterisk never waits for
us: it writes to this socket with the channel locked. One task sends, as `pacing` says.
Nothing is decided here.
"""

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from voicebot.audio.frames import Encoding
from voicebot.errors import MediaClosed, MediaConnectFailed
from voicebot.media.caller_frames import CallerFrames
from voicebot.media.inbox import Inbox
from voicebot.media.pacing import Pacing, SendAudio, SendMark
from voicebot.media.played import Played
from voicebot.media.protocol import (
    Command,
    ContinueMedia,
    DigitEnded,
    ErrorReported,
    Event,
    FlushMedia,
    GetStatus,
    MarkMedia,
    MarkProcessed,
    MediaStarted,
    PauseMedia,
    QueueEased,
    QueueFilled,
    StatusReported,
    Unknown,
    decode_event,
    encode_command,
)
from voicebot.ports import CallerAudio, DigitReceived, MarkPlayed, MediaEnded, MediaEvent
from voicebot.telemetry.media_metrics import MEDIA

CLOSE_DEADLINE_S = 0.5
# Marks tell late of what was played, and so our clock is late: by it, Asterisk's Echo() came back
# 15 ms before it was played (2026-11).
CLOCK_IS_LATE_S = 0.060


@dataclass(frozen=True, slots=True)
class MediaStatistics:
    """What went wrong on one call's media, and was survived."""

    dropped_frames: int  # caller's frames that nobody read in time
    underruns: int  # our speech ran dry in the middle of a phrase
    unknown_events: int
    reported_errors: int  # commands that Asterisk could not follow


class MediaStream:
    """Fulfils `MediaLink`. `connection.connect` opens one, `close` ends it and its tasks."""

    def __init__(self, socket: ClientConnection, encoding: Encoding) -> None:
        self._socket = socket
        self._encoding = encoding
        self._loop = asyncio.get_running_loop()
        self._pacing = Pacing(encoding)
        self._played = Played(encoding)
        self._caller_frames = CallerFrames(encoding, self._loop.time())
        self._inbox = Inbox()
        self._has_event = asyncio.Event()
        self._commands: list[Command] = []
        self._may_send = asyncio.Event()
        self._status_waiters: list[asyncio.Future[StatusReported]] = []
        self._silence_timer: asyncio.TimerHandle | None = None
        self._is_over = self._is_held = False
        self._close_code: int = CloseCode.ABNORMAL_CLOSURE
        self._unknown_events = self._reported_errors = 0
        self._started: MediaStarted | None = None
        self._run: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Reads up to MEDIA_START, then lets the audio flow; raises MediaConnectFailed."""
        # Audio may come before MEDIA_START (seen on 22.7); it is the caller's all the same.
        while self._started is None:
            self._receive(await self._socket.recv())
        if self._started.format != self._encoding:
            raise MediaConnectFailed(
                f"Asterisk offers {self._started.format}, the call needs {self._encoding}"
            )
        self._arm_silence()
        # The one task outside a TaskGroup: `close` ends it by closing the socket, and awaits it.
        self._run = asyncio.create_task(self._carry_audio(), name="media")

    async def next_event(self) -> MediaEvent:
        """The next event; after MediaEnded there is none, and MediaClosed is raised."""
        while len(self._inbox) == 0:
            if self._is_over:
                raise MediaClosed("the media of this call has ended")
            self._has_event.clear()
            await self._has_event.wait()
        return self._inbox.take()

    def play(self, audio: bytes) -> None:
        self._pacing.queue(audio)
        self._may_send.set()

    def mark(self, mark_id: str) -> None:
        self._pacing.queue_mark(mark_id)
        self._may_send.set()

    def pause(self) -> None:
        if not self._pacing.is_paused:
            now = self._loop.time()
            self._pacing.pause(now)
            self._played.pause(now)
            self._send_command(PauseMedia())

    def resume(self) -> None:
        if self._pacing.is_paused:
            now = self._loop.time()
            self._pacing.resume(now)
            self._played.resume(now)
            self._send_command(ContinueMedia())

    def played(self, length_ms: int) -> bytes:
        return self._played.latest(length_ms, self._loop.time() + CLOCK_IS_LATE_S)

    async def flush(self) -> int:
        now, was_paused = self._loop.time(), self._pacing.is_paused
        unheard_ms = self._pacing.flush(now)
        self._played.flush(now)
        self._send_command(FlushMedia())
        if was_paused:
            self._send_command(ContinueMedia())
        return unheard_ms

    def hold(self, *, is_held: bool) -> None:
        """The caller has put us on hold, or is back.

        A telephone system on hold sends music of its own: until the caller is back, silence is
        heard in its place. Keys still count.
        """
        self._is_held = is_held

    async def status(self, *, deadline_s: float) -> StatusReported:
        """The state of Asterisk's queue; raises MediaClosed when no answer comes in time."""
        waiter: asyncio.Future[StatusReported] = self._loop.create_future()
        self._status_waiters.append(waiter)
        self._send_command(GetStatus())
        try:
            async with asyncio.timeout(deadline_s):
                return await waiter
        except TimeoutError as error:
            raise MediaClosed(f"no status after {deadline_s * 1000:.0f} ms") from error
        finally:
            self._status_waiters.remove(waiter)

    def statistics(self) -> MediaStatistics:
        return MediaStatistics(
            dropped_frames=self._inbox.dropped_frames,
            underruns=self._pacing.underruns,
            unknown_events=self._unknown_events,
            reported_errors=self._reported_errors,
        )

    async def close(self) -> None:
        """Closes the socket, which hangs up the media channel. Safe to call twice."""
        try:
            async with asyncio.timeout(CLOSE_DEADLINE_S):
                await self._socket.close()
        except TimeoutError:
            pass  # what follows does not need Asterisk's consent
        finally:
            self._socket.transport.abort()
        if self._run is not None:
            await self._run

    async def _carry_audio(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                sender = tasks.create_task(self._send_paced())
                await self._read()
                sender.cancel()
        finally:
            # Whatever ended this, Asterisk must not go on writing to a socket nobody reads.
            self._socket.transport.abort()
            self._end()

    async def _read(self) -> None:
        try:
            while True:
                self._receive(await self._socket.recv())
        except ConnectionClosed as closed:
            # Ours counts when theirs never came: it says why we gave up on them.
            if (last_frame := closed.rcvd or closed.sent) is not None:
                self._close_code = last_frame.code

    def _receive(self, message: str | bytes) -> None:
        if isinstance(message, str):
            self._handle(decode_event(message))
            return
        for frame in self._caller_frames.receive(message, self._loop.time()):
            self._put(CallerAudio(self._encoding.silence_frame if self._is_held else frame))

    def _handle(self, event: Event) -> None:
        match event:
            case MediaStarted():
                self._started = event
            case MarkProcessed(correlation_id):
                self._mark_processed(correlation_id)
            case DigitEnded(digit):
                self._put(DigitReceived(digit))
            case QueueFilled():
                self._pacing.hold()
            case QueueEased():
                self._pacing.release()
                self._may_send.set()
            case StatusReported():
                for waiter in self._status_waiters:
                    if not waiter.done():
                        waiter.set_result(event)
            case ErrorReported():
                self._reported_errors += 1
            case Unknown():
                self._unknown_events += 1

    def _mark_processed(self, correlation_id: str) -> None:
        try:
            serial = int(correlation_id)
        except ValueError:  # none of ours
            self._unknown_events += 1
            return
        for mark_id in self._pacing.mark_processed(serial, self._loop.time()):
            self._put(MarkPlayed(mark_id))
        self._may_send.set()

    def _put(self, event: MediaEvent) -> None:
        self._inbox.put(event)
        self._has_event.set()

    def _arm_silence(self) -> None:
        """Feeds the silence that is due; one lazy timer, since most frames come in time."""
        now = self._loop.time()
        while (deadline := self._caller_frames.next_deadline()) <= now:
            for frame in self._caller_frames.on_deadline(now):
                # On hold nothing need come.
                self._put(CallerAudio(frame, is_made=not self._is_held))
        self._silence_timer = self._loop.call_at(deadline, self._arm_silence)

    def _send_command(self, command: Command) -> None:
        # After the end nobody is left to obey.
        if not self._is_over:
            self._commands.append(command)
            self._may_send.set()

    async def _send_paced(self) -> None:
        try:
            while True:
                self._may_send.clear()
                await self._send_what_may_go()
                await self._wait_to_send(self._pacing.next_deadline())
        except ConnectionClosed:
            return  # the reader sees it too, and ends the call

    async def _send_what_may_go(self) -> None:
        # One message at a time: a flush in between must find the rest still unsent.
        while True:
            if self._commands:
                await self._socket.send(encode_command(self._commands.pop(0)))
                continue
            now = self._loop.time()
            starts_at = max(self._pacing.dry_at, now)
            match self._pacing.next_message(now):
                case SendAudio(audio):
                    self._played.sent(audio, starts_at, now)
                    await self._socket.send(audio)
                case SendMark(serial):
                    # Serials on the wire: they are short, whatever the marks are called here.
                    await self._socket.send(encode_command(MarkMedia(str(serial))))
                case None:
                    return

    async def _wait_to_send(self, deadline: float | None) -> None:
        if deadline is None:
            await self._may_send.wait()
            return
        timer = self._loop.call_at(deadline, self._may_send.set)
        try:
            await self._may_send.wait()
        finally:
            timer.cancel()

    def _end(self) -> None:
        if self._silence_timer is not None:
            self._silence_timer.cancel()
        self._is_over = True
        wrong = self.statistics()
        MEDIA.stream_is_over(wrong.dropped_frames, wrong.underruns, wrong.reported_errors)
        for waiter in self._status_waiters:
            if not waiter.done():
                waiter.set_exception(MediaClosed("the media of this call has ended"))
        self._put(MediaEnded(self._close_code))
