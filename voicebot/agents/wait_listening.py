"""Listens to callers who wait, as far as the recognizers have room: words in, wishes out.

A wait never depends on this: whatever fails here ends the listening alone, and it is tried again
later. Voices are found here, which is cheap; only an utterance that is over and short enough for a
wish is recognised, one at a time in a process, and those that come meanwhile are let go.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import NoReturn

from voicebot.agents.connecting import connect
from voicebot.agents.ear import Ear, UtteranceEnded
from voicebot.agents.services import CallServices
from voicebot.audio.frames import Encoding
from voicebot.calls.asterisk_names import snoop_of
from voicebot.calls.hangup_causes import NORMAL_CLEARING
from voicebot.calls.model import CallFacts, CallId, ChannelId
from voicebot.capacity.listening_gate import ListeningGate, ListeningRules, RecognizerLoad
from voicebot.dialogue.business import Business
from voicebot.errors import AsteriskError, InferenceError, MediaError, SharedStateError
from voicebot.line_ports import SnoopControl
from voicebot.ports import CallerAudio, MediaEnded, MediaLink
from voicebot.queueing.waiting_session import ListeningChanged, WaitingEvent, WordsHeard
from voicebot.telemetry.line_metrics import LINES
from voicebot.telemetry.logs import log_of

LOOK_EVERY_S = 1.0
TRY_AGAIN_S = 10.0
# Late enough not to count as a caller who is kept waiting by the recognizers.
RECOGNITION_DEADLINE_S = 8.0
ENCODING = Encoding.ULAW

log = log_of(__name__)


@dataclass(slots=True)
class _Waiting:
    facts: CallFacts
    business: Business
    tell: Callable[[WaitingEvent], None]
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    listening: asyncio.Task[None] | None = None
    try_at_s: float = 0.0


class WaitListening:
    """`run` until cancelled; `begin` and `end` around each wait."""

    def __init__(
        self,
        services: CallServices,
        control: SnoopControl,
        load: Callable[[], Awaitable[RecognizerLoad]],
        rules: ListeningRules,
    ) -> None:
        self._services = services
        self._control = control
        self._load = load
        self._gate = ListeningGate(rules)
        self._rules = rules
        self._waiting: dict[CallId, _Waiting] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._recognizing = False

    async def run(self) -> NoReturn:
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            while True:
                if self._rules.most:
                    await self._look()
                    self._fill()
                await asyncio.sleep(LOOK_EVERY_S)

    def begin(
        self, facts: CallFacts, business: Business, tell: Callable[[WaitingEvent], None]
    ) -> asyncio.Event:
        """Set once this caller is listened to, or is not for now."""
        waiting = self._waiting[facts.call_id] = _Waiting(facts, business, tell)
        self._fill()
        if waiting.listening is None:
            waiting.settled.set()
        return waiting.settled

    def end(self, call_id: CallId) -> None:
        """The wait is over; what was opened is closed behind the caller's back."""
        waiting = self._waiting.pop(call_id, None)
        if waiting is not None and waiting.listening is not None:
            waiting.listening.cancel()

    async def _look(self) -> None:
        now = self._services.clock.now
        try:
            load: RecognizerLoad | None = await self._load()
        except SharedStateError as error:
            log.warning("listening.load_not_known", code=error.code)
            load = None
        self._gate.look(load, self._services.degradation(), now())

    def _fill(self) -> None:
        """Those who have waited longest are listened to."""
        now, tasks = self._services.clock.now(), self._tasks
        listened = [one for one in self._waiting.values() if one.listening is not None]
        if self._gate.room == 0:
            for one in listened:
                assert one.listening is not None
                one.listening.cancel()
        for one in self._waiting.values():
            if tasks is None or len(listened) >= self._gate.room:
                return
            if one.listening is None and now >= one.try_at_s:
                one.listening = tasks.create_task(self._listen(one))
                listened.append(one)

    async def _listen(self, waiting: _Waiting) -> None:
        call_id = waiting.facts.call_id
        try:
            await self._snoop(waiting)
        except (AsteriskError, MediaError) as error:
            log.warning("listening.failed", call_id=call_id, code=error.code)
        except Exception:
            # A bug here must cost nobody the place in the line.
            log.exception("listening.lost", call_id=call_id)
        finally:
            waiting.listening = None
            waiting.try_at_s = self._services.clock.now() + TRY_AGAIN_S
            waiting.settled.set()
            waiting.tell(ListeningChanged(is_listened=False))

    async def _snoop(self, waiting: _Waiting) -> None:
        channel_id = waiting.facts.channel_id
        snoop_id = snoop_of(channel_id)
        with self._services.snoops.opening(snoop_id) as ready:
            try:
                await self._control.snoop(channel_id, snoop_id)
                connection = await connect(self._services, snoop_id, ENCODING, ready)
                try:
                    waiting.tell(ListeningChanged(is_listened=True))
                    waiting.settled.set()
                    with LINES.listening():
                        await self._hear(waiting, connection.link)
                finally:
                    await connection.close()
            finally:
                await self._hang_up(snoop_id)

    async def _hang_up(self, snoop_id: ChannelId) -> None:
        try:
            await self._control.hang_up(snoop_id, NORMAL_CLEARING)
        except AsteriskError as error:
            # Without our heartbeat the guardian does it; and it ends with the caller's channel.
            log.warning("listening.not_hung_up", code=error.code)

    async def _hear(self, waiting: _Waiting, link: MediaLink) -> None:
        """Until the media end: Asterisk closed them, or the caller is gone."""
        detector = self._services.new_voice_detector(ENCODING)
        # Nothing is played through this link, so no echo of it can come back.
        ear = Ear(detector, ENCODING, lambda length_ms: b"")
        async with asyncio.TaskGroup() as tasks:
            while True:
                match await link.next_event():
                    case CallerAudio(frame):
                        heard = ear.hear(frame, agent_is_speaking=False)
                        if isinstance(heard, UtteranceEnded):
                            self._take(waiting, heard.audio, tasks)
                    case MediaEnded():
                        return
                    case _:
                        pass  # keys come as events of the caller's channel

    def _take(self, waiting: _Waiting, audio: bytes, tasks: asyncio.TaskGroup) -> None:
        if self._recognizing or not self._gate.is_worth_it(ENCODING.duration_ms(audio)):
            LINES.overheard("left_out")
            return
        self._recognizing = True
        tasks.create_task(self._recognize(waiting, audio))

    async def _recognize(self, waiting: _Waiting, audio: bytes) -> None:
        try:
            heard = await self._services.recognizer.recognize(
                waiting.facts.call_id,
                audio,
                encoding=ENCODING,
                language=waiting.business.language,
                hint="",
                deadline_s=RECOGNITION_DEADLINE_S,
            )
        except InferenceError as error:
            LINES.overheard("failed")
            log.warning("listening.not_recognized", call_id=waiting.facts.call_id, code=error.code)
            return
        finally:
            self._recognizing = False
        LINES.overheard("recognized")
        log.info(
            "listening.heard",
            call_id=waiting.facts.call_id,
            private_text=heard.text,
            confidence=round(heard.confidence, 2),
            queued_ms=heard.queued_ms,
        )
        self._gate.waited(heard.queued_ms, self._services.clock.now())
        waiting.tell(WordsHeard(heard.text, heard.confidence))
