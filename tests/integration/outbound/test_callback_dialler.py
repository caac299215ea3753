"""Callbacks dialled over an Asterisk that counts, by diallers that die between any two steps."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from tests.fakes.waiting_lines import FakeSlots, FakeWaitingLines
from tests.unit.queueing.owed import DID, NOON, NUMBER, record, shop, wish
from voicebot.calls.dialled import DialStatus
from voicebot.calls.model import AnsweredBy, CallId, CallRecord, Outcome
from voicebot.calls.outbound_rules import Refused
from voicebot.capacity.degradation import Degradation
from voicebot.dialogue.business import Business
from voicebot.outbound import callback_dialler, callback_line
from voicebot.outbound.callback_dialler import LEASE, CallbackDialler
from voicebot.outbound.callback_line import CallbackLine
from voicebot.outbound.dialer import DialResult, MayPlace, OnProgress, Request
from voicebot.queueing.callback_booking import Wish, book
from voicebot.queueing.callbacks import Callback, CallbackState, Why
from voicebot.queueing.model import Rank
from voicebot.queueing.queue_names import queue_name
from voicebot.stack.trunks import Trunk
from voicebot.store.callback_bookings import SqlCallbackBookings
from voicebot.store.callback_claims import Claim, SqlCallbackClaims
from voicebot.store.engine import Database
from voicebot.store.outbound_calls import KeptCall, OutboundCall, SqlOutboundCalls

SHOP = shop(queues=[{"name": "main"}])
QUEUE = queue_name(SHOP, SHOP.queues[0])
TRUNK = Trunk.model_validate(
    {"name": "carrier", "host": "127.0.0.12", "country": "US", "numbers": [DID]}
)


class Died(BaseException):
    """The process ends here."""


@dataclass(slots=True)
class World:
    """What outlives a dialler: the database, Asterisk, and the time."""

    database: Database
    at: datetime = NOON
    dies_at: int | None = None
    steps: int = 0
    ringing: set[str] = field(default_factory=set)
    rung: list[str] = field(default_factory=list)
    most_at_once: int = 0
    ends_with: DialStatus = DialStatus.ANSWERED
    record: CallRecord | None = None
    lines: FakeWaitingLines = field(default_factory=FakeWaitingLines)
    slots: FakeSlots = field(default_factory=lambda: FakeSlots(1))
    is_talking: bool = False
    service: Degradation = Degradation.FULL

    def step(self) -> None:
        """The process may be killed here."""
        self.steps += 1
        if self.dies_at == self.steps:
            raise Died

    async def kept(self) -> Callback:
        [callback] = await SqlCallbackBookings(self.database).latest(10)
        return callback

    def originate(self, call_id: str) -> None:
        assert CallId(call_id) in self.slots.held, "somebody can talk with whoever picks up"
        assert call_id not in self.rung, "Asterisk makes no second channel of an id"
        self.rung.append(call_id)
        self.ringing.add(call_id)
        self.most_at_once = max(self.most_at_once, len(self.ringing))


@dataclass(slots=True)
class MortalDialer:
    """The dialer's steps over the real database and a counted Asterisk."""

    world: World

    async def talks_with(self, _number: str) -> bool:
        self.world.step()
        return self.world.is_talking

    async def obstacle(self, _request: Request) -> Refused | None:
        self.world.step()
        return None

    async def hang_up(self, call_id: CallId) -> None:
        self.world.ringing.discard(call_id)

    async def with_whole_record(self, result: DialResult) -> DialResult:
        return replace(result, record=self.world.record)

    async def dial(
        self,
        request: Request,
        *,
        on_progress: OnProgress | None = None,
        may_place: MayPlace | None = None,
    ) -> DialResult:
        world, calls = self.world, SqlOutboundCalls(self.world.database)
        assert request.call_id is not None
        world.step()
        call = OutboundCall(
            request.call_id,
            request.business.name,
            request.did,
            "",
            request.way.name,
            request.destination.number,
            world.at,
            request.key,
            None if request.owed is None else request.owed.of,
        )
        known = await calls.begin(call, lambda _history: None)
        assert not isinstance(known, Refused | KeptCall), "its channel is chosen for it alone"
        world.step()
        assert may_place is not None
        if not await may_place():
            return DialResult(DialStatus.CANCELLED, request.call_id)
        world.step()
        world.originate(request.call_id)
        world.step()
        return await self._over(request.call_id)

    async def resume(
        self, call_id: CallId, *, on_progress: OnProgress | None = None
    ) -> DialResult | None:
        kept = await SqlOutboundCalls(self.world.database).find(call_id)
        if kept is None:
            return None
        self.world.step()
        if call_id not in self.world.rung:
            await SqlOutboundCalls(self.world.database).settle(
                call_id, DialStatus.LOST, None, self.world.at
            )
            return DialResult(DialStatus.LOST, call_id)
        return await self._over(call_id)

    async def _over(self, call_id: CallId) -> DialResult:
        await asyncio.sleep(0)
        self.world.ringing.discard(call_id)
        status = self.world.ends_with
        await SqlOutboundCalls(self.world.database).settle(call_id, status, 16, self.world.at)
        self.world.step()
        return DialResult(status, call_id, record=self.world.record)


