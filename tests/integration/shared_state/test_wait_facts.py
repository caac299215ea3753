"""Facts of waits in Redis: the same for all processes, also after Redis lost them."""

from contextlib import aclosing
from typing import Any

from tests.integration.shared_state.redis_server import RedisServer
from voicebot.queueing.wait_facts import ConversationOver, SlotLeftFree, WaitFact
from voicebot.shared_state import keys
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.wait_facts import MOST_FACTS, RedisWaitFacts


async def now_s(connection: RedisConnection) -> float:
    seconds, micros = await connection.client.time()
    return float(seconds + micros / 1e6)


async def some(connection: RedisConnection, first: int, count: int) -> list[WaitFact]:
    at_s = await now_s(connection)
    return [ConversationOver(float(number), at_s) for number in range(first, first + count)]


async def test_who_comes_later_learns_the_same(connection: RedisConnection) -> None:
    told = await some(connection, 0, 1200)
    one, other = RedisWaitFacts(connection), RedisWaitFacts(connection)
    await one.tell(told[:700], told_before=0)
    assert await one.kept() == told[:700]
    await one.tell(told[700:], told_before=700)
    assert await one.kept() == told[700:]
    assert await other.kept() == told
    assert await other.kept() == []


async def test_facts_are_followed_as_they_come(connection: RedisConnection) -> None:
    told = await some(connection, 0, 3)
    one, other = RedisWaitFacts(connection), RedisWaitFacts(connection)
    async with aclosing(one.follow()) as following:
        for number, fact in enumerate(told):
            await other.tell([fact], told_before=number)
            assert await anext(following) == fact


async def test_what_is_not_understood_is_left_out(connection: RedisConnection) -> None:
    facts, fact = RedisWaitFacts(connection), SlotLeftFree(await now_s(connection))
    await connection.client.xadd(keys.WAIT_FACTS, {"fact": '{"kind": "weather"}'})
    await connection.client.xadd(keys.WAIT_FACTS, {"other": "field"})
    await facts.tell([fact], told_before=0)
    assert await facts.kept() == [fact]


async def test_a_redis_that_lost_its_facts_gets_them_back_in_their_order(
    connection: RedisConnection,
) -> None:
    told = await some(connection, 0, 600)
    one, other = RedisWaitFacts(connection), RedisWaitFacts(connection)
    await one.tell(told, told_before=0)
    assert await one.kept() == await other.kept() == told
    await connection.client.flushall()
    more = await some(connection, 600, 2)
    await other.tell(more[:1], told_before=0)
    await one.tell(more[1:], told_before=600)
    assert await one.kept() == await other.kept() == more
    assert await RedisWaitFacts(connection).kept() == told + more


async def test_only_the_last_facts_that_were_lost_are_shown_again(
    connection: RedisConnection,
) -> None:
    told = await some(connection, 0, 9)
    one = RedisWaitFacts(connection)
    await one.tell(told, told_before=0)
    await one.kept()
    entries: Any = await connection.client.xrange(keys.WAIT_FACTS)
    await connection.client.flushall()
    # As from an append-only file: all but the last second.
    for position, entry in entries[:5]:
        await connection.client.xadd(keys.WAIT_FACTS, entry, id=position)
    await one.tell([], told_before=0)
    assert await RedisWaitFacts(connection).kept() == told


async def test_the_stream_is_bounded(connection: RedisConnection) -> None:
    facts = RedisWaitFacts(connection)
    for first in range(0, MOST_FACTS + 2000, 2000):
        await facts.tell(await some(connection, first, 2000), told_before=first)
    length = await connection.client.xlen(keys.WAIT_FACTS)
    assert MOST_FACTS <= length < MOST_FACTS + 200
    assert await connection.client.ttl(keys.WAIT_FACTS) > 0


async def test_a_restart_of_redis_loses_nothing(server: RedisServer) -> None:
    connection = RedisConnection(server.url)
    told = await some(connection, 0, 20)
    one = RedisWaitFacts(connection)
    await one.tell(told, told_before=0)
    await one.kept()
    server.stop()
    server.start()  # without what it knew
    await one.tell([], told_before=0)
    assert await RedisWaitFacts(connection).kept() == told
    await connection.close()


async def test_a_fact_that_is_told_again_counts_once_for_everybody(
    connection: RedisConnection,
) -> None:
    told = await some(connection, 0, 4)
    one, other = RedisWaitFacts(connection), RedisWaitFacts(connection)
    await one.tell(told[:2], told_before=0)
    await other.tell(told[3:], told_before=0)
    await one.tell(told[:3], told_before=0)  # the answer was lost, and one came meanwhile
    assert await one.kept() == await other.kept() == [*told[:2], told[3], told[2]]
    await connection.client.flushall()
    await other.tell([], told_before=0)
    assert await RedisWaitFacts(connection).kept() == [*told[:2], told[3], told[2]]
