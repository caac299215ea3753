"""How much audio may be sent now, and how much of it did the caller hear?

Asterisk plays one frame every 20 ms and never catches up a missed tick: whatever we
send too early delays a barge-in, whatever we send too late is a gap. So we keep a
target ahead by the clock, and a cap ahead by proof: after each message goes a mark, and
never are more than `CAP_MS` sent beyond the last mark that came back. The clock may be
wrong (Asterisk stalls, we stall); the cap holds all the same.

While paused nothing is sent, and what is ahead stays ahead.

Invariants: what is queued is sent in order, each mark right behind its audio; after
`flush` nothing of the old is sent or reported; heard + unheard = queued.
"""

import math
from collections import deque
from dataclasses import dataclass

from voicebot.audio.frames import FRAME_MS, Encoding

TARGET_MS = 200
# Refill in one message of several frames instead of frame by frame: a quarter of the wake-ups
# and messages, and still 120 ms of cushion against a late event loop.
REFILL_MS = 120
CAP_MS = 300
# Short messages carry marks often enough for the cap to follow the playing closely.
MESSAGE_MS = 100
# Nobody speaks this long in one turn: more is a runaway synthesizer, our own bug.
MAX_QUEUED_MS = 600_000

_FRAME_S = FRAME_MS / 1000
# Half a microsecond in frames: keeps a sum of floats from costing or granting a frame.
_ROUNDING = 0.000_025


@dataclass(frozen=True, slots=True)
class SendAudio:
    """Whole frames to send as one message."""

    audio: bytes


@dataclass(frozen=True, slots=True)
class SendMark:
    """Ask Asterisk to report when everything sent so far was played."""

    serial: int


@dataclass(frozen=True, slots=True)
class _QueuedMark:
    """A mark of the user's behind the audio before it; `padding_bytes` fill that audio's frame."""

    mark_id: str
    padding_bytes: int


@dataclass(frozen=True, slots=True)
class _SentMark:
    """A mark that Asterisk has not answered. `mark_id` is None for one of our own."""

    serial: int
    frames_before: int
    mark_id: str | None
    padding_bytes: int


