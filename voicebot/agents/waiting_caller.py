"""Drives one caller's wait: feeds the waiting session, and does what it says.

Music plays on the caller's own channel, which is in no bridge meanwhile: so nothing of the wait is
recorded, and all that an admission takes is to stop it.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from voicebot.agents.announcing import Announcer
from voicebot.agents.clock import Clock
from voicebot.agents.entering import NobodyIsOwed
from voicebot.calls.asterisk_names import announcements_of
from voicebot.calls.hangup_causes import NORMAL_CLEARING
from voicebot.calls.model import CallbackReason, CallFacts, Leaving
from voicebot.calls.outbound_rules import Refused
from voicebot.dialogue.business import Business
from voicebot.dialogue.queue_settings import QueueSettings
from voicebot.errors import AsteriskError, InferenceError, StoreError
from voicebot.line_ports import Listening, OwedCallbacks, WaitingControl
from voicebot.ports import CallbackBook
from voicebot.queueing import waiting_session as ws
from voicebot.queueing.callback_booking import Wish
from voicebot.queueing.model import Place
from voicebot.queueing.wait_announcements import Promise
from voicebot.telemetry.logs import log_of

# The first announcement tells whether speech is heard; it is not put off for longer.
LISTENING_KNOWN_WITHIN_S = 0.3

log = log_of(__name__)


@dataclass(frozen=True, slots=True)
class WaitingServices:
    """What all waits of a process share."""

    control: WaitingControl
    announcer: Announcer
    callbacks: CallbackBook
    clock: Clock
    listening: Listening | None = None  # None: keys alone are heard
    owed: OwedCallbacks = field(default_factory=NobodyIsOwed)


@dataclass(frozen=True, slots=True)
class CallbackIsBooked:
    """And the caller was told, and hung up on."""


@dataclass(frozen=True, slots=True)
class WentElsewhere:
    """The music is off; to the people of a transfer (`target`), or the dialplan's care."""

    reason: str
    leaving: Leaving
    target: str | None = None


@dataclass(frozen=True, slots=True)
class TurnHasCome:
    """The music is off: the caller may be connected."""


WaitEnded = CallbackIsBooked | WentElsewhere | TurnHasCome


