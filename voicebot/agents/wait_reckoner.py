"""How long will callers of this process wait, and how long did they?

What happens here is told as facts of the shared stream, and learned when it comes back from there:
so all processes learn the same, in one order. Nobody waits for the stream: while Redis is away,
facts are kept, and estimates stay with what was known.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, NoReturn

from voicebot.agents.admission_journal import AdmissionJournal
from voicebot.agents.clock import Clock
from voicebot.calls.model import CallId
from voicebot.capacity.slots import Occupancy
from voicebot.errors import SharedStateError, StoreError
from voicebot.line_ports import CallbackTimes, Slots, WaitFacts, WaitingLines
from voicebot.queueing import wait_facts as facts
from voicebot.queueing.admission import TalkNow, Verdict
from voicebot.queueing.admission_records import AdmissionRecord
from voicebot.queueing.model import Ahead, Place, QueueName, Rank
from voicebot.queueing.wait_facts import WaitEnding
from voicebot.queueing.wait_reckoning import WaitReckoning
from voicebot.queueing.wait_time import WaitEstimate
from voicebot.queueing.waiting_line import Standing
from voicebot.queueing.waiting_session import PositionTold
from voicebot.telemetry.logs import log_of
from voicebot.telemetry.queue_metrics import QUEUE_METRICS

LOOK_EVERY_S = 1.0
CALLBACKS_EVERY_S = 10.0
SHOW_EVERY_S = 10.0
TELL_AGAIN_S = 1.0
# For an hour without Redis; older facts are of no use then.
MOST_UNTOLD = 10_000
TOLD_AT_ONCE = 200

log = log_of(__name__)


@dataclass(frozen=True, slots=True)
class _Waits:
    queue: QueueName
    place: Place
    since: float  # monotonic
    told: facts.Told | None


class WaitReckoner:
    """`run` until cancelled; tell it what happens to this process's callers."""

    def __init__(
        self,
        stream: WaitFacts,
        lines: WaitingLines,
        slots: Slots,
        callbacks: CallbackTimes,
        journal: AdmissionJournal,
        clock: Clock,
        queues: Callable[[], Sequence[QueueName]],
    ) -> None:
        """`queues`: all whose callers share the slots."""
        self._stream = stream
        self._lines = lines
        self._slots = slots
        self._callbacks = callbacks
        self._journal = journal
        self._clock = clock
        self._queues = queues
        self._reckoning = WaitReckoning()
        self._occupancy: Occupancy | None = None
        self._callbacks_due_in_s: Sequence[float] = ()
        self._waiting: dict[CallId, _Waits] = {}
        self._booked: set[CallId] = set()
        self._queue_of: dict[CallId, QueueName] = {}  # until the call is over
        self._talking_since: dict[CallId, float] = {}
        self._untold: deque[facts.WaitFact] = deque(maxlen=MOST_UNTOLD)
        self._told_before = 0  # how many came before the first of these
        self._has_untold = asyncio.Event()

    async def run(self) -> NoReturn:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._journal.run())
            tasks.create_task(self._tell())
            tasks.create_task(self._look())
            tasks.create_task(self._look_at_callbacks())
            tasks.create_task(self._show())
            while True:
                try:
                    async with aclosing(self._stream.follow()) as following:
                        async for fact in following:
                            self._reckoning.fold(fact)
                except SharedStateError as error:
                    log.warning("waits.not_followed", code=error.code)
                await asyncio.sleep(TELL_AGAIN_S)

    def expected(self, rank: Rank, ahead: Ahead) -> WaitEstimate | None:
        """For one with so many ahead; None: it is not known."""
        if self._occupancy is None:
            return None
        return self._reckoning.estimate(
            rank,
            ahead,
            held=self._occupancy.held,
            capacity=self._occupancy.capacity,
            callbacks_due_in_s=self._callbacks_due_in_s,
            at_s=self._at_s(),
        )

    def judged(self, call_id: CallId, queue: QueueName, rank: Rank, verdict: Verdict) -> None:
        """This was decided about the caller."""
        at, name = self._clock.at(), type(verdict).__name__
        record = AdmissionRecord(call_id, at, queue, rank, name, str(verdict.reason))
        self._journal.judged(record)
        self._queue_of[call_id] = queue
        if isinstance(verdict, TalkNow):
            self._journal.over(call_id)
            self._happened(facts.TalkedAtOnce(at.timestamp(), queue))

    async def begins(self, queue: QueueName, standing: Standing) -> PositionTold:
        """A caller has joined the line."""
        [told] = await self.stand([(queue, standing)])
        self._joined(queue, standing, told.estimate)
        return told

    async def stand(self, standings: Sequence[tuple[QueueName, Standing]]) -> list[PositionTold]:
        """Where they stand now, and how long it will take."""
        aheads = await self._aheads(standings)
        capacity = 0 if self._occupancy is None else self._occupancy.capacity
        told = []
        for (_, standing), ahead in zip(standings, aheads, strict=True):
            rank = standing.ticket.place.rank
            estimate = None if ahead is None else self.expected(rank, ahead)
            told.append(PositionTold(standing.position, estimate, capacity))
        return told

    def books(self, call_id: CallId) -> None:
        """A callback is kept: whoever hangs up from now on has not given up."""
        self._booked.add(call_id)

    def over(self, call_id: CallId, ended: WaitEnding) -> None:
        """The caller does not wait any more, or never did."""
        if call_id in self._booked:
            self._booked.discard(call_id)
            ended = WaitEnding.CALLBACK
        waits = self._waiting.pop(call_id, None)
        known: dict[str, Any] = {"ended": ended}
        if waits is not None:
            waited_s = max(self._clock.now() - waits.since, 0.0)
            known["waited_s"] = round(waited_s, 3)
            QUEUE_METRICS.waited(waits.queue, ended, waited_s)
            place = waits.place
            self._happened(
                facts.WaitOver(
                    waits.queue,
                    place.rank,
                    place.arrived_at_s,
                    place.number,
                    waited_s,
                    ended,
                    waits.told,
                    self._at_s(),
                )
            )
        self._journal.add(call_id, **known)
        self._journal.over(call_id)

    def talks(self, call_id: CallId) -> None:
        """The call holds a slot from now on."""
        self._talking_since.setdefault(call_id, self._clock.now())

    def left(self, call_id: CallId) -> None:
        """It holds none any more."""
        queue = self._queue_of.pop(call_id, None)
        since = self._talking_since.pop(call_id, None)
        if since is not None:
            handle_time_s = max(self._clock.now() - since, 0.0)
            self._happened(facts.ConversationOver(handle_time_s, self._at_s(), queue))

    async def finish(self) -> None:
        """What was not told or written yet; the last attempt."""
        try:
            await self._tell_some()
        except SharedStateError as error:
            log.error("waits.not_told", code=error.code, facts=len(self._untold))
        await self._journal.finish()

    def _joined(self, queue: QueueName, standing: Standing, estimate: WaitEstimate | None) -> None:
        call_id, place = standing.ticket.call_id, standing.ticket.place
        told = None if estimate is None else self._reckoning.told(estimate)
        self._waiting[call_id] = _Waits(queue, place, self._clock.now(), told)
        self._happened(facts.Joined(place.rank, self._at_s()))
        self._journal.add(
            call_id,
            position=standing.position,
            told_low_s=None if told is None else told.low_s,
            told_high_s=None if told is None else told.high_s,
            told_point_s=None if told is None else told.point_s,
        )

    async def _aheads(
        self, standings: Sequence[tuple[QueueName, Standing]]
    ) -> Sequence[Ahead | None]:
        queues = self._queues()
        if len(queues) <= 1:
            return [Ahead([(queue, standing.position - 1)]) for queue, standing in standings]
        places = [standing.ticket.place for _, standing in standings]
        try:
            return await self._lines.before_each(queues, places)
        except SharedStateError as error:
            log.warning("waits.not_known", code=error.code)
            return [None] * len(standings)

    def _happened(self, fact: facts.WaitFact) -> None:
        # Full, it lets the oldest go.
        self._told_before += len(self._untold) == MOST_UNTOLD
        self._untold.append(fact)
        self._has_untold.set()

    async def _tell(self) -> NoReturn:
        while True:
            await self._has_untold.wait()
            try:
                await self._tell_some()
            except SharedStateError as error:
                log.warning("waits.not_told", code=error.code)
                await asyncio.sleep(TELL_AGAIN_S)

    async def _tell_some(self) -> None:
        """One by one from the front: what happens meanwhile is behind."""
        while self._untold:
            some = [self._untold[number] for number in range(min(len(self._untold), TOLD_AT_ONCE))]
            told_until = self._told_before + len(some)
            await self._stream.tell(some, told_before=self._told_before)
            # Full meanwhile, it may have let the oldest go.
            while self._told_before < told_until:
                self._untold.popleft()
                self._told_before += 1
        self._has_untold.clear()

    async def _look(self) -> NoReturn:
        while True:
            try:
                occupancy = self._occupancy = await self._slots.occupancy()
                if self._reckoning.is_news(occupancy.capacity):
                    self._happened(facts.SlotsChanged(occupancy.capacity, self._at_s()))
                if self._reckoning.asks_for_free_slots and await self._is_slot_left():
                    self._happened(facts.SlotLeftFree(self._at_s()))
            except SharedStateError as error:
                # Then nobody is told a time.
                if self._occupancy is not None:
                    log.warning("waits.slots_not_known", code=error.code)
                self._occupancy = None
            await asyncio.sleep(LOOK_EVERY_S)

    async def _is_slot_left(self) -> bool:
        occupancy = self._occupancy
        if occupancy is None or occupancy.held >= occupancy.capacity:
            return False
        ahead = await self._lines.before(self._queues(), max(Rank), self._at_s())
        return ahead.total == 0

    async def _look_at_callbacks(self) -> NoReturn:
        while True:
            try:
                self._callbacks_due_in_s = await self._callbacks.due_in_s(self._clock.at())
            except StoreError as error:
                log.warning("waits.callbacks_not_known", code=error.code)
                self._callbacks_due_in_s = ()
            await asyncio.sleep(CALLBACKS_EVERY_S)

    async def _show(self) -> NoReturn:
        while True:
            for queue in self._queues():
                QUEUE_METRICS.judged(queue, self._reckoning.accuracy(queue))
            await asyncio.sleep(SHOW_EVERY_S)

    def _at_s(self) -> float:
        return self._clock.at().timestamp()
