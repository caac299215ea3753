import asyncio
import socket
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
import uvloop

from tests.integration.shared_state.redis_server import RedisServer
from voicebot.calls.model import CallId
from voicebot.errors import SharedStateError
from voicebot.shared_state.call_contexts import RedisCallContexts
from voicebot.shared_state.call_events import RedisCallEvents
from voicebot.shared_state.connection import RedisConnection

CALL = CallId("node1-1.1")
RESETS = struct.pack("ii", 1, 0)  # socket(7): SO_LINGER


@contextmanager
def closing_at_once() -> Iterator[str]:
    """The URL of one who resets each connection as soon as it is there."""
    with (
        socket.create_server(("127.0.0.1", 0), backlog=200) as server,
        ThreadPoolExecutor(1) as thread,
    ):

        def closes() -> None:
            with suppress(OSError):  # closed, in the end
                while True:
                    connection, _ = server.accept()
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESETS)
                    connection.close()

        thread.submit(closes)
        try:
            yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        finally:
            server.shutdown(socket.SHUT_RDWR)


async def test_a_redis_that_does_not_answer_costs_no_more_than_the_deadline(
    server: RedisServer,
) -> None:
    connection = RedisConnection(server.url, deadline_ms=500)
    contexts = RedisCallContexts(connection)
    await contexts.save(CALL, "first")
    server.freeze()
    with pytest.raises(SharedStateError, match="load call context: no answer after 500 ms"):
        await contexts.load(CALL)
    with pytest.raises(SharedStateError, match="publish call event: no answer after 200 ms"):
        await RedisCallEvents(connection).publish(CALL, "call.answered", {})
    server.thaw()
    await connection.close()


async def test_a_late_answer_is_never_taken_for_that_of_the_next_question(
    server: RedisServer,
) -> None:
    connection = RedisConnection(server.url)
    contexts = RedisCallContexts(connection)
    await contexts.save(CALL, "mine")
    server.freeze()
    late = connection.client.echo("late")
    with pytest.raises(SharedStateError):
        await connection.answer("echo", late, deadline_ms=50)
    server.thaw()
    assert await contexts.load(CALL) == "mine"
    await connection.close()


async def test_after_a_restart_of_redis_the_first_question_is_answered(
    server: RedisServer,
) -> None:
    connection = RedisConnection(server.url)
    contexts = RedisCallContexts(connection)
    await contexts.save(CALL, "before")
    server.stop()
    with pytest.raises(SharedStateError, match="load call context: ConnectionError"):
        await contexts.load(CALL)
    server.start()
    await contexts.save(CALL, "after")
    assert await contexts.load(CALL) == "after"
    await connection.close()


def test_a_connection_that_is_closed_under_the_question_is_a_shared_state_error() -> None:
    """As by a Redis that is killed while agents connect; on the agents' own loop."""

    async def asks(url: str) -> set[type[BaseException]]:
        connection = RedisConnection(url)
        asked = (connection.answer("ping", connection.client.ping()) for _ in range(100))
        return {type(each) for each in await asyncio.gather(*asked, return_exceptions=True)}

    with closing_at_once() as url, ThreadPoolExecutor(1) as thread:
        assert thread.submit(uvloop.run, asks(url)).result(30) == {SharedStateError}


async def test_a_question_that_the_client_drops_is_a_shared_state_error(
    connection: RedisConnection,
) -> None:
    async def drops() -> None:
        raise asyncio.CancelledError

    with pytest.raises(SharedStateError, match="ping: the question was dropped"):
        await connection.answer("ping", drops())


async def test_an_error_does_not_tell_what_was_sent(connection: RedisConnection) -> None:
    await connection.client.lpush("call-events:node1-1.1", "not a stream")
    with pytest.raises(SharedStateError) as refused:
        await RedisCallEvents(connection).publish(CALL, "turn.heard", {"heard": "my secret"})
    assert str(refused.value) == "publish call event: ResponseError"


async def test_a_wrong_password_is_a_shared_state_error(server: RedisServer) -> None:
    right = RedisConnection(server.url)
    await right.client.config_set("requirepass", "right")
    await right.close()
    wrong = RedisConnection(server.url.replace("redis://", "redis://:wrong@"))
    with pytest.raises(SharedStateError, match="load call context: AuthenticationError"):
        await RedisCallContexts(wrong).load(CALL)
    await wrong.close()


async def test_whoever_is_cancelled_ends_even_when_the_library_loses_the_cancellation(
    server: RedisServer,
) -> None:
    async def answer_that_swallows_its_cancellation() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "as if nothing had happened"
        raise AssertionError

    connection = RedisConnection(server.url)
    asked = connection.answer("ask", answer_that_swallows_its_cancellation())
    asking = asyncio.ensure_future(asked)
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await connection.close()
