"""What drivers may rely on of the waiting lines, in memory and in Redis."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from tests.fakes.waiting_lines import FakeWaitingLines
from tests.integration.shared_state.redis_server import RedisServer
from tests.polling import asked_until
from voicebot.calls.model import CallId
from voicebot.line_ports import WaitingLines
from voicebot.queueing.model import Place, QueueName, Rank
from voicebot.queueing.waiting_line import Standing, Ticket
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.waiting_line import RedisWaitingLines

# In seconds: of a ticket, of a claim. Those of most tests are not to end by themselves.
LONG_LEASES, SHORT_LEASES = (60.0, 30.0), (0.4, 0.2)
MAIN, OTHER = QueueName("main"), QueueName("other")
QUEUES = (MAIN, OTHER)
ANNA, BEN, CARL = CallId("node1-1.1"), CallId("node1-2.2"), CallId("node1-3.3")


@dataclass(frozen=True, slots=True)
class Room:
    lines: WaitingLines
    lose_everything: Callable[[], Awaitable[None]]
    let_time_pass: Callable[[], Awaitable[None]]

    async def join(
        self, who: CallId, arrived_s: float, rank: Rank = Rank.REGULAR, queue: QueueName = MAIN
    ) -> Standing:
        return await self.lines.join(queue, who, rank, arrived_s, holder="a1")

    async def claimed(self, holder: str | None = None) -> CallId | None:
        found = await self.lines.claim(QUEUES, holder=holder)
        return None if found is None else found[1].call_id


@pytest.fixture(params=["fake", "redis"])
async def room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    async with _room(request, *LONG_LEASES) as room:
        yield room


@pytest.fixture(params=["fake", "redis"])
async def room_of_short_leases(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    async with _room(request, *SHORT_LEASES) as room:
        yield room


@asynccontextmanager
async def _room(
    request: pytest.FixtureRequest, ticket_lease_s: float, claim_lease_s: float
) -> AsyncIterator[Room]:
    if request.param == "fake":
        fake = FakeWaitingLines(ticket_lease_s=ticket_lease_s, claim_lease_s=claim_lease_s)

        async def forget() -> None:
            fake.forget_everything()

        async def jump() -> None:
            fake.now_s += 0.05

        yield Room(fake, forget, jump)
        return
    server: RedisServer = request.getfixturevalue("contract_server")
    connection = RedisConnection(server.url)

    async def flush() -> None:
        await connection.client.flushall()

    async def let_pass() -> None:
        """It passes by itself."""

    await flush()
    lines = RedisWaitingLines(
        connection, ticket_lease_s=ticket_lease_s, claim_lease_s=claim_lease_s
    )
    yield Room(lines, flush, let_pass)
    await connection.close()


async def test_callers_stand_by_rank_and_then_by_arrival(room: Room) -> None:
    assert (await room.join(ANNA, 200.25)).position == 1
    assert (await room.join(BEN, 100.5)).position == 1
    assert (await room.join(CARL, 300.0, Rank.VIP)).position == 1
    assert [await room.lines.position(MAIN, who) for who in (CARL, BEN, ANNA)] == [1, 2, 3]
    assert await room.lines.waiting(MAIN) == 3
    assert await room.lines.position(OTHER, ANNA) is None


async def test_a_ticket_tells_its_place_and_number(room: Room) -> None:
    standing = await room.join(ANNA, 1_790_000_000.123456)
    assert standing.ticket == Ticket(Place(Rank.REGULAR, 1_790_000_000.123456, 1), ANNA, "a1")
    assert (await room.join(BEN, 1.0)).ticket.place.number == 2


async def test_joining_again_changes_nothing_but_the_holder(room: Room) -> None:
    first = await room.join(ANNA, 100.0)
    again = await room.lines.join(MAIN, ANNA, Rank.VIP, 999.0, holder="a2")
    assert again.ticket == replace(first.ticket, holder="a2")
    assert await room.lines.waiting(MAIN) == 1
    assert await room.claimed("a2") == ANNA


async def test_whoever_leaves_stands_in_nobodys_way(room: Room) -> None:
    await room.join(ANNA, 100.0)
    await room.join(BEN, 200.0)
    assert await room.lines.leave(MAIN, ANNA)
    assert not await room.lines.leave(MAIN, ANNA)
    assert await room.lines.position(MAIN, BEN) == 1


async def test_whoever_is_held_by_another_by_now_keeps_the_place(room: Room) -> None:
    await room.join(ANNA, 100.0)
    await room.join(BEN, 200.0)
    await room.lines.join(MAIN, ANNA, Rank.REGULAR, 100.0, holder="a2")
    assert not await room.lines.leave(MAIN, ANNA, holder="a1")
    assert [await room.lines.position(MAIN, who) for who in (ANNA, BEN)] == [1, 2]
    assert await room.lines.leave(MAIN, ANNA, holder="a2")
    assert await room.lines.position(MAIN, BEN) == 1


async def test_a_queue_is_paused_until_it_is_resumed(room: Room) -> None:
    assert await room.lines.paused() == set()
    for _ in range(2):
        await room.lines.pause(MAIN, is_paused=True)
        assert await room.lines.paused() == {MAIN}
    await room.lines.pause(MAIN, is_paused=False)
    assert await room.lines.paused() == set()


async def test_a_lost_line_is_the_same_again_once_the_tickets_were_shown(room: Room) -> None:
    tickets = [(await room.join(who, s)).ticket for who, s in ((ANNA, 3.0), (BEN, 1.0))]
    await room.lose_everything()
    newcomer = await room.join(CARL, 9.0)
    shown = await room.lines.renew_all([(MAIN, ticket) for ticket in tickets])
    assert [each.ticket for each in shown] == tickets
    for ticket in tickets:
        assert (await room.lines.renew(MAIN, ticket)).ticket == ticket
    assert newcomer.position == 1
    assert [await room.lines.position(MAIN, who) for who in (BEN, ANNA, CARL)] == [1, 2, 3]
    await room.lines.leave(MAIN, CARL)
    assert (await room.join(CARL, 9.0)).ticket.place.number > 2


async def test_who_was_moved_up_stays_there_whatever_the_ticket_says(room: Room) -> None:
    await room.join(ANNA, 100.0)
    ticket = (await room.join(BEN, 200.0)).ticket
    moved = await room.lines.rank_as(MAIN, BEN, Rank.VIP)
    assert moved == replace(ticket.place, rank=Rank.VIP)
    assert (await room.lines.renew(MAIN, ticket)).ticket.place == moved
    assert await room.lines.position(MAIN, BEN) == 1
    assert await room.lines.rank_as(MAIN, CARL, Rank.VIP) is None


async def test_who_comes_before_is_counted_over_all_queues(room: Room) -> None:
    await room.join(ANNA, 100.0)
    await room.join(BEN, 50.0, queue=OTHER)
    await room.join(CARL, 300.0, Rank.VIP)
    ahead = await room.lines.before(QUEUES, Rank.REGULAR, 100.0)
    assert dict(ahead.by_queue) == {MAIN: 2, OTHER: 1}
    assert (await room.lines.before(QUEUES, Rank.REGULAR, 75.0)).total == 2
    assert (await room.lines.before([OTHER], Rank.REGULAR, 75.0)).total == 1
    assert (await room.lines.before(QUEUES, Rank.DROPPED, 900.0)).total == 0


async def test_who_comes_before_each_place_is_told_by_queue(room: Room) -> None:
    anna = (await room.join(ANNA, 100.0)).ticket.place
    ben = (await room.join(BEN, 50.0, queue=OTHER)).ticket.place
    before_anna, before_ben = await room.lines.before_each(QUEUES, [anna, ben])
    assert dict(before_anna.by_queue)[OTHER] == before_anna.total == 1
    assert before_ben.total == 0


async def test_the_first_of_all_queues_is_claimed(room: Room) -> None:
    await room.join(ANNA, 100.0)
    await room.join(BEN, 50.0, queue=OTHER)
    found = await room.lines.claim(QUEUES, holder=None)
    assert found is not None
    assert (found[0], found[1].call_id, found[1].holder) == (OTHER, BEN, "a1")


async def test_only_the_holder_of_the_first_may_claim(room: Room) -> None:
    await room.join(ANNA, 100.0)
    await room.lines.join(MAIN, BEN, Rank.REGULAR, 200.0, holder="a2")
    assert await room.claimed("a2") is None
    assert await room.claimed("a1") == ANNA


async def test_while_one_is_in_hand_nobody_overtakes(room: Room) -> None:
    await room.join(ANNA, 100.0)
    assert await room.claimed() == ANNA
    await room.join(BEN, 200.0, Rank.VIP)
    assert await room.claimed() is None
    await room.lines.leave(MAIN, ANNA)
    assert await room.claimed() == BEN
    await room.lines.give_back(QUEUES, BEN)
    assert await room.claimed() == BEN


async def test_an_admitter_that_dies_loses_nobody(room_of_short_leases: Room) -> None:
    room = room_of_short_leases
    ticket = (await room.join(ANNA, 100.0)).ticket
    assert await room.claimed() == ANNA

    async def is_claimed_again() -> bool:
        await room.let_time_pass()
        await room.lines.renew(MAIN, ticket)
        return await room.claimed() == ANNA

    await asked_until(is_claimed_again, "the claim ends")


async def test_nobody_stands_behind_a_ticket_that_has_lapsed(room_of_short_leases: Room) -> None:
    room = room_of_short_leases
    await room.join(ANNA, 100.0)
    ticket = (await room.join(BEN, 200.0)).ticket

    async def is_first() -> bool:
        await room.let_time_pass()
        return (await room.lines.renew(MAIN, ticket)).position == 1

    await asked_until(is_first, "the ticket lapses")
    assert await room.lines.position(MAIN, ANNA) is None


async def test_a_change_at_the_head_is_told(room: Room) -> None:
    await room.join(ANNA, 100.0)
    await room.join(BEN, 200.0)
    changes = room.lines.changes()
    await anext(changes)
    await room.lines.leave(MAIN, ANNA)
    await anext(changes)
    await changes.aclose()
