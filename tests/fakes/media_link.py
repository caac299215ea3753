"""The caller's ear and mouth, in the hands of a test."""

import asyncio
from collections import deque

from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.ports import CallerAudio, DigitReceived, MarkPlayed, MediaEnded, MediaEvent

SPEECH = b"\x01" * Encoding.ULAW.frame_bytes
QUIET = Encoding.ULAW.silence_frame


class FakeVoiceDetector:
    is_voice = True

    def is_speech(self, frame: bytes) -> bool:
        return frame[:1] == SPEECH[:1]


class FakeMediaLink:
    """The caller's ear and mouth. Everything is played at once, or when the test plays it."""

    def __init__(self, encoding: Encoding = Encoding.ULAW, *, plays_at_once: bool = True) -> None:
        self._encoding = encoding
        self.plays_at_once = plays_at_once
        self.closed = 0
        self.heard_ms = 0
        self.is_held = self.is_paused = False
        self._events: asyncio.Queue[MediaEvent] = asyncio.Queue()
        self._queued: deque[int | str] = deque()  # ms of audio, and marks

    async def next_event(self) -> MediaEvent:
        return await self._events.get()

    def play(self, audio: bytes) -> None:
        assert not self.closed
        self._queued.append(Encoding.ULAW.duration_ms(audio))
        if self.plays_at_once:
            self.plays()

    def mark(self, mark_id: str) -> None:
        self._queued.append(mark_id)
        if self.plays_at_once:
            self.plays()

    def hold(self, *, is_held: bool) -> None:
        self.is_held = is_held

    def pause(self) -> None:
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False
        if self.plays_at_once:
            self.plays()

    def played(self, length_ms: int) -> bytes:
        return self._encoding.silence_byte * (length_ms * self._encoding.bytes_per_ms)

    async def flush(self) -> int:
        self.is_paused = False
        unheard_ms = self.queued_ms
        self._queued.clear()
        return unheard_ms

    async def close(self) -> None:
        self.closed += 1

    @property
    def marks(self) -> list[str]:
        """Those that are still to be played."""
        return [item for item in self._queued if isinstance(item, str)]

    def marks_played(self) -> list[str]:
        """For a test that listens in the agent's place."""
        marks = []
        while not self._events.empty():
            event = self._events.get_nowait()
            assert isinstance(event, MarkPlayed)
            marks.append(event.mark_id)
        return marks

    @property
    def queued_ms(self) -> int:
        return sum(item for item in self._queued if isinstance(item, int))

    def plays(self, duration_ms: int = 1_000_000) -> None:
        """So much of what is queued is played to the caller."""
        while self._queued and not self.is_paused:
            item = self._queued.popleft()
            if isinstance(item, str):
                self._events.put_nowait(MarkPlayed(item))
                continue
            played_ms = min(item, duration_ms)
            self.heard_ms += played_ms
            duration_ms -= played_ms
            if played_ms < item:
                self._queued.appendleft(item - played_ms)
                return

    def carries(self, frame: bytes, duration_ms: int = FRAME_MS) -> None:
        """The caller is audible for so long."""
        for _ in range(duration_ms // FRAME_MS):
            self._events.put_nowait(CallerAudio(frame))

    def brings_nothing(self, duration_ms: int) -> None:
        """Silence is made by the clock for so long."""
        silence = self._encoding.silence_frame
        for _ in range(duration_ms // FRAME_MS):
            self._events.put_nowait(CallerAudio(silence, is_made=True))

    def presses(self, digit: str) -> None:
        self._events.put_nowait(DigitReceived(digit))

    def breaks(self) -> None:
        self._events.put_nowait(MediaEnded(1006))