class MortalClaims(SqlCallbackClaims):
    """Claims whose process may die before and after each writing."""

    def __init__(self, world: World) -> None:
        super().__init__(world.database)
        self._world = world

    async def keep(self, claim: Claim, callback: Callback, at: datetime) -> bool:
        self._world.step()
        is_kept = await super().keep(claim, callback, at)
        self._world.step()
        return is_kept


def a_dialler(world: World, business: Business = SHOP) -> CallbackDialler:
    @asynccontextmanager
    async def opened() -> AsyncIterator[MortalDialer]:
        yield MortalDialer(world)

    async def businesses() -> Sequence[Business]:
        return (business,)

    async def step() -> Degradation:
        return world.service

    return CallbackDialler(
        MortalClaims(world),
        SqlCallbackBookings(world.database),
        opened,  # type: ignore[arg-type]
        businesses,
        lambda: (TRUNK,),
        CallbackLine(world.lines, world.slots),
        step,
        "node-1",
        lambda: world.at,
    )


async def lives(world: World) -> None:
    """One dialler, until it has done all that is due, or dies."""
    async with a_dialler(world) as dialler:
        await dialler.run(world.at)
        done = await asyncio.gather(*dialler._acting, return_exceptions=True)
    assert all(one is None or isinstance(one, Died) for one in done), done


@pytest.fixture
async def world(database: Database) -> World:
    made = World(database, record=record(AnsweredBy.PERSON))
    decide = partial(_decided, wish())
    assert isinstance(await SqlCallbackBookings(database).book("Shop", NUMBER, decide), Callback)
    return made


def _decided(asked: Wish, already: Callback | None, is_barred: bool) -> Callback | Refused:
    return book(asked, SHOP, [DID], is_barred=is_barred, already=already)


async def test_a_callback_that_is_due_is_rung_once_and_done(world: World) -> None:
    await lives(world)
    left = await world.kept()
    assert (left.state, left.attempts, len(world.rung)) == (CallbackState.DONE, 1, 1)
    [attempt] = await SqlOutboundCalls(world.database).latest(10)
    assert attempt.call.callback_id == left.callback_id


async def test_whatever_step_its_dialler_dies_at_it_is_not_lost_and_never_rung_twice_at_once(
    world: World,
) -> None:
    bookings = SqlCallbackBookings(world.database)
    for dies_at in range(1, 20):
        again = wish(callback_id=CallId(f"node-1.{dies_at}"), asked_at=world.at)
        await bookings.book("Shop", NUMBER, partial(_decided, again))
        before = len(world.rung)
        world.steps, world.dies_at = 0, dies_at
        await lives(world)
        has_died = world.steps >= dies_at
        world.dies_at = None
        # The next comes while the lease lasts, when it has ended, and when a pause is over.
        for passed in (timedelta(seconds=1), LEASE, timedelta(minutes=2)):
            world.at += passed
            await lives(world)
        latest = (await bookings.latest(1))[0]
        assert latest.state is CallbackState.DONE, (dies_at, latest)
        assert len(world.rung) == before + 1
        assert world.most_at_once == 1
        if not has_died:
            return
    raise AssertionError("a dialler has fewer steps")


