"""What was the caller played lately, and when?

By the clock by which audio is paced, so it may be off by what Asterisk is late: whoever
looks for our own voice in the caller's audio searches more than one moment.
"""

from collections import deque

from voicebot.audio.frames import Encoding

KEPT_S = 1.0
# Each mark's word corrects our clock. Taken into the past that would tear the audio apart every
# 100 ms, and no echo is found by torn audio (seen 2026-11: 5 to 15 ms at a time, more when busy).
# Only when all has been played for so long does what follows begin by the clock.
DRY_S = 0.060


class Played:
    """The recent past, and what is queued in Asterisk of the near future."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._pieces: deque[tuple[float, bytes]] = deque()  # from when, what
        self._cut = b""  # by a pause

    def sent(self, audio: bytes, starts_at: float, now: float) -> None:
        """This will be played from `starts_at` on."""
        if self._pieces:
            # Asterisk plays what is queued without a gap, whatever our clock says of it.
            ends_at = self._ends_at(self._pieces[-1])
            if ends_at > now - DRY_S:
                starts_at = ends_at
        self._pieces.append((starts_at, audio))
        while self._pieces and self._ends_at(self._pieces[0]) < now - KEPT_S:
            self._pieces.popleft()

    def pause(self, now: float) -> None:
        """What has not been played by now waits."""
        self._cut += self._drop_after(now)

    def resume(self, now: float) -> None:
        """What has waited is played from now on."""
        cut, self._cut = self._cut, b""
        if cut:
            self._pieces.append((now, cut))

    def flush(self, now: float) -> None:
        """What has not been played by now never will be."""
        self._drop_after(now)
        self._cut = b""

    def latest(self, length_ms: int, now: float) -> bytes:
        """The last `length_ms`, with silence where nothing was played."""
        unit = self._encoding.bytes_per_sample
        size = length_ms * self._encoding.bytes_per_ms
        audio = bytearray(self._encoding.silence_byte * size)
        begins_at = now - length_ms / 1000
        for starts_at, piece in self._pieces:
            at = round((starts_at - begins_at) * 1000 * self._encoding.bytes_per_ms) // unit * unit
            begin, end = max(at, 0), min(at + len(piece), size)
            if begin < end:
                audio[begin:end] = piece[begin - at : end - at]
        return bytes(audio)

    def _drop_after(self, now: float) -> bytes:
        dropped = b""
        for _ in range(len(self._pieces)):
            starts_at, piece = self._pieces.popleft()
            samples = round((now - starts_at) * self._encoding.rate_hz)
            cut = min(max(samples * self._encoding.bytes_per_sample, 0), len(piece))
            dropped += piece[cut:]
            if cut:
                self._pieces.append((starts_at, piece[:cut]))
        return dropped

    def _ends_at(self, piece: tuple[float, bytes]) -> float:
        return piece[0] + len(piece[1]) / self._encoding.bytes_per_ms / 1000