class Pacing:
    """The outgoing audio of one call."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._outbox: deque[memoryview | _QueuedMark] = deque()  # audio in whole frames
        self._outbox_bytes = 0  # of audio
        self._partial = b""  # the last frame, not yet whole
        self._owes_mark = False
        self._is_held = False
        self._paused_ahead_frames: int | None = None  # None: not paused
        self._sent_frames = 0
        self._proven_frames = 0  # played, by a mark's word
        self._sent_marks: deque[_SentMark] = deque()
        self._last_serial = 0
        self._dry_at = -math.inf  # when Asterisk's queue runs dry, by the clock
        self._is_within_phrase = False
        self.underruns = 0  # times the queue ran dry between two marks of the user's

    def queue(self, audio: bytes) -> None:
        """Takes audio of any length; a last partial frame waits for more, or for a mark."""
        audio = self._partial + audio
        whole = len(audio) - len(audio) % self._encoding.frame_bytes
        self._partial = audio[whole:]
        if whole > 0:
            self._outbox.append(memoryview(audio)[:whole])
            self._outbox_bytes += whole
            if self._outbox_bytes > self._encoding.bytes_per_ms * MAX_QUEUED_MS:
                raise AssertionError("more audio is queued than one turn can hold")

    def queue_mark(self, mark_id: str) -> None:
        """Puts a mark behind all audio queued so far, whose last frame is filled with silence."""
        padding_bytes = -len(self._partial) % self._encoding.frame_bytes
        self.queue(self._encoding.silence_byte * padding_bytes)
        self._outbox.append(_QueuedMark(mark_id, padding_bytes))

    def next_message(self, now: float) -> SendAudio | SendMark | None:
        """The next message that may be sent now. Call again until there is none."""
        if self.is_paused:
            return None
        if self._outbox and isinstance(head := self._outbox[0], _QueuedMark):
            self._outbox.popleft()
            self._is_within_phrase = False
            return self._send_mark(head.mark_id, head.padding_bytes)
        if self._owes_mark:
            return self._send_mark(None, 0)
        frames = self._frames_allowed(now)
        if not self._outbox or frames <= 0:
            return None
        return self._send_audio(frames, now)

    def next_deadline(self) -> float | None:
        """When to ask again, once there was none. None: only an event can change that."""
        if not self._outbox or self._is_held or self.is_paused or self._frames_of_credit() <= 0:
            return None
        return self._dry_at - REFILL_MS / 1000

    def mark_processed(self, serial: int, now: float) -> tuple[str, ...]:
        """Asterisk answered a mark: returns the user's marks that are now reached, in order.

        Marks are answered in order, so an answer covers the earlier ones. A serial we do not
        wait for was cut by a flush.
        """
        if all(mark.serial != serial for mark in self._sent_marks):
            return ()
        reached = []
        while self._sent_marks and self._sent_marks[0].serial <= serial:
            mark = self._sent_marks.popleft()
            self._proven_frames = mark.frames_before
            if mark.mark_id is not None:
                reached.append(mark.mark_id)
        # The mark leaves the queue at the tick after its last frame. If its word came late we
        # now think a little too much is ahead and send a little later; the cushion covers that.
        self._dry_at = now + (self._sent_frames - self._proven_frames) * _FRAME_S
        return tuple(reached)

    def hold(self) -> None:
        """MEDIA_XOFF."""
        self._is_held = True

    def release(self) -> None:
        """MEDIA_XON."""
        self._is_held = False

    @property
    def is_paused(self) -> bool:
        return self._paused_ahead_frames is not None

    @property
    def dry_at(self) -> float:
        """When what was sent has all been played, by the clock."""
        return self._dry_at

    def pause(self, now: float) -> None:
        """Asterisk is told to play nothing, and keeps what it has."""
        if not self.is_paused:
            self._paused_ahead_frames = self._frames_ahead(now)

    def resume(self, now: float) -> None:
        """Asterisk plays on where it paused."""
        if self.is_paused:
            ahead_frames, self._paused_ahead_frames = self._frames_ahead(now), None
            self._dry_at = now + ahead_frames * _FRAME_S

    def flush(self, now: float) -> int:
        """Forgets all that was not heard, marks included; returns its length in ms. Ends a pause.

        Counts only audio given to `queue`, not the silence that fills up frames.
        """
        ahead_frames = self._frames_ahead(now)
        heard_frames = self._sent_frames - ahead_frames
        unheard_bytes = (
            ahead_frames * self._encoding.frame_bytes + self._outbox_bytes + len(self._partial)
        )
        padding_bytes = sum(
            mark.padding_bytes for mark in self._sent_marks if mark.frames_before > heard_frames
        ) + sum(mark.padding_bytes for mark in self._outbox if isinstance(mark, _QueuedMark))
        self._outbox.clear()
        self._outbox_bytes, self._partial, self._paused_ahead_frames = 0, b"", None
        self._sent_marks.clear()
        self._owes_mark = self._is_within_phrase = False
        self._proven_frames = self._sent_frames
        self._dry_at = now
        return (unheard_bytes - padding_bytes) // self._encoding.bytes_per_ms

    def _frames_ahead(self, now: float) -> int:
        """A frame counts until it is played to its end, so heard is never claimed too early."""
        by_clock = self._paused_ahead_frames
        if by_clock is None:
            by_clock = math.ceil(max(0.0, self._dry_at - now) / _FRAME_S - _ROUNDING)
        return min(by_clock, self._sent_frames - self._proven_frames)

    def _frames_of_credit(self) -> int:
        return CAP_MS // FRAME_MS - (self._sent_frames - self._proven_frames)

    def _frames_allowed(self, now: float) -> int:
        ahead_frames = self._frames_ahead(now)
        if self._is_held or ahead_frames * FRAME_MS > REFILL_MS:
            return 0
        return min(
            TARGET_MS // FRAME_MS - ahead_frames,
            self._frames_of_credit(),
            MESSAGE_MS // FRAME_MS,
        )

    def _send_audio(self, frames: int, now: float) -> SendAudio:
        if self._is_within_phrase and self._dry_at < now:
            self.underruns += 1
        self._is_within_phrase = True
        audio = self._take(frames * self._encoding.frame_bytes)
        sent_frames = len(audio) // self._encoding.frame_bytes
        self._sent_frames += sent_frames
        self._dry_at = max(self._dry_at, now) + sent_frames * _FRAME_S
        self._owes_mark = True
        return SendAudio(audio)

    def _take(self, limit_bytes: int) -> bytes:
        """Takes audio from the front of the outbox, up to the next mark."""
        pieces = []
        while limit_bytes > 0 and self._outbox and isinstance(head := self._outbox[0], memoryview):
            pieces.append(head[:limit_bytes])
            limit_bytes -= len(pieces[-1])
            self._outbox_bytes -= len(pieces[-1])
            if len(pieces[-1]) == len(head):
                self._outbox.popleft()
            else:
                self._outbox[0] = head[len(pieces[-1]) :]
        return b"".join(pieces)

    def _send_mark(self, mark_id: str | None, padding_bytes: int) -> SendMark:
        self._last_serial += 1
        self._sent_marks.append(
            _SentMark(self._last_serial, self._sent_frames, mark_id, padding_bytes)
        )
        self._owes_mark = False
        return SendMark(self._last_serial)
