"""The audio of one telephone, µ-law over RTP: both directions on one clock.

What is to be said goes out frame by frame, and silence when there is nothing; what is heard is kept
at the place on the clock where it was heard.
"""

import asyncio
import secrets
import struct
from collections import deque
from typing import cast

import numpy as np
from numpy.typing import NDArray

from tests.polling import tasks_until
from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.audio.g711 import decode, encode
from voicebot.caller.measurement import Recording, Spoken
from voicebot.caller.sound import Span

Samples = NDArray[np.int16]
SILENCE = Encoding.ULAW.silence_frame
FRAME_BYTES = len(SILENCE)
ULAW = 0
_HEADER = struct.Struct("!BBHII")
# Packets come in bursts when this machine is busy: only what is later than this was missing.
_JITTER_FRAMES = 5
# Loud enough for speech, in linear samples; comfort noise is not.
_LOUD = 500
_PAUSE_FRAMES = 50
_LONGEST_SPEECH_S = 60.0


class Audio(asyncio.DatagramProtocol):
    """Silent and deaf until it `talks_to` somebody."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.DatagramTransport | None = None
        self._peer: tuple[str, int] | None = None
        self._began_s = 0.0
        self._to_say: deque[bytes] = deque()
        self._said: list[bytes] = []
        self._heard: list[bytes] = []
        self._missing: list[Span] = []
        self._last_sound: int | None = None  # its frame
        self._spoken: list[Spoken] = []
        self._source = secrets.randbits(32)
        self._clock: asyncio.TimerHandle | None = None
        self._is_speaking, self._is_silent = asyncio.Event(), asyncio.Event()
        self._is_silent.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    @property
    def port(self) -> int:
        assert self._transport is not None
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    def talk_to(self, peer: tuple[str, int]) -> None:
        if self._peer is None:
            self._peer, self._began_s = peer, self._loop.time()
            self._tick()

    def say(self, label: str, samples: Samples) -> None:
        """After what is being said already."""
        data = encode(samples, Encoding.ULAW)
        begins = len(self._said) + len(self._to_say)
        self._to_say += (
            data[at : at + FRAME_BYTES] for at in range(0, len(data) - FRAME_BYTES + 1, FRAME_BYTES)
        )
        ends = len(self._said) + len(self._to_say)
        self._spoken.append(Spoken(label, Span(begins * FRAME_MS, ends * FRAME_MS)))

        self._is_silent.clear()
        self._is_speaking.set()

    async def speaks(self) -> None:
        """Waits until there is something to say."""
        await self._is_speaking.wait()

    async def falls_silent(self) -> None:
        """Waits until all is said."""
        await self._is_silent.wait()

    async def hears_out(self) -> None:
        """Waits until the other side has begun to speak, and has been silent for a second."""
        self._last_sound = None
        await tasks_until(
            lambda: (
                self._last_sound is not None and len(self._said) - self._last_sound >= _PAUSE_FRAMES
            ),
            "the other side has had its say",
            _LONGEST_SPEECH_S,
        )

    def hush(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
        if self._transport is not None:
            self._transport.close()

    def heard_since(self, frame: int) -> Samples:
        return decode(b"".join(self._heard[frame:]), Encoding.ULAW)

    @property
    def frames_heard(self) -> int:
        return len(self._heard)

    @property
    def now_frame(self) -> int:
        """Of the clock that both directions share."""
        return len(self._said)

    def recording(self) -> Recording:
        """Both sides, equally long."""
        length = max(len(self._said), len(self._heard))
        said, heard = (
            decode(b"".join([*side, *[SILENCE] * (length - len(side))]), Encoding.ULAW)
            for side in (self._said, self._heard)
        )
        return Recording(said, heard, tuple(self._spoken), tuple(self._missing))

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        payload = data[_HEADER.size :]
        if self._peer is None or data[1] & 0x7F != ULAW or len(payload) != FRAME_BYTES:
            return
        now = int((self._loop.time() - self._began_s) * 1_000 / FRAME_MS)
        if (late := now - len(self._heard)) > _JITTER_FRAMES:
            self._missing.append(Span(len(self._heard) * FRAME_MS, now * FRAME_MS))
            self._heard += [SILENCE] * late
        if int(np.abs(decode(payload, Encoding.ULAW)).max()) > _LOUD:
            self._last_sound = len(self._heard)
        self._heard.append(payload)

    def _tick(self) -> None:
        """Sends what is due; when this machine was busy, all of it at once."""
        assert self._transport is not None
        due = int((self._loop.time() - self._began_s) * 1_000 / FRAME_MS) + 1
        while len(self._said) < due:
            frame = self._to_say.popleft() if self._to_say else SILENCE
            number = len(self._said)
            at = number * FRAME_BYTES & 0xFFFFFFFF
            header = _HEADER.pack(0x80, ULAW, number & 0xFFFF, at, self._source)
            self._transport.sendto(header + frame, self._peer)
            self._said.append(frame)
        if not self._to_say:
            self._is_speaking.clear()
            self._is_silent.set()
        next_s = self._began_s + len(self._said) * FRAME_MS / 1_000
        self._clock = self._loop.call_at(next_s, self._tick)
