"""Drives one call: feeds its session and carries out what the session returns.

Decides nothing. Every command is started, not waited for: a hangup must never queue
behind a slow request. All tasks belong to the call and end with it.
"""

import asyncio
from dataclasses import asdict

from voicebot.agents.connecting import connect
from voicebot.agents.desk import Desk
from voicebot.agents.happenings import Happenings
from voicebot.agents.line import Line
from voicebot.agents.new_context import new_context, remember
from voicebot.agents.scribe import Scribe
from voicebot.agents.services import CallServices
from voicebot.agents.thinking import Thinking
from voicebot.agents.utterances import Utterances
from voicebot.audio.beep import BeepDetector
from voicebot.audio.frames import media_encoding
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.asterisk_names import CONTEXTS
from voicebot.calls.hangup_causes import NORMAL_CLEARING
from voicebot.calls.hearing import NOTHING_KNOWN
from voicebot.calls.model import CallFacts, CallRecord, TransferResult
from voicebot.calls.orders import GOING
from voicebot.calls.outbound_session import session_of
from voicebot.calls.session import CallContext, dump_context
from voicebot.calls.transitions import CallState
from voicebot.errors import AsteriskError, MediaError
from voicebot.telemetry.logs import log_of
from voicebot.turns.speculation import Preparations

log = log_of(__name__)


