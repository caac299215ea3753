"""Who waits, for all processes to see: the lines in Redis.

Every step is one script, so that it happens whole or not at all; leases run on Redis's clock.
What Redis loses comes back from the agents, who show their callers' tickets again and again.
"""

from collections.abc import AsyncGenerator, Awaitable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from redis.asyncio.client import Pipeline

from voicebot.calls.model import CallId
from voicebot.queueing.model import Ahead, Place, QueueName, Rank
from voicebot.queueing.waiting_line import CLAIM_LEASE_S, TICKET_LEASE_S, Standing, Ticket
from voicebot.shared_state import keys
from voicebot.shared_state.connection import WATCH_MS, RedisConnection
from voicebot.shared_state.script_texts import script

_US = 1_000_000
_ARRIVAL_DIGITS, _NUMBER_DIGITS = 17, 12
_ASKED_AT_ONCE = 1_000


class RedisWaitingLines:
    """Fulfils `WaitingLines`. An arrival is kept to the microsecond."""

    def __init__(
        self,
        connection: RedisConnection,
        *,
        ticket_lease_s: float = TICKET_LEASE_S,
        claim_lease_s: float = CLAIM_LEASE_S,
    ) -> None:
        self._connection = connection
        self._ticket_lease_ms = round(ticket_lease_s * 1000)
        self._claim_lease_ms = round(claim_lease_s * 1000)
        scripts = {
            name: connection.client.register_script(script("line", name))
            for name in ("join", "leave", "rank", "position", "claim", "give_back")
        }
        self._join, self._leave, self._rank = scripts["join"], scripts["leave"], scripts["rank"]
        self._position, self._claim = scripts["position"], scripts["claim"]
        self._give_back = scripts["give_back"]

    async def join(
        self, queue: QueueName, call_id: CallId, rank: Rank, arrived_at_s: float, *, holder: str
    ) -> Standing:
        reply = self._show(queue, call_id, holder, _beginning(rank, arrived_at_s), "")
        return _standing(await self._connection.answer("join line", reply), call_id, holder)

    async def renew(self, queue: QueueName, ticket: Ticket) -> Standing:
        [standing] = await self.renew_all([(queue, ticket)])
        return standing

    async def renew_all(self, tickets: Sequence[tuple[QueueName, Ticket]]) -> Sequence[Standing]:
        async with self._connection.client.pipeline(transaction=False) as pipeline:
            for queue, ticket in tickets:
                beginning, number = _digits(ticket.place)
                await self._show(queue, ticket.call_id, ticket.holder, beginning, number, pipeline)
            found = await self._connection.answer("renew tickets", pipeline.execute())
        return [
            _standing(reply, ticket.call_id, ticket.holder)
            for reply, (_, ticket) in zip(found, tickets, strict=True)
        ]

    def _show(
        self,
        queue: QueueName,
        call_id: CallId,
        holder: str,
        beginning: str,
        number: str,
        pipeline: Pipeline | None = None,
    ) -> Awaitable[Any]:
        return self._join(
            keys=[*keys.line(queue), keys.LINES_KNOWN],
            args=[call_id, holder, self._ticket_lease_ms, beginning, number, queue],
            client=pipeline,
        )

    async def leave(self, queue: QueueName, call_id: CallId, *, holder: str | None = None) -> bool:
        reply = self._leave(
            keys=[*keys.line(queue), keys.LINE_CLAIM, keys.LINE_CHANGES],
            args=[call_id, holder or ""],
        )
        return bool(await self._connection.answer("leave line", reply))

    async def rank_as(self, queue: QueueName, call_id: CallId, rank: Rank) -> Place | None:
        reply = self._rank(keys=[*keys.line(queue), keys.LINE_CHANGES], args=[call_id, int(rank)])
        member = await self._connection.answer("rank caller", reply)
        return None if member is None else place_of(member)[0]

    async def pause(self, queue: QueueName, *, is_paused: bool) -> None:
        client = self._connection.client
        change = client.sadd if is_paused else client.srem
        await self._connection.answer("pause queue", change(keys.PAUSED_QUEUES, queue))
        await self.tell_change()

    async def paused(self) -> AbstractSet[QueueName]:
        reply = self._connection.client.smembers(keys.PAUSED_QUEUES)
        return frozenset(map(QueueName, await self._connection.answer("paused queues", reply)))

    async def position(self, queue: QueueName, call_id: CallId) -> int | None:
        order, tickets, *_ = keys.line(queue)
        reply = self._position(keys=[order, tickets], args=[call_id])
        before = await self._connection.answer("position in line", reply)
        return None if before is None else int(before) + 1

    async def waiting(self, queue: QueueName) -> int:
        reply = self._connection.client.zcard(keys.line(queue)[0])
        return int(await self._connection.answer("length of line", reply))

    async def before(self, queues: Sequence[QueueName], rank: Rank, arrived_at_s: float) -> Ahead:
        # Behind all digits: who arrived in the same microsecond, and has joined, comes first.
        behind = f"({_beginning(rank, arrived_at_s)}:"
        async with self._connection.client.pipeline(transaction=False) as pipeline:
            for queue in queues:
                pipeline.zlexcount(keys.line(queue)[0], "-", behind)
            counts = await self._connection.answer("who comes before", pipeline.execute())
        return Ahead(list(zip(queues, counts, strict=True)))

    async def before_each(
        self, queues: Sequence[QueueName], places: Sequence[Place]
    ) -> Sequence[Ahead]:
        """Asks of queues in which somebody waits; whoever has the place does not count."""
        orders = [keys.line(queue)[0] for queue in queues]
        async with self._connection.client.pipeline(transaction=False) as pipeline:
            for order in orders:
                pipeline.zcard(order)
            lengths = await self._connection.answer("lengths of lines", pipeline.execute())
        queues = [queue for queue, length in zip(queues, lengths, strict=True) if length]
        orders = [keys.line(queue)[0] for queue in queues]
        found: list[Ahead] = []
        if not orders:
            return [Ahead()] * len(places)
        step = max(1, _ASKED_AT_ONCE // len(orders))
        for first in range(0, len(places), step):
            async with self._connection.client.pipeline(transaction=False) as pipeline:
                for place in places[first : first + step]:
                    for order in orders:
                        pipeline.zlexcount(order, "-", f"({_beginning_of(place)}")
                counts = await self._connection.answer("who comes before", pipeline.execute())
            found += [
                Ahead(list(zip(queues, counts[start : start + len(orders)], strict=True)))
                for start in range(0, len(counts), len(orders))
            ]
        return found

    async def claim(
        self, queues: Sequence[QueueName], *, holder: str | None
    ) -> tuple[QueueName, Ticket] | None:
        reply = self._claim(
            keys=[keys.LINE_CLAIM, *(key for queue in queues for key in keys.line(queue))],
            args=[holder or "", self._claim_lease_ms],
        )
        found = await self._connection.answer("claim head of line", reply)
        if found is None:
            return None
        number, member, its_holder = found
        place, call_id = place_of(member)
        return queues[number - 1], Ticket(place, call_id, its_holder)

    async def give_back(self, queues: Sequence[QueueName], call_id: CallId) -> None:
        orders = [keys.line(queue)[0] for queue in queues]
        reply = self._give_back(keys=[keys.LINE_CLAIM, keys.LINE_CHANGES, *orders], args=[call_id])
        await self._connection.answer("give head back", reply)

    async def tell_change(self) -> None:
        reply = self._connection.client.xadd(
            keys.LINE_CHANGES, {"changed": "slots"}, maxlen=100, approximate=True
        )
        await self._connection.answer("tell change", reply)

    async def changes(self) -> AsyncGenerator[None]:
        newest = await self._connection.answer(
            "find newest change", self._connection.client.xrevrange(keys.LINE_CHANGES, count=1)
        )
        position = newest[0][0] if newest else "0-0"
        while True:
            yield
            reply = self._connection.client.xread({keys.LINE_CHANGES: position}, block=WATCH_MS)
            found = await self._connection.answer("watch lines", reply, deadline_ms=2 * WATCH_MS)
            for _, entries in found:
                position = entries[-1][0]


def _beginning(rank: Rank, arrived_at_s: float) -> str:
    return f"{int(rank)}{round(arrived_at_s * _US):0{_ARRIVAL_DIGITS}d}"


def _digits(place: Place) -> tuple[str, str]:
    return _beginning(place.rank, place.arrived_at_s), f"{place.number:0{_NUMBER_DIGITS}d}"


def _beginning_of(place: Place) -> str:
    return "".join(_digits(place))


def _standing(reply: tuple[str, int], call_id: CallId, holder: str) -> Standing:
    member, before = reply
    return Standing(Ticket(place_of(member)[0], call_id, holder), before + 1)


def place_of(member: str) -> tuple[Place, CallId]:
    """Of a member of the line's order."""
    digits, _, call_id = member.partition(":")
    rank, arrival, number = digits[0], digits[1:-_NUMBER_DIGITS], digits[-_NUMBER_DIGITS:]
    return Place(Rank(int(rank)), int(arrival) / _US, int(number)), CallId(call_id)
