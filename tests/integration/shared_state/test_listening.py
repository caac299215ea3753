"""What is heard on a call, on its way to those who listen, through a real Redis."""

import asyncio
from contextlib import aclosing

import pytest

from voicebot.calls.model import CallId
from voicebot.errors import SharedStateError
from voicebot.shared_state import keys
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.listening import LEASE_MS, MOST_CHUNKS, RedisListening

ANNA = CallId("node1-1.1")


async def test_two_hear_the_same_from_where_they_came_until_it_is_over(
    connection: RedisConnection,
) -> None:
    listening = RedisListening(connection)
    await listening.renew(ANNA)
    assert await listening.publish(ANNA, b"\x00\xff before")
    position = await listening.position(ANNA)
    following = [asyncio.create_task(_heard(listening, position)) for _ in range(2)]
    for chunk in (b"one", b"two\x00\x80"):
        assert await listening.publish(ANNA, chunk)
    await listening.end(ANNA)
    assert await asyncio.gather(*following) == [b"onetwo\x00\x80"] * 2


async def test_without_a_lease_nobody_listens_and_all_of_it_goes(
    connection: RedisConnection,
) -> None:
    listening = RedisListening(connection)
    for _ in range(MOST_CHUNKS + 10):
        assert not await listening.publish(ANNA, b"x")
    stream = keys.heard_audio(ANNA)
    assert await connection.client.xlen(stream) == MOST_CHUNKS
    assert 0 < await connection.client.pttl(stream) <= LEASE_MS
    await listening.renew(ANNA)
    assert 0 < await connection.client.pttl(keys.listeners(ANNA)) <= LEASE_MS
    assert await listening.publish(ANNA, b"x")


async def test_what_is_no_audio_is_an_error_of_ours(connection: RedisConnection) -> None:
    listening = RedisListening(connection)
    await connection.client.xadd(keys.heard_audio(ANNA), {"audio": "%"})
    with pytest.raises(SharedStateError):
        await _heard(listening, "0-0")


async def _heard(listening: RedisListening, position: str) -> bytes:
    async with aclosing(listening.follow(ANNA, position)) as chunks:
        return b"".join([chunk async for chunk in chunks])
