"""The waiting lines in memory; keeps the same contract as Redis. Time is told to it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from collections.abc import Set as AbstractSet

from voicebot.calls.model import CallId
from voicebot.capacity.slots import Occupancy
from voicebot.queueing.model import Ahead, Place, QueueName, Rank
from voicebot.queueing.waiting_line import Standing, Ticket, WaitingLine


class FakeWaitingLines:
    def __init__(self, *, ticket_lease_s: float = 10.0, claim_lease_s: float = 1.0) -> None:
        self.now_s = 0.0
        self._lines: defaultdict[QueueName, WaitingLine] = defaultdict(
            lambda: WaitingLine(ticket_lease_s=ticket_lease_s, claim_lease_s=claim_lease_s)
        )
        self._has_changed = asyncio.Event()
        self._paused: set[QueueName] = set()

    async def join(
        self, queue: QueueName, call_id: CallId, rank: Rank, arrived_at_s: float, *, holder: str
    ) -> Standing:
        line = self._line(queue)
        place = line.join(call_id, rank, arrived_at_s, holder=holder, now_s=self.now_s)
        return self._standing(line, Ticket(place, call_id, holder))

    async def renew_all(self, tickets: Sequence[tuple[QueueName, Ticket]]) -> Sequence[Standing]:
        return [await self.renew(queue, ticket) for queue, ticket in tickets]

    async def renew(self, queue: QueueName, ticket: Ticket) -> Standing:
        line = self._line(queue)
        place = line.renew(ticket, self.now_s)
        return self._standing(line, Ticket(place, ticket.call_id, ticket.holder))

    async def leave(self, queue: QueueName, call_id: CallId, *, holder: str | None = None) -> bool:
        self._has_changed.set()
        return self._line(queue).leave(call_id, holder)

    async def rank_as(self, queue: QueueName, call_id: CallId, rank: Rank) -> Place | None:
        self._has_changed.set()
        return self._line(queue).rank_as(call_id, rank)

    async def pause(self, queue: QueueName, *, is_paused: bool) -> None:
        (self._paused.add if is_paused else self._paused.discard)(queue)
        self._has_changed.set()

    async def paused(self) -> AbstractSet[QueueName]:
        return frozenset(self._paused)

    async def position(self, queue: QueueName, call_id: CallId) -> int | None:
        return self._line(queue).position(call_id)

    async def waiting(self, queue: QueueName) -> int:
        return len(self._line(queue))

    async def before(self, queues: Sequence[QueueName], rank: Rank, arrived_at_s: float) -> Ahead:
        [before] = await self.before_each(queues, [Place(rank, arrived_at_s, 10**12)])
        return before

    async def before_each(
        self, queues: Sequence[QueueName], places: Sequence[Place]
    ) -> Sequence[Ahead]:
        return [
            Ahead([(queue, self._line(queue).before(place)) for queue in queues])
            for place in places
        ]

    async def claim(
        self, queues: Sequence[QueueName], *, holder: str | None
    ) -> tuple[QueueName, Ticket] | None:
        lines = {queue: self._line(queue) for queue in queues}
        if any(line.is_claimed(self.now_s) for line in lines.values()):
            return None
        heads = [(line.head(self.now_s), queue) for queue, line in lines.items()]
        first = min(((head, queue) for head, queue in heads if head is not None), default=None)
        if first is None:
            return None
        claimed = lines[first[1]].claim(holder, self.now_s)
        return None if claimed is None else (first[1], claimed)

    async def give_back(self, queues: Sequence[QueueName], call_id: CallId) -> None:
        for queue in queues:
            self._line(queue).give_back(call_id)

    async def tell_change(self) -> None:
        self._has_changed.set()

    async def changes(self) -> AsyncGenerator[None]:
        while True:
            yield
            await self._has_changed.wait()
            self._has_changed.clear()

    def forget_everything(self) -> None:
        self._lines.clear()

    def _line(self, queue: QueueName) -> WaitingLine:
        line = self._lines[queue]
        line.drop_lapsed(self.now_s)
        return line

    def _standing(self, line: WaitingLine, ticket: Ticket) -> Standing:
        position = line.position(ticket.call_id)
        assert position is not None
        return Standing(ticket, position)


class FakeSlots:
    """So many conversations at once."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.held: set[CallId] = set()

    async def acquire(self, call_id: CallId) -> bool:
        if call_id not in self.held and len(self.held) >= self.count:
            return False
        self.held.add(call_id)
        return True

    async def release(self, call_id: CallId) -> None:
        self.held.discard(call_id)

    def hold(self, call_id: CallId) -> None:
        self.held.add(call_id)

    async def occupancy(self) -> Occupancy:
        return Occupancy(len(self.held), self.count)

    async def set_capacity(self, count: int, *, believed_for_s: float) -> None:
        self.count = count
