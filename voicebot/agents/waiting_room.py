"""Lets callers of one process in: at once, or out of the line when a slot comes free.

The head of the line is claimed by the process that has the caller; no process admits for all.
Whoever may talk holds a slot until the call ends.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import NoReturn

from voicebot.agents.entering import entry_of
from voicebot.agents.judging import Judge, Wanted
from voicebot.agents.open_queues import OpenQueues
from voicebot.agents.wait_reckoner import WaitReckoner
from voicebot.agents.waiting_caller import (
    CallbackIsBooked,
    TurnHasCome,
    WaitEnded,
    WaitingCaller,
    WaitingServices,
    WentElsewhere,
)
from voicebot.calls import events as on
from voicebot.calls.model import CallFacts, CallId, Leaving, Outcome
from voicebot.dialogue.business import Business
from voicebot.dialogue.queue_settings import QueueSettings, queue_of
from voicebot.errors import AsteriskError, SharedStateError
from voicebot.line_ports import Slots, WaitingLines
from voicebot.queueing.admission import (
    LINE_AND_CALLBACKS,
    OfferCallback,
    Overflow,
    Reject,
    TalkNow,
    Wait,
)
from voicebot.queueing.model import QueueName
from voicebot.queueing.queue_names import queue_name
from voicebot.queueing.wait_announcements import Promise
from voicebot.queueing.wait_facts import WaitEnding
from voicebot.queueing.waiting_line import Standing, Ticket
from voicebot.queueing.waiting_session import KeyPressed, WaitingEvent, WaitingSession
from voicebot.telemetry.call_metrics import CALLS
from voicebot.telemetry.line_metrics import LINES
from voicebot.telemetry.logs import log_of

# Well below the lease of a ticket.
RENEW_EVERY_S = 2.0
RENEWED_AT_ONCE = 100
LOOK_AGAIN_S = 1.0
BETWEEN_LOOKS_S = 0.02

_ENDINGS: Mapping[type[WaitEnded], WaitEnding] = {
    TurnHasCome: WaitEnding.ADMITTED,
    CallbackIsBooked: WaitEnding.CALLBACK,
    WentElsewhere: WaitEnding.ELSEWHERE,
}

log = log_of(__name__)


class WaitingRoom:
    """`run` until cancelled; `admit` for each call that comes in."""

    def __init__(
        self,
        lines: WaitingLines,
        slots: Slots,
        services: WaitingServices,
        waits: WaitReckoner,
        *,
        agent: str,
        businesses: Callable[[], Sequence[Business]],
        degradation_step: Callable[[], int] = lambda: 0,
    ) -> None:
        """`businesses`: all whose callers share the slots."""
        self._lines = lines
        self._slots = slots
        self._services = services
        self._waits = waits
        self._agent = agent
        self._degradation_step = degradation_step
        self._callers: dict[CallId, tuple[QueueName, Ticket, WaitingCaller]] = {}
        self._pressing: dict[CallId, WaitingCaller] = {}
        self._queues = OpenQueues(lines, businesses)
        self._judge = Judge(lines, slots, self._queues, waits, services.clock, degradation_step)
        self._may_look = asyncio.Event()

    async def run(self) -> NoReturn:
        self._queues.all()  # what is there before the first reload
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._waits.run())
            tasks.create_task(self._renew())
            tasks.create_task(self._follow_changes())
            while True:
                try:
                    async with asyncio.timeout(LOOK_AGAIN_S):
                        await self._may_look.wait()
                except TimeoutError:
                    pass  # what was not told, or not heard
                self._may_look.clear()
                if self._callers and self._degradation_step() < LINE_AND_CALLBACKS:
                    await self._let_in()
                    # Changes that come close together are one: of many agents, each looks.
                    await asyncio.sleep(BETWEEN_LOOKS_S)

    def talks(self, call_id: CallId) -> None:
        """The call counts, whether or not it was let in by us: it may have come back."""
        self._slots.hold(call_id)
        self._waits.talks(call_id)

    def look(self) -> None:
        """A slot may be free."""
        self._may_look.set()

    def press(self, call_id: CallId, digit: str) -> None:
        """A waiting caller pressed a key; others' keys go another way."""
        self.tell(call_id, KeyPressed(digit))

    def tell(self, call_id: CallId, event: WaitingEvent) -> bool:
        """Something happened to a waiting caller; False: does not wait here."""
        if call_id in self._pressing:
            self._pressing[call_id].tell(event)
        return call_id in self._pressing

    async def admit(
        self,
        facts: CallFacts,
        business: Business,
        post: Callable[[on.CallEvent], None],
        note: Callable[..., None],
        waits_since: datetime | None = None,
    ) -> None:
        """Until the caller may talk, is elsewhere, or hangs up (then this is cancelled).

        `note`: keeps an event of the call, by its name and what it tells. `waits_since`: of whoever
        has waited for an agent that is gone.
        """
        settings = queue_of(business.queues, facts.called_number)
        if settings is None:
            post(on.Admitted())
            return
        queue = queue_name(business, settings)
        at = self._services.clock.at() if waits_since is None else waits_since
        # The ticket, if it still is there, keeps the place; else the arrival does.
        rank, arrived_at_s = await entry_of(self._services.owed, facts, business, settings, at)
        place = (queue, rank, arrived_at_s)
        has_waited = waits_since is not None
        verdict = await self._judge.judge(facts.call_id, settings, place, has_waited=has_waited)
        if verdict is None:
            post(on.Admitted())
            return
        kind = type(verdict).__name__
        log.info("call.judged", call_id=facts.call_id, verdict=kind, reason=verdict.reason)
        self._waits.judged(facts.call_id, queue, rank, verdict)
        LINES.judged(queue, kind, verdict.reason)
        if isinstance(verdict, TalkNow):
            post(on.Admitted())
            return
        CALLS.waits(facts.call_id)
        ended: WaitEnded | None = None
        ending = WaitEnding.GAVE_UP  # unless the wait has another end
        try:
            with LINES.waiting(queue):
                ended = await self._stay(facts, business, settings, place, verdict, post, note)
            ending = _ENDINGS[type(ended)]
        except* AsteriskError as errors:
            log.error("waiting.lost", call_id=facts.call_id, exc_info=errors)
            ending = WaitEnding.ELSEWHERE
        finally:
            self._waits.over(facts.call_id, ending)
        match ended:
            case TurnHasCome():
                post(on.Admitted())
            case CallbackIsBooked():
                pass  # told as it was booked, and hung up on since
            case WentElsewhere(reason, leaving, target):
                post(on.LineLeft(reason, leaving, target))
            case None:
                post(on.GivenUp("cannot-wait"))

    async def left(self, call_id: CallId) -> None:
        """The call is over: its slot, if it had one, is free."""
        self._waits.left(call_id)
        try:
            await self._slots.release(call_id)
            await self._lines.tell_change()
        except SharedStateError as error:
            # It comes free by itself when its lease ends.
            log.error("slot.not_released", call_id=call_id, code=error.code)

    async def _stay(
        self,
        facts: CallFacts,
        business: Business,
        settings: QueueSettings,
        place: Wanted,
        verdict: Wait | OfferCallback | Overflow | Reject,
        post: Callable[[on.CallEvent], None],
        note: Callable[..., None],
    ) -> WaitEnded:
        if isinstance(verdict, Reject):
            return WentElsewhere(verdict.reason, Leaving.TURNED_AWAY)
        if isinstance(verdict, Overflow):
            await self._services.control.answer(facts.channel_id)
            return WentElsewhere(verdict.reason, Leaving.FOR_MESSAGE, verdict.target)
        now, call_id = self._services.clock.now(), facts.call_id
        session = WaitingSession(settings, verdict, facts.caller_number, now)

        def booked() -> None:
            self._waits.books(call_id)
            post(on.Promised(Outcome.CALLBACK_BOOKED))

        arrived = now - max(0.0, self._services.clock.at().timestamp() - place[2])

        def promised(told: Promise) -> None:
            low_s, high_s = round(told.earliest_s - arrived), round(told.latest_s - arrived)
            note("wait.told", low_s=max(0, low_s), high_s=high_s)

        caller = WaitingCaller(self._services, facts, business, settings, session, booked, promised)
        self._pressing[call_id] = caller
        try:
            if session.has_place:
                await self._join(place, call_id, caller)
            return await caller.run()
        finally:
            del self._pressing[call_id]
            if self._callers.pop(call_id, None) is not None:
                await self._leave(place[0], call_id)

    async def _join(self, place: Wanted, call_id: CallId, caller: WaitingCaller) -> None:
        queue, rank, arrived_at_s = place
        try:
            standing = await self._lines.join(
                queue, call_id, rank, arrived_at_s, holder=self._agent
            )
        except SharedStateError as error:
            # There is music, and the keys; the next to look after this caller is the dialplan.
            log.error("waiting.not_joined", call_id=call_id, code=error.code)
            return
        self._callers[call_id] = (queue, standing.ticket, caller)
        caller.place = standing.ticket.place
        self.look()
        caller.tell(await self._waits.begins(queue, standing))

    async def _leave(self, queue: QueueName, call_id: CallId) -> None:
        try:
            # Whom another agent has taken over keeps the place there.
            await self._lines.leave(queue, call_id, holder=self._agent)
        except SharedStateError as error:
            # The ticket lapses.
            log.error("waiting.not_left", call_id=call_id, code=error.code)

    async def _let_in(self) -> None:
        """The head of the line, for as long as it is ours and there are slots."""
        queues = self._queues.open()
        try:
            while (claimed := await self._lines.claim(queues, holder=self._agent)) is not None:
                queue, ticket = claimed
                call_id = ticket.call_id
                caller = self._callers[call_id][2] if call_id in self._callers else None
                if caller is None or not caller.may_be_admitted:
                    # Gone, or busy with a callback: then the ticket is shown again, place and all.
                    await self._lines.leave(queue, call_id)
                    continue
                if not await self._slots.acquire(call_id):
                    await self._lines.give_back(queues, call_id)
                    return
                if call_id in self._callers:
                    self._callers.pop(call_id)
                    caller.admit()
                else:
                    # Hung up while the slot was being taken.
                    await self._slots.release(call_id)
                await self._lines.leave(queue, call_id)
        except SharedStateError as error:
            log.error("waiting.nobody_let_in", code=error.code)

    async def _renew(self) -> NoReturn:
        while True:
            if await self._queues.learn():
                self.look()
            await asyncio.sleep(RENEW_EVERY_S)
            told: list[tuple[WaitingCaller, QueueName, Standing]] = []
            mine = list(self._callers.items())
            for start in range(0, len(mine), RENEWED_AT_ONCE):
                some = mine[start : start + RENEWED_AT_ONCE]
                shown = [(queue, ticket) for _, (queue, ticket, _) in some]
                try:
                    standings = await self._lines.renew_all(shown)
                except SharedStateError as error:
                    log.error("waiting.not_renewed", code=error.code)
                    break
                for (call_id, (queue, _, caller)), standing in zip(some, standings, strict=True):
                    if call_id in self._callers:
                        self._callers[call_id] = (queue, standing.ticket, caller)
                        caller.place = standing.ticket.place
                        told.append((caller, queue, standing))
                    else:
                        # Left while the ticket was being shown.
                        await self._leave(queue, call_id)
            positions = await self._waits.stand([(queue, standing) for _, queue, standing in told])
            for (caller, *_), position in zip(told, positions, strict=True):
                caller.tell(position)

    async def _follow_changes(self) -> NoReturn:
        while True:
            try:
                async with aclosing(self._lines.changes()) as changes:
                    async for _ in changes:
                        self.look()
            except SharedStateError as error:
                log.error("waiting.changes_not_known", code=error.code)
            await asyncio.sleep(LOOK_AGAIN_S)