class WaitingCaller:
    """`run` to its end, or until cancelled."""

    def __init__(
        self,
        services: WaitingServices,
        facts: CallFacts,
        business: Business,
        settings: QueueSettings,
        session: ws.WaitingSession,
        booked: Callable[[], None],
        promised: Callable[[Promise], None] = lambda _: None,
    ) -> None:
        """`booked` is called once a callback is kept: whoever hangs up then has not given up.

        `promised`: whenever the caller is told of another wait than before.
        """
        self._services = services
        self._facts = facts
        self._business = business
        self._settings = settings
        self._session = session
        self._booked = booked
        self._promised = promised
        self._promise: Promise | None = None
        self._events: asyncio.Queue[ws.WaitingEvent | None] = asyncio.Queue()
        self._speaking: asyncio.Task[None] | None = None
        self._playback: str | None = None
        self._playbacks = 0
        self._is_admitted = False
        # In the line, if there: what a callback keeps.
        self.place: Place | None = None
        self._ended: WaitEnded | None = None

    @property
    def may_be_admitted(self) -> bool:
        return self._session.may_be_admitted and not self._is_admitted and self._ended is None

    def tell(self, event: ws.WaitingEvent) -> None:
        self._events.put_nowait(event)

    def admit(self) -> None:
        """A slot is taken for this caller."""
        self._is_admitted = True
        self._events.put_nowait(None)

    async def run(self) -> WaitEnded:
        """Raises AsteriskError when the caller cannot even be answered."""
        try:
            return await self._run()
        finally:
            if self._services.listening is not None:
                self._services.listening.end(self._facts.call_id)

    async def _run(self) -> WaitEnded:
        control, channel_id = self._services.control, self._facts.channel_id
        await control.answer(channel_id)
        async with asyncio.TaskGroup() as tasks:
            await self._music_on()
            await self._set_in_line(is_in_line=self._session.has_place)
            await self._have_listened()
            self._carry_out(self._session.begin(self._services.clock.now()), tasks)
            while self._ended is None and not self._is_admitted:
                self._carry_out(await self._next(), tasks)
            await self._fall_silent()
        ended = TurnHasCome() if self._is_admitted else self._ended
        assert ended is not None
        if not isinstance(ended, CallbackIsBooked):
            silence = control.stop_music(channel_id)
            await asyncio.gather(silence, self._set_in_line(is_in_line=False))
        return ended

    async def _have_listened(self) -> None:
        listening = self._services.listening
        if listening is None:
            return
        known = listening.begin(self._facts, self._business, self._hear)
        with suppress(TimeoutError):  # then a later announcement tells
            async with asyncio.timeout(LISTENING_KNOWN_WITHIN_S):
                await known.wait()

    def _hear(self, event: ws.WaitingEvent) -> None:
        if isinstance(event, ws.ListeningChanged):
            # Known at once, before a position that is already queued is told.
            self._session.receive(event, self._services.clock.now())
        else:
            self.tell(event)

    async def _set_in_line(self, *, is_in_line: bool) -> None:
        try:
            await self._services.control.set_in_line(self._facts.channel_id, is_in_line=is_in_line)
        except AsteriskError as error:
            # Should we die, the caller goes where all go.
            log.error("waiting.not_marked", call_id=self._facts.call_id, code=error.code)

    async def _next(self) -> list[ws.WaitingCommand]:
        now, deadline = self._services.clock.now, self._session.next_deadline()
        try:
            async with asyncio.timeout(None if deadline is None else max(0.0, deadline - now())):
                event = await self._events.get()
        except TimeoutError:
            return self._session.on_deadline(max(now(), deadline or 0.0))
        return [] if event is None else self._session.receive(event, now())

    def _carry_out(self, commands: list[ws.WaitingCommand], tasks: asyncio.TaskGroup) -> None:
        for command in commands:
            match command:
                case ws.Speak(texts):
                    before, self._speaking = self._speaking, None
                    if before is not None:
                        before.cancel()
                    self._speaking = tasks.create_task(self._speak(texts))
                    self._note_promise()
                case ws.Book():
                    tasks.create_task(self._book())
                case ws.GoElsewhere():
                    self._go_elsewhere(command)
                case ws.TakeLeave():
                    tasks.create_task(self._take_leave())

    def _note_promise(self) -> None:
        promise = self._session.promise
        if promise is not None and promise != self._promise:
            self._promise = promise
            self._promised(promise)

    async def _speak(self, texts: tuple[str, ...]) -> None:
        services, channel_id = self._services, self._facts.channel_id
        call_id = self._facts.call_id
        try:
            await self._stop_playing()
            media, seconds = await services.announcer.media_of(call_id, self._business, texts)
            self._playbacks += 1
            self._playback = announcements_of(channel_id)[self._playbacks % 2]
            await services.control.play(channel_id, self._playback, media)
            await asyncio.sleep(seconds)
            self._playback = None
            await self._music_on()
        except (AsteriskError, InferenceError, StoreError) as error:
            # The music goes on, and the next announcement comes.
            log.error("waiting.not_said", call_id=call_id, code=error.code)
        self.tell(ws.Spoken())

    async def _stop_playing(self) -> None:
        playback, self._playback = self._playback, None
        if playback is not None:
            await self._services.control.stop_playing(playback)

    async def _fall_silent(self) -> None:
        if self._speaking is not None:
            self._speaking.cancel()
        try:
            await self._stop_playing()
        except AsteriskError as error:
            log.error("waiting.not_silent", call_id=self._facts.call_id, code=error.code)

    async def _music_on(self) -> None:
        await self._services.control.start_music(self._facts.channel_id, self._settings.music)

    async def _book(self) -> None:
        facts = self._facts
        wish = Wish(
            facts.call_id,
            facts.called_number,
            facts.caller_number,
            CallbackReason.REQUESTED,
            self._services.clock.at(),
            self.place,
        )
        try:
            booked = await self._services.callbacks.book(wish, self._business.name)
        except StoreError as error:
            log.error("waiting.callback_not_booked", call_id=facts.call_id, code=error.code)
            self.tell(ws.NotBooked())
            return
        if isinstance(booked, Refused):
            log.info("waiting.callback_refused", call_id=facts.call_id, reason=booked.reason.value)
            self.tell(ws.NotBooked(is_refused=True))
            return
        self._booked()
        self.tell(ws.Booked())

    def _go_elsewhere(self, go: ws.GoElsewhere) -> None:
        target = None if go.is_for_message else (go.target or self._business.operator)
        self._end(WentElsewhere(go.reason, Leaving.FOR_MESSAGE, target))

    async def _take_leave(self) -> None:
        self._end(CallbackIsBooked())
        await self._services.control.hang_up(self._facts.channel_id, NORMAL_CLEARING)

    def _end(self, ended: WaitEnded) -> None:
        self._ended = ended
        self._events.put_nowait(None)