async def test_nobody_is_rung_before_the_service_is_itself_again(world: World) -> None:
    world.service = Degradation.CACHED_ONLY
    await lives(world)
    left = await world.kept()
    assert (left.state, left.why, left.attempts) == (CallbackState.BOOKED, Why.UNABLE, 0)
    assert world.slots.held == set()
    world.service, world.at = Degradation.FULL, left.due_at
    await lives(world)
    assert (await world.kept()).state is CallbackState.DONE


async def test_diallers_that_race_ring_once(world: World) -> None:
    await asyncio.gather(*(lives(world) for _ in range(5)))
    assert len(world.rung) == 1
    assert (await world.kept()).state is CallbackState.DONE


async def test_who_is_busy_is_rung_again_later_and_not_for_ever(world: World) -> None:
    world.ends_with, world.record = DialStatus.BUSY, None
    await lives(world)
    left = await world.kept()
    assert (left.state, left.why, left.attempts) == (CallbackState.BOOKED, Why.BUSY, 1)
    await lives(world)
    assert len(world.rung) == 1
    for _ in range(6):
        world.at = max(world.at, (await world.kept()).due_at)
        await lives(world)
    left = await world.kept()
    assert (left.state, left.why) == (CallbackState.EXPIRED, Why.ATTEMPTS)
    assert len(world.rung) == 4


async def test_a_conversation_that_breaks_is_rung_again_at_once_and_first(world: World) -> None:
    world.record = record(AnsweredBy.PERSON, Outcome.FAILED)
    await lives(world)
    left = await world.kept()
    assert (left.state, left.is_dropped, left.due_at) == (CallbackState.BOOKED, True, world.at)
    world.record = record(AnsweredBy.PERSON)
    await lives(world)
    assert (await world.kept()).state is CallbackState.DONE


async def test_nobody_is_rung_before_those_who_wait_longer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callback_line, "STANDS_S", 0.02)
    earlier_s = NOON.timestamp() - 60
    caller = CallId("waits")
    await world.lines.join(QUEUE, caller, Rank.REGULAR, earlier_s, holder="agent")
    await lives(world)
    assert ((await world.kept()).why, world.rung) == (Why.NO_SLOT, [])
    assert await world.lines.waiting(QUEUE) == 2
    later_s = NOON.timestamp() + 60
    assert (await world.lines.before([QUEUE], Rank.REGULAR, later_s)).total == 2
    await world.lines.leave(QUEUE, caller)
    world.at += timedelta(seconds=2)
    await lives(world)
    assert len(world.rung) == 1
    assert (await world.lines.waiting(QUEUE), world.slots.held) == (0, set())


async def test_without_a_slot_nobody_is_rung_and_the_place_in_the_line_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callback_line, "STANDS_S", 0.02)
    world.slots.hold(CallId("talks"))
    await lives(world)
    assert ((await world.kept()).why, world.rung) == (Why.NO_SLOT, [])
    later_s = NOON.timestamp() + 1
    assert (await world.lines.before([QUEUE], Rank.REGULAR, later_s)).total == 1
    await world.slots.release(CallId("talks"))
    world.at += timedelta(seconds=2)
    await lives(world)
    assert (await world.kept()).state is CallbackState.DONE


async def test_who_talks_with_us_is_not_rung(world: World) -> None:
    world.is_talking = True
    await lives(world)
    assert ((await world.kept()).why, world.rung) == (Why.ON_THE_LINE, [])
    assert await world.lines.waiting(QUEUE) == 0


async def test_what_is_withdrawn_while_it_rings_is_hung_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callback_dialler, "RENEW_EVERY_S", 0.01)
    was_hung_up = asyncio.Event()

    class Ringing(MortalDialer):
        async def hang_up(self, call_id: CallId) -> None:
            was_hung_up.set()

        async def _over(self, call_id: CallId) -> DialResult:
            assert await SqlCallbackBookings(world.database).withdraw(CallId("node-1.1"), world.at)
            async with asyncio.timeout(5):
                await was_hung_up.wait()
            return DialResult(DialStatus.CANCELLED, call_id)

    monkeypatch.setattr(f"{__name__}.MortalDialer", Ringing)
    await lives(world)
    assert was_hung_up.is_set()
    assert (await world.kept()).why is Why.WITHDRAWN
