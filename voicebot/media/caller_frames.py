"""Which 20 ms frames did the caller's telephone make, spoken or not?

Two things are put right here, so that whoever listens may count time in frames.
Asterisk hands on packets as the telephone made them (10, 30 or 40 ms happen): they are
cut into 20 ms. And a telephone with discontinuous transmission (RFC 3551, section 4.1)
sends nothing while its user is silent: then silence is made by the clock.
"""

from voicebot.audio.frames import FRAME_MS, Encoding

# Longer than the frame gaps that a loaded system shows (p99 56 ms at 170 calls on two cores,
# 2026-11), so that jitter does not put silence into words.
PATIENCE_S = 0.060
# Before the caller's first frame: time for the bridge and the far end to start.
FIRST_PATIENCE_S = 0.200

_FRAME_S = FRAME_MS / 1000


class CallerFrames:
    """Turns packets and the lack of them into frames."""

    def __init__(self, encoding: Encoding, now: float) -> None:
        self._encoding = encoding
        self._partial = b""
        self._deadline = now + FIRST_PATIENCE_S
        self._has_forgiven = False

    def receive(self, packet: bytes, now: float) -> tuple[bytes, ...]:
        """The frames that this packet completes."""
        if not packet:
            return ()
        self._deadline = now + PATIENCE_S
        self._has_forgiven = False
        size = self._encoding.frame_bytes
        if not self._partial and len(packet) == size:
            return (packet,)
        audio = self._partial + packet
        whole = len(audio) - len(audio) % size
        self._partial = audio[whole:]
        return tuple(audio[start : start + size] for start in range(0, whole, size))

    def next_deadline(self) -> float:
        """When silence is due, unless a packet comes first."""
        return self._deadline

    def on_deadline(self, now: float) -> tuple[bytes, ...]:
        """One frame of silence, if it is due by now."""
        if now < self._deadline:
            return ()
        # Being asked late means that we were held up, and packets may lie unread: look there
        # first. Only once, or a machine that is always late would never hear silence.
        if now - self._deadline >= _FRAME_S and not self._has_forgiven:
            self._has_forgiven = True
            self._deadline = now + _FRAME_S
            return ()
        self._deadline += _FRAME_S
        # What is left of the last packet will not be continued; silence ends it.
        frame = self._partial + self._encoding.silence_frame[len(self._partial) :]
        self._partial = b""
        return (frame,)
