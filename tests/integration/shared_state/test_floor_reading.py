"""What those who watch the floor read of a real Redis."""

from voicebot.calls.model import CallId
from voicebot.queueing.model import QueueName, Rank
from voicebot.shared_state import keys
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.floor_reading import RedisFloorReading
from voicebot.shared_state.waiting_line import RedisWaitingLines

ANNA, BEN = CallId("node1-1.1"), CallId("node1-2.2")


async def test_a_queue_is_known_from_its_first_caller_on(connection: RedisConnection) -> None:
    reading, lines = RedisFloorReading(connection), RedisWaitingLines(connection)
    assert await reading.queues() == []
    for queue, caller in (("sales: b", BEN), ("main", ANNA)):
        await lines.join(QueueName(queue), caller, Rank.REGULAR, 1.0, holder="a1")
    assert await reading.queues() == ["main", "sales: b"]
    told = await reading.lines(await reading.queues())
    assert {queue: [who for _, who in line] for queue, line in told.items()} == {
        "main": [ANNA],
        "sales: b": [BEN],
    }


async def test_a_queue_that_has_become_empty_is_known_for_a_day_at_most(
    connection: RedisConnection,
) -> None:
    reading, lines = RedisFloorReading(connection), RedisWaitingLines(connection)
    await lines.join(QueueName("main"), ANNA, Rank.REGULAR, 1.0, holder="a1")
    await lines.leave(QueueName("main"), ANNA)
    assert await reading.lines(await reading.queues()) == {"main": []}
    assert 0 < await connection.client.ttl(keys.LINES_KNOWN) <= 86_400


async def test_a_line_that_redis_lost_is_known_again_with_the_next_ticket_shown(
    connection: RedisConnection,
) -> None:
    reading, lines = RedisFloorReading(connection), RedisWaitingLines(connection)
    standing = await lines.join(QueueName("main"), ANNA, Rank.REGULAR, 1.0, holder="a1")
    await connection.client.flushall()
    await lines.renew(QueueName("main"), standing.ticket)
    assert await reading.queues() == ["main"]
