"""What callers are told of their wait, and what is learned from it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from tests.fakes.call_services import Outside
from tests.fakes.virtual_time import settle
from tests.fakes.waiting_lines import FakeSlots, FakeWaitingLines
from tests.fakes.waits import FakeWaits
from voicebot.agents.wait_reckoner import LOOK_EVERY_S, TELL_AGAIN_S
from voicebot.calls.model import CallId
from voicebot.queueing.admission import Reason, TalkNow, Wait
from voicebot.queueing.handle_times import LEAST_SEEN
from voicebot.queueing.model import QueueName, Rank
from voicebot.queueing.wait_facts import (
    ConversationOver,
    Joined,
    SlotLeftFree,
    SlotsChanged,
    TalkedAtOnce,
    WaitEnding,
    WaitOver,
)

MAIN, OTHER = QueueName("main@1000"), QueueName("other@1000")
ANNA, BEN = CallId("anna"), CallId("ben")


class Desk:
    """A reckoner, what it is told, and what it tells."""

    def __init__(self) -> None:
        self.lines, self.slots = FakeWaitingLines(ticket_lease_s=1e9), FakeSlots(1)
        self.waits = FakeWaits()
        self.clock = Outside().services().clock
        self.queues = [MAIN]
        self.arrived = -10
        self.reckoner = self.waits.reckoner(self.lines, self.slots, self.clock, lambda: self.queues)
        # What there is has been told before.
        self.waits.facts.have([SlotsChanged(1, self.clock.at().timestamp())])
        self.running = asyncio.create_task(self.reckoner.run())

    async def knows(self, handle_time_s: float = 60.0) -> None:
        at_s = self.clock.at().timestamp()
        self.waits.facts.have([ConversationOver(handle_time_s, at_s)] * LEAST_SEEN)
        self.slots.hold(CallId("talks"))
        await asyncio.sleep(LOOK_EVERY_S)
        await settle()
        self.waits.facts.forget()

    async def joins(self, call_id: CallId, queue: QueueName = MAIN) -> tuple[int, object]:
        self.reckoner.judged(call_id, queue, Rank.REGULAR, Wait(Reason.ALL_SLOTS_TAKEN))
        self.arrived += 1  # each a second later
        at_s = self.clock.at().timestamp() + self.arrived
        standing = await self.lines.join(queue, call_id, Rank.REGULAR, at_s, holder="a1")
        told = await self.reckoner.begins(queue, standing)
        return told.position, None if told.estimate is None else told.estimate.model_s


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    await settle()
    desk.waits.facts.forget()
    yield desk
    desk.running.cancel()
    with suppress(asyncio.CancelledError):
        await desk.running


async def test_nothing_is_said_of_time_before_anything_is_known(desk: Desk) -> None:
    assert await desk.joins(ANNA) == (1, None)


async def test_who_waits_hears_how_long_by_all_that_was_learned(desk: Desk) -> None:
    await desk.knows()
    assert await desk.joins(ANNA) == (1, pytest.approx(60.0, rel=0.01))
    assert await desk.joins(BEN) == (2, pytest.approx(120.0, rel=0.01))


async def test_callers_of_other_queues_who_come_before_are_counted(desk: Desk) -> None:
    desk.queues = [MAIN, OTHER]
    await desk.knows()
    await desk.joins(ANNA, OTHER)
    assert await desk.joins(BEN) == (1, pytest.approx(120.0, rel=0.01))


async def test_a_wait_is_told_to_all_and_put_on_record(desk: Desk) -> None:
    await desk.knows()
    await desk.joins(ANNA)
    await asyncio.sleep(9.0)
    desk.reckoner.over(ANNA, WaitEnding.GAVE_UP)
    await desk.reckoner.finish()
    joined, over = desk.waits.facts.told
    assert isinstance(joined, Joined)
    assert isinstance(over, WaitOver)
    assert over.waited_s == pytest.approx(9.0, abs=0.1)
    assert over.ended is WaitEnding.GAVE_UP
    assert over.told is not None
    [record] = desk.waits.admissions.of_call(ANNA)
    assert (record.verdict, record.reason, record.position) == ("Wait", "all-slots-taken", 1)
    assert record.told_low_s == over.told.low_s
    assert record.waited_s == pytest.approx(9.0, abs=0.1)
    assert record.ended is WaitEnding.GAVE_UP


async def test_who_hangs_up_after_booking_has_not_given_up(desk: Desk) -> None:
    await desk.joins(ANNA)
    desk.reckoner.books(ANNA)
    desk.reckoner.over(ANNA, WaitEnding.GAVE_UP)
    await desk.reckoner.finish()
    [record] = desk.waits.admissions.of_call(ANNA)
    assert record.ended is WaitEnding.CALLBACK


async def test_a_conversation_counts_from_the_slot_taken_to_the_slot_free(desk: Desk) -> None:
    desk.reckoner.judged(ANNA, MAIN, Rank.REGULAR, TalkNow(Reason.SLOT_FREE))
    desk.reckoner.talks(ANNA)
    await asyncio.sleep(30.0)
    desk.reckoner.talks(ANNA)
    desk.reckoner.left(ANNA)
    desk.reckoner.left(ANNA)
    await settle()
    at_once, over = desk.waits.facts.told
    assert isinstance(at_once, TalkedAtOnce)
    assert isinstance(over, ConversationOver)
    assert over.handle_time_s == pytest.approx(30.0, abs=0.1)
    assert at_once.queue == over.queue == MAIN
    await desk.reckoner.finish()
    [record] = desk.waits.admissions.of_call(ANNA)
    assert (record.verdict, record.reason, record.ended) == ("TalkNow", "slot-free", None)


async def test_a_slot_that_stays_free_is_told_while_somebodys_wait_is_not_known(
    desk: Desk,
) -> None:
    await desk.knows()
    await desk.joins(ANNA)
    await desk.lines.leave(MAIN, ANNA)
    desk.reckoner.over(ANNA, WaitEnding.GAVE_UP)
    await asyncio.sleep(3 * LOOK_EVERY_S)
    assert not any(isinstance(fact, SlotLeftFree) for fact in desk.waits.facts.told)
    await desk.slots.release(CallId("talks"))
    await asyncio.sleep(3 * LOOK_EVERY_S)
    assert sum(isinstance(fact, SlotLeftFree) for fact in desk.waits.facts.told) in (1, 2)


async def test_what_happens_while_redis_is_away_is_told_later_in_order(desk: Desk) -> None:
    desk.waits.facts.is_away = True
    await desk.joins(ANNA)
    desk.reckoner.over(ANNA, WaitEnding.ELSEWHERE)
    await asyncio.sleep(TELL_AGAIN_S)
    assert desk.waits.facts.told == []
    desk.waits.facts.is_away = False
    await asyncio.sleep(2 * TELL_AGAIN_S)
    assert [type(fact) for fact in desk.waits.facts.told] == [Joined, WaitOver]


async def test_what_is_told_again_after_a_lost_answer_counts_once(desk: Desk) -> None:
    desk.waits.facts.loses_answers = True
    await desk.joins(ANNA)
    await asyncio.sleep(3 * TELL_AGAIN_S)
    desk.waits.facts.loses_answers = False
    desk.reckoner.over(ANNA, WaitEnding.ELSEWHERE)
    await asyncio.sleep(2 * TELL_AGAIN_S)
    assert [type(fact) for fact in desk.waits.facts.told] == [Joined, WaitOver]


async def test_slots_that_fall_are_told_to_all(desk: Desk) -> None:
    await desk.slots.set_capacity(0, believed_for_s=60.0)
    await asyncio.sleep(3 * LOOK_EVERY_S)
    assert [getattr(fact, "slots", None) for fact in desk.waits.facts.told] == [0]
