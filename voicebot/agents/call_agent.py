"""Drives one call: feeds its session and carries out what the session returns.

Decides nothing. Every command is started, not waited for: a hangup must never queue
behind a slow request. All tasks belong to the call and end with it.
"""

import asyncio
from dataclasses import asdict

from voicebot.agents.connecting import Connection, connect
from voicebot.agents.ear import Ear, UtteranceBegan
from voicebot.agents.mouth import Mouth
from voicebot.agents.scribe import Scribe
from voicebot.agents.services import CallServices
from voicebot.agents.thinking import Thinking
from voicebot.audio.frames import Encoding
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import CallFacts, CallRecord, UtteranceId
from voicebot.calls.session import CallContext, CallSession, dump_context
from voicebot.calls.transitions import CallState
from voicebot.dialogue.conversation import NORMAL_CLEARING
from voicebot.errors import AsteriskError, MediaError, StoreError
from voicebot.ports import CallerAudio, DigitReceived, MarkPlayed, MediaEnded, MediaLink
from voicebot.telemetry.logs import log_of

FALLBACK_CONTEXT = "voicebot-fallback"
RECORD_ATTEMPTS = 5
RECORD_RETRY_S = 0.5

log = log_of(__name__)


class CallAgent:
    """One call, from its StasisStart to its record."""

    def __init__(self, services: CallServices, facts: CallFacts, agent: str) -> None:
        self._services = services
        self._facts = facts
        self._agent = agent
        self._encoding = Encoding.ALAW if facts.codec == Encoding.ALAW else Encoding.ULAW
        clock = services.clock
        context = CallContext(
            facts,
            agent,
            started_at=clock.at(),
            is_recorded=services.business.recording.enabled,
        )
        self._session = CallSession(services.business, context, clock.now())
        self._began_now = clock.now()
        self._inbox: asyncio.Queue[on.CallEvent] = asyncio.Queue()
        self._scribe = Scribe(facts.call_id, services.contexts, services.events)
        self._media_in_stasis = asyncio.Event()
        self._utterances: dict[UtteranceId, bytes] = {}
        self._connection: Connection | None = None
        self._mouth: Mouth | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._thinking: Thinking | None = None
        self._record: CallRecord | None = None
        self._our_hangup_cause: int | None = None

    def left_stasis(self, heard_cause: int | None) -> None:
        """The caller's channel is not in our application any more.

        `heard_cause`: of the hang-up that Asterisk told of, if any. For one that we asked for,
        it tells its own internal flag instead.
        """
        if self._session.state is CallState.LEAVING and self._our_hangup_cause is None:
            self.post(on.LeftStasis())
            return
        known = (self._our_hangup_cause, heard_cause, NORMAL_CLEARING)
        self.post(on.HungUp(next(cause for cause in known if cause is not None)))

    def post(self, event: on.CallEvent) -> None:
        """Something happened to this call."""
        self._inbox.put_nowait(event)

    def media_entered_stasis(self) -> None:
        """The external-media channel is in our application: it may be bridged."""
        self._media_in_stasis.set()

    async def run(self) -> None:
        """Until the call is over and on record."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                self._thinking = Thinking(self._services, self._facts.call_id, tasks, self.post)
                self.post(on.Claimed())
                tasks.create_task(self._scribe.run())
                await self._live()
                raise _CallOver
        except* _CallOver:
            pass
        except* Exception as bugs:
            log.exception("call.crashed", call_id=self._facts.call_id, exc_info=bugs)
            await self._survive_crash()
        finally:
            if self._connection is not None:
                await self._connection.close()
        assert self._record is not None, "a call ends in a record"
        await self._write(self._record)
        self._scribe.note("call.ended", outcome=self._record.outcome.value)
        await self._scribe.finish()

    async def _live(self) -> None:
        now = self._services.clock.now
        while self._session.state is not CallState.ENDED:
            event = await self._next_event()
            commands = (
                self._session.on_deadline(now())
                if event is None
                else self._session.receive(event, now())
            )
            for command in commands:
                self._carry_out(command)
            self._scribe.save(lambda: dump_context(self._session.context(now())))

    async def _next_event(self) -> on.CallEvent | None:
        """The next event, or None when a deadline comes first."""
        deadline = self._session.next_deadline()
        if deadline is None:
            return await self._inbox.get()
        try:
            async with asyncio.timeout(max(0.0, deadline - self._services.clock.now())):
                return await self._inbox.get()
        except TimeoutError:
            return None

    def _carry_out(self, command: do.Command) -> None:
        assert self._tasks is not None
        assert self._thinking is not None
        match command:
            case do.Connect():
                self._tasks.create_task(self._connect())
            case do.Recognize(utterance_id):
                audio = self._utterances.pop(utterance_id)
                self._thinking.recognize(utterance_id, audio, self._encoding)
            case do.Retrieve(reply_id, text):
                self._thinking.retrieve(reply_id, text)
            case do.Reply():
                self._thinking.reply(command)
            case do.CancelReply(reply_id):
                self._thinking.cancel(reply_id)
            case do.Say(phrase_id, text):
                assert self._mouth is not None
                self._mouth.say(phrase_id, text)
            case do.StopSpeaking():
                assert self._mouth is not None
                self._tasks.create_task(self._mouth.stop())
            case do.HangUp(cause):
                self._tasks.create_task(self._hang_up(cause))
            case do.Leave(reason):
                self._tasks.create_task(self._leave(reason))
            case do.NoteTurn(turn):
                self._scribe.note(
                    "turn.over", **{**asdict(turn), "started_at": turn.started_at.isoformat()}
                )
            case do.WriteRecord(record):
                self._record = record

    async def _connect(self) -> None:
        services = self._services
        try:
            self._connection = await connect(
                services, self._facts, self._encoding, self._media_in_stasis
            )
        except (AsteriskError, MediaError) as error:
            log.error("call.connect_failed", call_id=self._facts.call_id, code=error.code)
            self.post(on.ConnectFailed(error.code))
            return
        assert self._tasks is not None
        link = self._connection.link
        self._mouth = Mouth(
            self._facts.call_id,
            link,
            services.synthesizer,
            services.business,
            self._encoding,
            services.clock.now,
            self.post,
        )
        setup_ms = round((services.clock.now() - self._began_now) * 1000)
        self._scribe.note("call.media_up", setup_ms=setup_ms, agent=self._agent)
        self.post(on.Connected())
        self._tasks.create_task(self._mouth.run())
        self._tasks.create_task(self._listen(link, self._mouth))

    async def _listen(self, link: MediaLink, mouth: Mouth) -> None:
        ear = Ear(self._services.new_voice_detector(self._encoding), self._encoding)
        is_audible = False
        while True:
            match await link.next_event():
                case CallerAudio(frame):
                    if not is_audible:
                        is_audible = True
                        self.post(on.CallerAudible())
                    change = ear.hear(frame, agent_is_speaking=self._session.agent_is_audible)
                    if change is None:
                        continue
                    if isinstance(change, UtteranceBegan):
                        self._scribe.note("caller.speaking")
                        self.post(on.SpeechStarted(change.utterance_id))
                    else:
                        self._utterances[change.utterance_id] = change.audio
                        self.post(on.SpeechEnded(change.utterance_id, change.silence_ms))
                case MarkPlayed(mark_id):
                    mouth.played(mark_id)
                case DigitReceived(digit):
                    self.post(on.KeyPressed(digit))
                case MediaEnded():
                    self.post(on.MediaLost())
                    return

    async def _hang_up(self, cause: int) -> None:
        self._our_hangup_cause = cause
        try:
            await self._services.control.hang_up(self._facts.channel_id, cause)
        except AsteriskError as error:
            # Asterisk cannot be told: the record must not wait for an event that never comes.
            log.error("call.hangup_failed", call_id=self._facts.call_id, code=error.code)
            self.post(on.HungUp(cause))

    async def _leave(self, reason: str) -> None:
        call_id = self._facts.call_id
        log.warning("call.leaves_for_dialplan", call_id=call_id, reason=reason)
        self._scribe.note("call.left", reason=reason)
        try:
            await self._services.control.leave(self._facts.channel_id, FALLBACK_CONTEXT)
        except AsteriskError as error:
            log.error("call.leave_failed", call_id=call_id, code=error.code)
            await self._hang_up(41)  # Q.850: temporary failure

    async def _survive_crash(self) -> None:
        """Our own bug ends the conversation, not the call: the dialplan looks after the caller."""
        now = self._services.clock.now
        if self._session.state is CallState.LEAVING:
            # The request to leave may have been lost with all else; twice does no harm.
            await self._leave("agent-crashed")
        for event in (on.GivenUp("agent-crashed"), on.LeftStasis()):
            for command in self._session.receive(event, now()):
                if isinstance(command, do.Leave):
                    await self._leave(command.reason)
                elif isinstance(command, do.WriteRecord):
                    self._record = command.record

    async def _write(self, record: CallRecord) -> None:
        """A busy database is asked again; the CDR file is what remains if it stays away."""
        for attempt in range(RECORD_ATTEMPTS):
            try:
                await self._services.records.write(record)
            except StoreError as error:
                log.error(
                    "call.record_not_written",
                    call_id=self._facts.call_id,
                    attempt=attempt,
                    code=error.code,
                )
                await asyncio.sleep(RECORD_RETRY_S)
            else:
                return


class _CallOver(Exception):
    """Cancels whatever of the call still runs."""
