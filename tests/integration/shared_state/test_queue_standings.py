"""How queues stand, read from Redis by whoever shows it."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from voicebot.calls.model import CallId
from voicebot.capacity.slots import Occupancy
from voicebot.queueing.handle_times import LEAST_SEEN
from voicebot.queueing.model import QueueName, Rank
from voicebot.queueing.wait_facts import ConversationOver, Told, WaitEnding, WaitOver
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.queue_standings import QueueStandings
from voicebot.shared_state.slots import RedisSlots
from voicebot.shared_state.wait_facts import RedisWaitFacts
from voicebot.shared_state.waiting_line import RedisWaitingLines

MAIN, OTHER = QueueName("main@1000"), QueueName("other@1000")


class NoCallbacks:
    async def due_in_s(self, at: datetime) -> Sequence[float]:
        return ()


async def test_queues_are_told_with_their_waits_and_the_truth_about_them(
    connection: RedisConnection,
) -> None:
    at = datetime.now(UTC)
    at_s = at.timestamp()
    standings = QueueStandings(connection, NoCallbacks())
    [main, _] = await standings.read([MAIN, OTHER], at)
    assert (main.waiting, main.occupancy, main.estimate) == (0, Occupancy(0, 0), None)

    slots, lines = RedisSlots(connection), RedisWaitingLines(connection)
    await slots.set_capacity(2, believed_for_s=60.0)
    for name in ("one", "two"):
        slots.hold(CallId(name))
    await slots.renew()
    for name, queue in (("anna", MAIN), ("ben", OTHER), ("carl", OTHER)):
        await lines.join(queue, CallId(name), Rank.REGULAR, at_s - 5.0, holder="a1")
    told = Told(100.0, 50.0, 150.0, 100.0, 80.0)
    over = WaitOver(MAIN, Rank.REGULAR, at_s - 99.0, 1, 110.0, WaitEnding.ADMITTED, told, at_s)
    facts = [ConversationOver(60.0, at_s)] * LEAST_SEEN + [over]
    await RedisWaitFacts(connection).tell(facts, told_before=0)

    for _ in range(2):  # what was read once is not learned twice
        main, other = await standings.read([MAIN, OTHER], at)
        assert (main.waiting, other.waiting) == (1, 2)
        assert main.occupancy == Occupancy(2, 2)
        assert main.estimate == other.estimate
        assert main.estimate is not None
        assert main.estimate.model_s == pytest.approx(4 * 30.0, rel=0.01)
        assert (main.accuracy.waits, main.accuracy.rmse_s) == (1, 10.0)
        assert other.accuracy.waits == 0


async def test_nobody_waits_where_there_is_a_slot(connection: RedisConnection) -> None:
    slots = RedisSlots(connection)
    await slots.set_capacity(1, believed_for_s=60.0)
    [main] = await QueueStandings(connection, NoCallbacks()).read([MAIN], datetime.now(UTC))
    assert main.estimate is not None
    assert main.estimate.high_s == 0.0
