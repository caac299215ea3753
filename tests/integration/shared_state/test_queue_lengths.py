"""Work that nobody has taken, in a real Redis."""

from tests.integration.shared_state.redis_server import RedisServer
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.queue_lengths import queue_lengths


async def test_what_celery_left_in_a_queue_is_counted(shared_server: RedisServer) -> None:
    connection = RedisConnection(shared_server.url)
    await connection.client.delete("stt", "llm.large")
    await connection.client.lpush("llm.large", "{}", "{}")
    lengths = await queue_lengths(connection)
    await connection.client.delete("llm.large")
    await connection.close()
    assert lengths["llm.large"] == 2
    assert lengths["stt"] == 0
