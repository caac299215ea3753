"""What does the caller say and hear, frame by frame?

One audio port of pjsua's conference bridge, which its clock thread serves every 20 ms:
first the frame to be said, then the frame heard.
"""

import time
from collections import deque
from collections.abc import Sequence

import numpy as np
import pjsua2 as pj

from voicebot.caller.script import SendBack
from voicebot.caller.sound import RATE_HZ

FRAME_MS = 20
FRAME_BYTES = RATE_HZ * FRAME_MS // 1000 * 2
SILENCE = bytes(FRAME_BYTES)


class Headset(pj.AudioMediaPort):  # type: ignore[misc]
    """Microphone and ear. Its callbacks run on pjsua's clock thread."""

    def __init__(self) -> None:
        super().__init__()
        self.is_recording = False
        self.said: list[bytes] = []
        self.heard: list[bytes] = []
        self.arrivals_s: list[float] = []
        self._to_say: deque[tuple[bytes, pj.ByteVector]] = deque()
        self._silence = (SILENCE, pj.ByteVector(SILENCE))
        self._echo: SendBack | None = None
        self._echo_until = 0  # in frames said

    @property
    def is_speaking(self) -> bool:
        return bool(self._to_say) or len(self.said) < self._echo_until

    def send_back(self, echo: SendBack) -> None:
        """From now on, for its length."""
        self._echo, self._echo_until = echo, len(self.said) + echo.length_ms // FRAME_MS

    def say(self, frames: Sequence[tuple[bytes, pj.ByteVector]]) -> None:
        self._to_say.extend(frames)

    def onFrameRequested(self, frame: pj.MediaFrame) -> None:  # noqa: N802 — pjsua's name
        audio, vector = self._to_say.popleft() if self._to_say else self._silence
        if self._echo is not None and len(self.said) < self._echo_until:
            audio = self._with_echo(audio, self._echo)
            vector = pj.ByteVector(audio)
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.buf = vector
        # The bridge reads before it writes: a recording that begins here has its sides aligned.
        if self.is_recording:
            self.said.append(audio)

    def _with_echo(self, audio: bytes, echo: SendBack) -> bytes:
        """What was heard so long ago comes back, as much softer as the gain says."""
        # The frame that is said now is heard later: the last one heard is a frame ago.
        ago = max(echo.delay_ms // FRAME_MS, 1)
        if len(self.heard) < ago:
            return audio
        heard = np.frombuffer(self.heard[-ago], dtype="<i2").astype(np.float32)
        mixed = np.frombuffer(audio, dtype="<i2") + heard * np.float32(10 ** (echo.gain_db / 20))
        echoed: bytes = mixed.clip(-32_768, 32_767).astype("<i2").tobytes()
        return echoed

    def onFrameReceived(self, frame: pj.MediaFrame) -> None:  # noqa: N802 — pjsua's name
        if len(self.heard) < len(self.said):
            self.arrivals_s.append(time.monotonic())
            self.heard.append(bytes(frame.buf) if frame.size == FRAME_BYTES else SILENCE)
