import asyncio
from contextlib import aclosing

import pytest
from redis import Redis

from tests.integration.shared_state.redis_server import RedisServer
from voicebot.calls.model import CallId
from voicebot.errors import SharedStateError
from voicebot.shared_state import keys
from voicebot.shared_state.call_events import (
    EVENTS_PER_CALL,
    LIFETIME_S,
    CallEventSeen,
    RedisCallEvents,
)
from voicebot.shared_state.connection import RedisConnection

CALL, OTHER = CallId("node1-1.1"), CallId("node1-2.2")
LIMIT_S = 10.0


@pytest.fixture
def events(connection: RedisConnection) -> RedisCallEvents:
    return RedisCallEvents(connection)


async def seen(
    events: RedisCallEvents, number: int, call_id: CallId | None = None, since: str = "0-0"
) -> list[CallEventSeen]:
    """The first events a watcher sees."""
    found: list[CallEventSeen] = []
    async with asyncio.timeout(LIMIT_S), aclosing(events.watch(call_id, since=since)) as watching:
        async for event in watching:
            found.append(event)
            if len(found) == number:
                break
    return found


async def test_a_watcher_of_one_call_sees_all_of_it_in_order(events: RedisCallEvents) -> None:
    await events.publish(CALL, "call.answered", {"codec": "ulaw"})
    await events.publish(OTHER, "call.answered", {})
    await events.publish(CALL, "turn.ended", {"heard": "grüß Gott", "timings": {"total_ms": 430}})
    first, second = await seen(events, 2, CALL)
    assert (first.call_id, first.name, first.fields) == (CALL, "call.answered", {"codec": "ulaw"})
    assert second.fields == {"heard": "grüß Gott", "timings": {"total_ms": 430}}
    assert first.at <= second.at
    assert first.at.tzinfo is not None


async def test_a_watcher_of_all_calls_sees_what_comes_after_it_began(
    events: RedisCallEvents,
) -> None:
    await events.publish(CALL, "before", {})
    since = await events.now()
    watching = asyncio.ensure_future(seen(events, 2, since=since))
    await events.publish(CALL, "one", {})
    await events.publish(OTHER, "two", {})
    assert [(event.call_id, event.name) for event in await watching] == [
        (CALL, "one"),
        (OTHER, "two"),
    ]


async def test_before_any_event_now_is_the_beginning(events: RedisCallEvents) -> None:
    since = await events.now()
    await events.publish(CALL, "one", {})
    assert [event.name for event in await seen(events, 1, since=since)] == ["one"]


async def test_a_quiet_call_is_watched_until_something_happens(
    events: RedisCallEvents, monkeypatch: pytest.MonkeyPatch, shared_server: RedisServer
) -> None:
    monkeypatch.setattr("voicebot.shared_state.call_events.WATCH_MS", 20)
    watching = asyncio.ensure_future(seen(events, 1, CALL))
    with Redis(port=shared_server.port) as client:
        limit = asyncio.get_running_loop().time() + LIMIT_S
        while (client.info("commandstats").get("cmdstat_xread") or {"calls": 0})["calls"] < 3:
            assert asyncio.get_running_loop().time() < limit
            await asyncio.sleep(0.01)
    await events.publish(CALL, "at last", {})
    assert [event.name for event in await watching] == ["at last"]


async def test_streams_are_bounded_and_expire(
    events: RedisCallEvents, connection: RedisConnection
) -> None:
    old = {"call_id": CALL, "name": "old", "fields": "{}"}
    async with connection.client.pipeline(transaction=False) as pipeline:
        for _ in range(2 * EVENTS_PER_CALL):
            pipeline.xadd(keys.call_events(CALL), old)  # type: ignore[arg-type]
        await pipeline.execute()
    await events.publish(CALL, "new", {})
    # Redis cuts a stream where that is cheap, which may leave some more.
    assert await connection.client.xlen(keys.call_events(CALL)) < 1.2 * EVENTS_PER_CALL
    for stream in (keys.call_events(CALL), keys.ALL_CALL_EVENTS):
        assert 0 < await connection.client.ttl(stream) <= LIFETIME_S


async def test_a_watcher_learns_that_redis_is_gone(server: RedisServer) -> None:
    connection = RedisConnection(server.url)
    events = RedisCallEvents(connection)
    await events.publish(CALL, "one", {})
    server.stop()
    with pytest.raises(SharedStateError):
        await seen(events, 2, CALL)
    server.start()
    await connection.close()


async def test_an_event_that_is_not_understood_is_an_error(
    events: RedisCallEvents, connection: RedisConnection
) -> None:
    await connection.client.xadd(keys.call_events(CALL), {"name": "strange"})
    with pytest.raises(SharedStateError, match="not understood"):
        await seen(events, 1, CALL)
