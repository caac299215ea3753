"""How callbacks stand in the line of those who wait on the telephone."""

import asyncio
from dataclasses import replace

import pytest

from tests.fakes.waiting_lines import FakeSlots, FakeWaitingLines
from tests.polling import asked_until
from tests.unit.queueing.owed import NOON, owed, shop
from voicebot.calls.model import CallId
from voicebot.errors import SharedStateError
from voicebot.outbound import callback_line
from voicebot.outbound.callback_line import CallbackLine
from voicebot.queueing.model import Rank
from voicebot.queueing.queue_names import queue_name

SHOP = shop(queues=[{"name": "main"}])
QUEUE = queue_name(SHOP, SHOP.queues[0])
CALLER, CHANNEL = CallId("waits"), CallId("node-1-back-1")


@pytest.fixture
def lines() -> FakeWaitingLines:
    return FakeWaitingLines()


async def test_the_slot_is_taken_under_the_channels_id_and_is_free_when_it_is_over(
    lines: FakeWaitingLines,
) -> None:
    slots = FakeSlots(1)
    line = CallbackLine(lines, slots)
    assert await line.takes_slot(owed(), SHOP, [SHOP], CHANNEL)
    assert (slots.held, await lines.waiting(QUEUE)) == ({CHANNEL}, 0)
    await line.is_over(CHANNEL)
    assert slots.held == set()


async def test_a_slot_that_was_taken_is_free_again_although_redis_failed_in_between(
    lines: FakeWaitingLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> bool:
        raise SharedStateError("away")

    monkeypatch.setattr(lines, "leave", fails)
    slots = FakeSlots(1)
    line = CallbackLine(lines, slots)
    assert await line.takes_slot(owed(), SHOP, [SHOP], CHANNEL)
    await line.is_over(CHANNEL)
    assert slots.held == set()


async def test_as_soon_as_whoever_was_before_it_has_left_it_is_let_in(
    lines: FakeWaitingLines,
) -> None:
    async with CallbackLine(lines, FakeSlots(1)) as line, asyncio.timeout(5):
        await lines.join(QUEUE, CALLER, Rank.REGULAR, NOON.timestamp() - 1, holder="agent")
        waits = asyncio.create_task(line.takes_slot(owed(), SHOP, [SHOP], CHANNEL))

        async def both_wait() -> bool:
            return await lines.waiting(QUEUE) == 2

        await asked_until(both_wait, "both wait")
        await lines.leave(QUEUE, CALLER)
        assert await waits


async def test_nobody_who_came_later_overtakes_it(
    lines: FakeWaitingLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callback_line, "STANDS_S", 0.0)
    await lines.join(QUEUE, CALLER, Rank.REGULAR, NOON.timestamp() + 1, holder="agent")
    assert not await CallbackLine(lines, FakeSlots(0)).takes_slot(owed(), SHOP, [SHOP], CHANNEL)
    assert await lines.position(QUEUE, CALLER) == 2
    assert await lines.claim([QUEUE], holder="agent") is None


async def test_it_does_not_overtake_who_waits_in_a_queue_that_the_business_has_no_longer(
    lines: FakeWaitingLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callback_line, "STANDS_S", 0.0)
    slots = FakeSlots(0)
    line = CallbackLine(lines, slots)
    await line.takes_slot(owed(), SHOP, [SHOP], CHANNEL)
    await line.leaves(owed(), SHOP)
    await lines.join(QUEUE, CALLER, Rank.REGULAR, NOON.timestamp() - 1, holder="agent")
    changed = shop(queues=[{"name": "other"}])
    slots.count = 1
    assert not await line.takes_slot(owed(), changed, [changed], CHANNEL)
    await lines.leave(QUEUE, CALLER)
    assert await line.takes_slot(owed(), changed, [changed], CHANNEL)


async def test_who_was_cut_off_meanwhile_moves_to_the_front(
    lines: FakeWaitingLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callback_line, "STANDS_S", 0.0)
    line, callback = CallbackLine(lines, FakeSlots(0)), owed()
    await lines.join(QUEUE, CALLER, Rank.VIP, NOON.timestamp(), holder="agent")
    await line.takes_slot(callback, SHOP, [SHOP], CHANNEL)
    assert await lines.position(QUEUE, CALLER) == 1
    dropped = replace(callback, place=replace(callback.place, rank=Rank.DROPPED))
    await line.takes_slot(dropped, SHOP, [SHOP], CHANNEL)
    assert await lines.position(QUEUE, CALLER) == 2
    await line.leaves(dropped, SHOP)
    assert await lines.position(QUEUE, CALLER) == 1


async def test_where_nobody_waits_a_slot_is_all_that_it_takes(lines: FakeWaitingLines) -> None:
    plain, slots = shop(), FakeSlots(1)
    line = CallbackLine(lines, slots)
    assert await line.takes_slot(owed(), plain, [plain], CHANNEL)
    await line.leaves(owed(), plain)
    assert not await line.takes_slot(owed(), plain, [plain], CallId("another"))


async def test_a_call_that_was_taken_over_counts(lines: FakeWaitingLines) -> None:
    slots = FakeSlots(0)
    CallbackLine(lines, slots).holds(CHANNEL)
    assert slots.held == {CHANNEL}


async def test_without_redis_it_goes_on_when_the_call_is_over(lines: FakeWaitingLines) -> None:
    class Away(FakeSlots):
        async def release(self, call_id: CallId) -> None:
            raise SharedStateError("away")

    await CallbackLine(lines, Away(1)).is_over(CHANNEL)
