"""Hears one caller: frames in, utterances with their audio out."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from voicebot.audio.acoustics import AcousticsMeter
from voicebot.audio.echo import PLAYED_MS, EchoDetector
from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.audio.g711 import decode
from voicebot.audio.intonation import has_fallen
from voicebot.audio.levels import rms_dbfs
from voicebot.calls.hearing import NOTHING_KNOWN, HearingRules, Judgement, judge_hearing
from voicebot.calls.model import UtteranceId
from voicebot.ports import VoiceDetector
from voicebot.turns.turn_taker import (
    SpeechEnd,
    SpeechLasts,
    SpeechOnset,
    SpeechPause,
    SpeechResumed,
    TurnTaker,
)

# Kept from before the onset, so that a soft first consonant is not lost.
PREROLL_MS = 240
# Kept of the silence at the end; the recognizer pads by itself.
TAIL_MS = 160
HEARING_RULES = HearingRules()


@dataclass(frozen=True, slots=True)
class UtteranceBegan:
    """The caller speaks."""

    utterance_id: UtteranceId


@dataclass(frozen=True, slots=True)
class UtteranceLasted:
    """The caller has spoken over the agent for `speech_ms`, and these are the words so far."""

    utterance_id: UtteranceId
    audio: bytes
    speech_ms: int


@dataclass(frozen=True, slots=True)
class UtterancePaused:
    """The caller may have finished, and has been silent for `silence_ms`.

    The id is that of the words so far: if the caller goes on, the whole has another.
    """

    utterance_id: UtteranceId
    audio: bytes
    silence_ms: int
    has_fallen: bool = True  # the voice, as at an end


@dataclass(frozen=True, slots=True)
class UtteranceResumed:
    """The caller has gone on after a pause."""


@dataclass(frozen=True, slots=True)
class UtteranceEnded:
    """The caller has spoken, and been silent for `silence_ms` since; audio and id are the pause's
    where there was one."""

    utterance_id: UtteranceId
    audio: bytes
    silence_ms: int


Heard = UtteranceBegan | UtteranceLasted | UtterancePaused | UtteranceResumed | UtteranceEnded


class Ear:
    """Collects the audio of each utterance while the turn taker listens.

    `played` tells what the caller was played in so many last ms: an echo of it is no speech.
    """

    def __init__(
        self, detector: VoiceDetector, encoding: Encoding, played: Callable[[int], bytes]
    ) -> None:
        self._detector = detector
        self._echo = EchoDetector(encoding)
        self._played = played
        self._encoding = encoding
        self._turn_taker = TurnTaker()
        self._before: deque[bytes] = deque(maxlen=PREROLL_MS // FRAME_MS + 1)
        self._frames: list[bytes] = []
        self._count = 0
        self._parts = 0  # of this utterance that were told of
        self._pause: UtterancePaused | None = None  # which has not ended
        self._acoustics = AcousticsMeter()
        self._hearing = NOTHING_KNOWN

    def hear(
        self, frame: bytes, *, agent_is_speaking: bool, end_silence_ms: int | None = None
    ) -> Heard | None:
        """Takes the next 20 ms frame."""
        self._echo.receive(frame)
        is_speech = self._detector.is_speech(frame) and not self._echo.is_echo(
            self._played(PLAYED_MS)
        )
        level_dbfs = rms_dbfs(decode(frame, self._encoding))
        self._acoustics.receive(
            FRAME_MS, level_dbfs, is_speech=is_speech, agent_is_audible=agent_is_speaking
        )
        change = self._turn_taker.receive(
            FRAME_MS,
            is_speech,
            is_voice=self._detector.is_voice,
            agent_is_speaking=agent_is_speaking,
            end_silence_ms=end_silence_ms,
        )
        if isinstance(change, SpeechOnset):
            self._count, self._parts = self._count + 1, 0
            self._frames = [*self._before, frame]
            return UtteranceBegan(self._utterance_id)
        self._before.append(frame)
        if not self._frames:
            return None
        self._frames.append(frame)
        match change:
            case SpeechLasts(speech_ms):
                self._parts += 1
                return UtteranceLasted(self._utterance_id, self._audio(0), speech_ms)
            case SpeechPause(silence_ms=silence_ms):
                self._parts += 1
                audio = self._audio(silence_ms)
                # Over an answer whatever is said is let come to its end first.
                fell = agent_is_speaking or self._has_fallen(audio)
                self._pause = UtterancePaused(self._utterance_id, audio, silence_ms, fell)
                return self._pause
            case SpeechResumed():
                self._pause = None
                return UtteranceResumed()
            case SpeechEnd(silence_ms=silence_ms):
                return self._end(silence_ms)
        return None

    def judge(self) -> Judgement:
        """How hard this caller is to understand, by all that was heard so far."""
        self._hearing = judge_hearing(self._acoustics.measured(), HEARING_RULES, self._hearing)
        return self._hearing

    def _end(self, silence_ms: int) -> UtteranceEnded:
        pause, self._pause = self._pause, None
        if pause is None:
            self._parts += 1
            ended = UtteranceEnded(self._utterance_id, self._audio(silence_ms), silence_ms)
        else:
            ended = UtteranceEnded(pause.utterance_id, pause.audio, silence_ms)
        self._frames = []
        return ended

    def _has_fallen(self, audio: bytes) -> bool:
        return has_fallen(decode(audio, self._encoding), self._encoding.rate_hz)

    def _audio(self, silence_ms: int) -> bytes:
        surplus = max(0, silence_ms - TAIL_MS) // FRAME_MS
        return b"".join(self._frames[: len(self._frames) - surplus])

    @property
    def _utterance_id(self) -> UtteranceId:
        """Of the words so far."""
        after = f".{self._parts}" if self._parts > 1 else ""
        return UtteranceId(f"u{self._count}{after}")
