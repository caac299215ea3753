from voicebot.calls.model import CallId
from voicebot.shared_state import keys
from voicebot.shared_state.call_contexts import RedisCallContexts
from voicebot.shared_state.connection import RedisConnection

CALL, OTHER = CallId("node1-1.1"), CallId("node1-2.2")


async def test_a_context_expires_unless_it_is_saved_again(connection: RedisConnection) -> None:
    contexts = RedisCallContexts(connection, lifetime_s=100)
    await contexts.save(CALL, "one")
    await connection.client.expire(keys.call_context(CALL), 5)
    await contexts.save(CALL, "two")
    assert 90 < await connection.client.ttl(keys.call_context(CALL)) <= 100


async def test_a_context_that_has_expired_is_no_more_among_those_that_are_kept(
    connection: RedisConnection,
) -> None:
    contexts = RedisCallContexts(connection, lifetime_s=100)
    await contexts.save(CALL, "one")
    await contexts.save(OTHER, "two")
    # As if OTHER had been saved an hour ago.
    await connection.client.zadd(keys.CALL_CONTEXTS, {OTHER: 1})
    assert await contexts.kept() == [CALL]
    await contexts.save(CALL, "again")
    assert await connection.client.zcard(keys.CALL_CONTEXTS) == 1


async def test_nothing_is_left_of_the_last_call(connection: RedisConnection) -> None:
    contexts = RedisCallContexts(connection, lifetime_s=100)
    await contexts.save(CALL, "one")
    assert 90 < await connection.client.ttl(keys.CALL_CONTEXTS) <= 100
    await contexts.forget(CALL)
    assert await connection.client.exists(keys.CALL_CONTEXTS, keys.call_context(CALL)) == 0