class CallAgent:
    """One call, from its StasisStart to its record.

    `context`: where the call stands when another process drove it before; it begins anew when
    there is none.
    """

    def __init__(
        self,
        services: CallServices,
        desk: Desk,
        facts: CallFacts,
        agent: str,
        context: CallContext | None = None,
    ) -> None:
        self._services = services
        self._desk = desk
        self._facts = facts
        self._agent = agent
        self._encoding = media_encoding(facts.codec)
        clock = services.clock
        self._is_new = context is None
        if context is None:
            context = new_context(desk, facts, agent, clock.at())
        self._waiting_room = services.waiting_room_of(facts)
        self._context, self.started_at = context, context.started_at
        self._session = session_of(desk.business, context, clock.now())
        self._began_now = clock.now()
        self._happenings = Happenings(clock.now)
        self._scribe = Scribe(facts.call_id, services.contexts, services.events)
        self._media_in_stasis = asyncio.Event()
        self._utterances = Utterances()
        self._preparations = Preparations()
        self._line: Line | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._thinking: Thinking | None = None
        self._record: CallRecord | None = None
        self._our_hangup_cause: int | None = None
        self._held_by: set[str] = set()

    @property
    def is_with_us(self) -> bool:
        """Whether the caller's channel is, or is about to be, in our application."""
        return self._session.state not in (CallState.TRANSFERRING, CallState.WITH_OPERATOR)

    @property
    def is_held_by_us(self) -> bool:
        """Whether the caller is in our application, and we mean it to stay."""
        return self.is_with_us and self._session.state not in GOING

    @property
    def state(self) -> CallState:
        return self._session.state

    @property
    def is_recording_paused(self) -> bool:
        return self._context.conversation.is_recording_paused

    @property
    def is_leaving(self) -> bool:
        """Whether the caller is on the way to the dialplan, as we asked."""
        return self._session.state is CallState.LEAVING and self._our_hangup_cause is None

    @property
    def summary(self) -> str:
        """What an operator is told about this caller: private."""
        transfers = self._context.transfers
        return transfers[-1].summary if transfers else ""

    @property
    def desk(self) -> Desk:
        return self._desk

    def left_stasis(self, heard_cause: int | None) -> None:
        """The caller's channel is not in our application any more.

        `heard_cause`: of the hang-up that Asterisk told of, if any. For one that we asked for,
        it tells its own internal flag instead.
        """
        if not self.is_with_us or (self.is_leaving and heard_cause is None):
            self.post(on.LeftStasis())
            return
        known = (self._our_hangup_cause, heard_cause, NORMAL_CLEARING)
        self.post(on.HungUp(next(cause for cause in known if cause is not None)))

    def post(self, event: on.CallEvent) -> None:
        """Something happened to this call."""
        self._happenings.post(event)

    def hold(self, *, is_held: bool, by: str = "caller") -> None:
        """Nobody hears us for now: the caller's side, or who is in our place, sees to that."""
        (self._held_by.add if is_held else self._held_by.discard)(by)
        if self._line is not None:
            self._line.hold(is_held=bool(self._held_by))
        self.post(on.PutOnHold() if self._held_by else on.TakenOffHold())

    def media_entered_stasis(self) -> None:
        """The external-media channel is in our application: it may be bridged."""
        self._media_in_stasis.set()

    async def run(self) -> None:
        """Until the call is over and on record, or another process has it."""
        await remember(self._context, self._services.records)
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                self._thinking = Thinking(
                    self._services,
                    self._desk,
                    self._facts,
                    self._encoding,
                    tasks,
                    self.post,
                    self._preparations,
                )
                if self._is_new:
                    waits = self._services.must_wait(self._facts)
                    self.post(on.Enqueued() if waits else on.Claimed())
                tasks.create_task(self._scribe.run())
                await self._live()
                raise _CallOver
        except* _CallOver:
            pass
        except* Exception as bugs:
            log.exception("call.crashed", call_id=self._facts.call_id, exc_info=bugs)
            await self._survive_crash()
        finally:
            if self._thinking is not None:
                self._thinking.close()
            if self._line is not None:
                await self._line.close()
            if self._waiting_room is not None:
                await self._waiting_room.left(self._facts.call_id)
        if self._record is None:
            # The caller is with a person: whoever has the channel next goes on from the context.
            await self._scribe.let_go()
            return
        outcome = self._record.outcome.value
        self._scribe.note("call.ended", outcome=outcome, **self._preparations.told())
        await self._services.records.keep(self._record, self._scribe, self._preparations)

    async def _live(self) -> None:
        now = self._services.clock.now
        assert self._thinking is not None
        while not self._session.is_over:
            deadline = self._session.next_deadline()
            event = await self._happenings.next(deadline)
            if isinstance(event, on.SpeechStarted):
                self._scribe.note("caller.speaking")
                self._thinking.read_ahead(self._context.conversation.history)
            commands = (
                # A timer may fire a tick of its clock early.
                self._session.on_deadline(max(now(), deadline or 0.0))
                if event is None
                else self._session.receive(event, now())
            )
            for command in commands:
                self._carry_out(command)
            self._thinking.foresee(self._session.next_turn(self._services.clock.at()))
            self._scribe.save(lambda: dump_context(self._session.context(now())))

    def _carry_out(self, command: do.Command) -> None:
        assert self._tasks is not None
        assert self._thinking is not None
        match command:
            case do.Connect():
                self._tasks.create_task(self._connect())
            case do.SeekAdmission():
                assert self._waiting_room is not None
                since = None if self._is_new else self.started_at
                admission = self._waiting_room.admit(
                    self._facts, self._desk.business, self.post, self._scribe.note, since
                )
                self._tasks.create_task(admission)
            case do.Recognize(utterance_id):
                hearing = NOTHING_KNOWN if self._line is None else self._line.judge_hearing()
                self._thinking.recognize(utterance_id, self._utterances.of(utterance_id), hearing)
            case do.CancelRecognition(utterance_id):
                self._thinking.cancel_recognition(utterance_id)
            case do.Think():
                self._thinking.think(command, self._utterances.joined(command.utterances))
            case do.CancelThinking(reply_id):
                self._thinking.cancel(reply_id)
            case do.Say() | do.PauseSpeaking() | do.ResumeSpeaking():
                assert self._line is not None
                self._line.mouth.carry_out(command)
            case do.Confirm():
                assert self._line is not None
                self._line.mouth.release()
                self._thinking.confirm()
            case do.StopSpeaking():
                assert self._line is not None
                self._tasks.create_task(self._line.mouth.stop())
            case do.SetRecording(is_on):
                self._tasks.create_task(self._set_recording(is_on=is_on))
            case do.Transfer(transfer_id):
                self._tasks.create_task(self._transfer(transfer_id))
            case do.HangUp(cause):
                self._tasks.create_task(self._hang_up(cause))
            case do.Leave():
                self._tasks.create_task(self._leave(command))
            case do.NoteTurn(turn):
                self._desk.learn_of(turn, self._context.conversation.records)
                self._services.turn_over(turn)
                self._scribe.note(
                    "turn.over", **{**asdict(turn), "started_at": turn.started_at.isoformat()}
                )
            case do.WriteRecord(record):
                self._record = record

    async def _connect(self) -> None:
        services = self._services
        assert self._tasks is not None
        if self._line is not None:
            await self._line.close()
        if self._waiting_room is not None:
            self._waiting_room.talks(self._facts.call_id)
        try:
            connection = await connect(
                services,
                self._facts.channel_id,
                self._encoding,
                self._media_in_stasis,
                is_recording_paused=self.is_recording_paused,
            )
        except (AsteriskError, MediaError) as error:
            log.error("call.connect_failed", call_id=self._facts.call_id, code=error.code)
            self.post(on.ConnectFailed(error.code))
            return
        self._line = Line(
            services,
            self._desk,
            self._facts.call_id,
            connection,
            self._encoding,
            self._session,
            self.post,
            self._utterances.keep,
            preparations=self._preparations,
            beeps=self._new_beep_detector(),
        )
        setup_ms = round((services.clock.now() - self._began_now) * 1000)
        self._scribe.note("call.media_up", setup_ms=setup_ms, agent=self._agent)
        self.post(on.Connected())
        self._line.open(self._tasks)

    def _new_beep_detector(self) -> BeepDetector | None:
        """Whoever has been transferred is a person."""
        is_placed = self._context.pickup is not None and not self._context.transfers
        return BeepDetector(self._encoding) if is_placed else None

    async def _set_recording(self, *, is_on: bool) -> None:
        if not self._context.is_recorded:
            return
        try:
            await self._services.control.set_recording(self._facts.channel_id, is_on=is_on)
        except AsteriskError as error:
            log.error("call.recording_not_set", call_id=self._facts.call_id, code=error.code)
            if not is_on:
                # What must not be recorded must not be said here.
                self.post(on.GivenUp("recording-not-paused"))

    async def _transfer(self, transfer_id: str) -> None:
        self._scribe.note("call.transferring", target=transfer_id)
        self._media_in_stasis.clear()
        try:
            await self._services.control.transfer(self._facts.channel_id, transfer_id)
        except AsteriskError as error:
            log.error("call.transfer_failed", call_id=self._facts.call_id, code=error.code)
            self.post(on.CameBack(TransferResult.FAILED))
            return
        if self._line is not None:
            await self._line.close()
            self._line = None
        if self._waiting_room is not None:
            await self._waiting_room.left(self._facts.call_id)  # a person needs no slot

    async def _hang_up(self, cause: int) -> None:
        self._our_hangup_cause = cause
        try:
            await self._services.control.hang_up(self._facts.channel_id, cause)
        except AsteriskError as error:
            # Asterisk cannot be told: the record must not wait for an event that never comes.
            log.error("call.hangup_failed", call_id=self._facts.call_id, code=error.code)
            self.post(on.HungUp(cause))

    async def _leave(self, leave: do.Leave) -> None:
        call_id, context = self._facts.call_id, CONTEXTS[leave.leaving]
        log.warning("call.leaves_for_dialplan", call_id=call_id, reason=leave.reason)
        self._scribe.note("call.left", reason=leave.reason, leaving=leave.leaving.value)
        try:
            await self._services.control.leave(self._facts.channel_id, context)
        except AsteriskError as error:
            log.error("call.leave_failed", call_id=call_id, code=error.code)
            await self._hang_up(41)  # Q.850: temporary failure

    async def _survive_crash(self) -> None:
        """Our own bug ends the conversation, not the call: the dialplan looks after the caller."""
        now = self._services.clock.now
        if self._session.state is CallState.LEAVING:
            # The request to leave may have been lost with all else; twice does no harm.
            await self._leave(do.Leave("agent-crashed"))
        for event in (on.GivenUp("agent-crashed"), on.LeftStasis()):
            for command in self._session.receive(event, now()):
                if isinstance(command, do.Leave):
                    await self._leave(command)
                elif isinstance(command, do.WriteRecord):
                    self._record = command.record


class _CallOver(Exception):
    """Cancels whatever of the call still runs."""
