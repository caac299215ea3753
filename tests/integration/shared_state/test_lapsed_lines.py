from tests.polling import asked_until
from voicebot.calls.model import CallId
from voicebot.queueing.model import QueueName, Rank
from voicebot.shared_state import keys
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.waiting_line import RedisWaitingLines

QUEUE = QueueName("main@1000")


async def test_a_line_in_which_nobody_is_looked_after_any_more_leaves_nothing_behind(
    connection: RedisConnection,
) -> None:
    for lease_s in (0.3, 0.1):
        lines = RedisWaitingLines(connection, ticket_lease_s=lease_s)
        await lines.join(QUEUE, CallId(f"c-{lease_s}"), Rank.REGULAR, 1.0, holder="a1")
    order, tickets, ends = keys.line(QUEUE)[:3]
    # As long as the longest of the leases, whoever joined last.
    assert await connection.client.pttl(order) > 1_100

    async def is_gone() -> bool:
        return not await connection.client.exists(order, tickets, ends)

    assert not await is_gone()
    await asked_until(is_gone, "nothing is left", 5)
