"""The audio of one caller while the caller is with us: ear, mouth, and the media between."""

import asyncio
from collections.abc import Callable

from voicebot.agents.connecting import Connection
from voicebot.agents.desk import Desk
from voicebot.agents.ear import (
    Ear,
    UtteranceBegan,
    UtteranceEnded,
    UtteranceLasted,
    UtterancePaused,
    UtteranceResumed,
)
from voicebot.agents.mouth import Mouth
from voicebot.agents.services import CallServices
from voicebot.audio.beep import BeepDetector
from voicebot.audio.dtmf import DtmfDetector
from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.calls import events as on
from voicebot.calls.hearing import Judgement
from voicebot.calls.model import CallId, UtteranceId
from voicebot.calls.session import CallSession
from voicebot.ports import CallerAudio, DigitReceived, MarkPlayed, MediaEnded
from voicebot.turns.keys import KeyPath, KeySource
from voicebot.turns.presence import CallerPresence, Presence
from voicebot.turns.speculation import Preparations


class Line:
    """Opened for a call, or for one more stay of it; `close` leaves nothing behind."""

    def __init__(
        self,
        services: CallServices,
        desk: Desk,
        call_id: CallId,
        connection: Connection,
        encoding: Encoding,
        session: CallSession,
        post: Callable[[on.CallEvent], None],
        keep: Callable[[UtteranceId, bytes], None],
        *,
        preparations: Preparations,
        beeps: BeepDetector | None = None,
    ) -> None:
        """`beeps`: where an answering machine may have taken the call."""
        self._connection = connection
        self._session = session
        self._post = post
        self._keep = keep
        self._now = services.clock.now
        self._speculation = services.speculation
        self._preparations = preparations
        self._is_preparing = False  # an answer, while nobody knows whether the caller goes on
        self._has_told_pause = False
        self._tones = DtmfDetector(encoding)
        self._keys = KeySource()
        self._beeps = beeps
        self._ear = Ear(services.new_voice_detector(encoding), encoding, connection.link.played)
        self.mouth = Mouth(
            call_id,
            connection.link,
            services.synthesizer,
            desk.business,
            encoding,
            services.clock.now,
            post,
        )
        self._tasks: list[asyncio.Task[None]] = []

    def open(self, tasks: asyncio.TaskGroup) -> None:
        """From now on the caller hears and is heard."""
        self._tasks = [tasks.create_task(self.mouth.run()), tasks.create_task(self._listen())]

    def hold(self, *, is_held: bool) -> None:
        self._connection.link.hold(is_held=is_held)

    def judge_hearing(self) -> Judgement:
        """How hard the caller is to understand on this line."""
        return self._ear.judge()

    async def close(self) -> None:
        """The caller is gone, or somewhere else."""
        if self._is_preparing:
            self._speculation.waste(self._preparations)
        for task in self._tasks:
            task.cancel()
        await self._connection.close()

    async def _listen(self) -> None:
        presence = CallerPresence()
        while True:
            match await self._connection.link.next_event():
                case CallerAudio(frame, is_made):
                    match presence.receive(FRAME_MS, is_made=is_made):
                        case Presence.AUDIBLE:
                            self._post(on.CallerAudible())
                        case Presence.INAUDIBLE:
                            self._post(on.CallerInaudible())
                    tone = self._tones.receive(frame)
                    if tone is not None:
                        self._press(tone, KeyPath.IN_BAND)
                    if self._beeps is not None and self._beeps.receive(frame):
                        self._post(on.BeepHeard())
                    self._hear(frame)
                case MarkPlayed(mark_id):
                    self.mouth.played(mark_id)
                case DigitReceived(digit):
                    self._press(digit, KeyPath.SIGNAL)
                case MediaEnded():
                    self._post(on.MediaLost())
                    return

    def _press(self, key: str, path: KeyPath) -> None:
        """One key may come on two ways; it counts once."""
        if self._keys.receive(key, path, self._now()):
            self._post(on.KeyPressed(key))

    def _hear(self, frame: bytes) -> None:
        change = self._ear.hear(
            frame,
            agent_is_speaking=self._session.agent_is_audible,
            end_silence_ms=self._session.end_silence_ms,
        )
        match change:
            case UtteranceBegan(utterance_id):
                self._post(on.SpeechStarted(utterance_id))
            case UtteranceLasted(utterance_id, audio, speech_ms):
                self._keep(utterance_id, audio)
                self._post(on.SpeechLasted(utterance_id, speech_ms))
            case UtterancePaused(utterance_id, audio, silence_ms, has_fallen):
                # Of whoever is asked for a number, pauses are expected.
                expects_pauses = self._session.end_silence_ms is not None
                self._is_preparing = not expects_pauses and self._speculation.begin()
                # What is said over an answer is always to be understood at once.
                self._has_told_pause = self._is_preparing or self._session.agent_is_audible
                if self._has_told_pause:
                    self._keep(utterance_id, audio)
                    self._post(on.SpeechPaused(utterance_id, silence_ms, has_fallen))
            case UtteranceResumed() if self._has_told_pause:
                if self._is_preparing:
                    self._speculation.waste(self._preparations)
                self._is_preparing = self._has_told_pause = False
                self._post(on.SpeechResumed())
            case UtteranceEnded(utterance_id, audio, silence_ms):
                if self._is_preparing:
                    self._speculation.help(self._preparations)
                else:
                    self._speculation.pass_by()
                self._is_preparing = self._has_told_pause = False
                self._keep(utterance_id, audio)
                self._post(on.SpeechEnded(utterance_id, silence_ms))
