"""Hears one caller: frames in, utterances with their audio out."""

from collections import deque
from dataclasses import dataclass

from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.calls.model import UtteranceId
from voicebot.ports import VoiceDetector
from voicebot.turns.turn_taker import SpeechEnd, SpeechOnset, TurnTaker

# Kept from before the onset, so that a soft first consonant is not lost.
PREROLL_MS = 240
# Kept of the silence at the end; the recognizer pads by itself.
TAIL_MS = 200


@dataclass(frozen=True, slots=True)
class UtteranceBegan:
    """The caller speaks."""

    utterance_id: UtteranceId


@dataclass(frozen=True, slots=True)
class UtteranceEnded:
    """The caller has spoken, and been silent for `silence_ms` since."""

    utterance_id: UtteranceId
    audio: bytes
    silence_ms: int


class Ear:
    """Collects the audio of each utterance while the turn taker listens."""

    def __init__(self, detector: VoiceDetector, encoding: Encoding) -> None:
        self._detector = detector
        self._encoding = encoding
        self._turn_taker = TurnTaker()
        self._before: deque[bytes] = deque(maxlen=PREROLL_MS // FRAME_MS + 1)
        self._frames: list[bytes] = []
        self._count = 0

    def hear(
        self, frame: bytes, *, agent_is_speaking: bool, end_silence_ms: int | None = None
    ) -> UtteranceBegan | UtteranceEnded | None:
        """Takes the next 20 ms frame."""
        is_speech = self._detector.is_speech(frame)
        change = self._turn_taker.receive(
            FRAME_MS,
            is_speech,
            agent_is_speaking=agent_is_speaking,
            end_silence_ms=end_silence_ms,
        )
        if isinstance(change, SpeechOnset):
            self._count += 1
            self._frames = [*self._before, frame]
            return UtteranceBegan(self._utterance_id)
        self._before.append(frame)
        if isinstance(change, SpeechEnd):
            surplus = max(0, change.silence_ms - TAIL_MS) // FRAME_MS
            self._frames.append(frame)
            audio = b"".join(self._frames[: len(self._frames) - surplus])
            self._frames = []
            return UtteranceEnded(self._utterance_id, audio, change.silence_ms)
        if self._turn_taker.caller_is_speaking:
            self._frames.append(frame)
        return None

    @property
    def _utterance_id(self) -> UtteranceId:
        return UtteranceId(f"u{self._count}")
