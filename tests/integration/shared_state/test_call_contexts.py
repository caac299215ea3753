from voicebot.calls.model import CallId
from voicebot.shared_state import keys
from voicebot.shared_state.call_contexts import RedisCallContexts
from voicebot.shared_state.connection import RedisConnection

CALL = CallId("node1-1.1")


async def test_a_context_expires_unless_it_is_saved_again(connection: RedisConnection) -> None:
    contexts = RedisCallContexts(connection, lifetime_s=100)
    await contexts.save(CALL, "one")
    await connection.client.expire(keys.call_context(CALL), 5)
    await contexts.save(CALL, "two")
    assert 90 < await connection.client.ttl(keys.call_context(CALL)) <= 100
