"""How agents do, in a real Redis."""

from datetime import UTC, datetime

import pytest

from tests.polling import asked_until
from voicebot.capacity.circuit_breaker import BreakerState
from voicebot.capacity.degradation import Degradation, DegradationCause, DegradationChanged
from voicebot.errors import SharedStateError
from voicebot.line_ports import AgentHealth, SharedHealth
from voicebot.shared_state import keys
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.health_board import MAX_CHANGES, RedisHealthBoard

LEASE_S = 0.3
AT = datetime(2026, 11, 23, 7, tzinfo=UTC)
WELL = AgentHealth("a1", Degradation.FULL, Degradation.FULL, {})
BAD = AgentHealth(
    "a2", Degradation.CACHED_ONLY, Degradation.FULL, {"llm.large": BreakerState.HALF_OPEN}
)
FELL = DegradationChanged(Degradation.FULL, Degradation.CACHED_ONLY, DegradationCause.MODELS_FAIL)


@pytest.fixture
def board(connection: RedisConnection) -> RedisHealthBoard:
    return RedisHealthBoard(connection)


async def test_each_learns_how_all_do(board: RedisHealthBoard) -> None:
    assert await board.exchange(BAD) == SharedHealth([BAD], None)
    assert await board.exchange(WELL) == SharedHealth([WELL, BAD], None)
    assert await board.seen() == SharedHealth([WELL, BAD], None)


async def test_the_service_as_a_whole_is_at_the_step_of_most_or_at_the_forced_one(
    board: RedisHealthBoard,
) -> None:
    assert await board.step() is Degradation.FULL
    await board.exchange(BAD)
    assert await board.step() is BAD.own
    await board.exchange(WELL)
    assert await board.step() is WELL.own
    await board.force(Degradation.PEOPLE_ONLY)
    assert await board.step() is Degradation.PEOPLE_ONLY


async def test_one_that_died_is_forgotten(connection: RedisConnection) -> None:
    board = RedisHealthBoard(connection, lease_s=LEASE_S)
    await board.exchange(BAD)

    async def is_alone() -> bool:
        return await board.exchange(WELL) == SharedHealth([WELL], None)

    await asked_until(is_alone, "the dead one is forgotten")


async def test_a_step_is_forced_until_it_is_lifted_or_its_time_is_up(
    board: RedisHealthBoard,
) -> None:
    await board.force(Degradation.PEOPLE_ONLY)
    assert (await board.exchange(WELL)).forced is Degradation.PEOPLE_ONLY
    await board.force(None)
    assert (await board.exchange(WELL)).forced is None
    await board.force(Degradation.SMALL_MODELS, for_s=LEASE_S)
    assert (await board.seen()).forced is Degradation.SMALL_MODELS

    async def is_over() -> bool:
        return (await board.seen()).forced is None

    await asked_until(is_over, "it is automatic again")


async def test_what_is_not_understood_changes_nobody_s_service(
    board: RedisHealthBoard, connection: RedisConnection
) -> None:
    await connection.client.set(keys.DEGRADATION_FORCED, "everything")
    far = "9999999999999 "
    for number, told in enumerate(['["a", 9, 0, {}]', "no json", '{"a": 1}', '["a", 0, 0, []]']):
        await connection.client.hset(keys.DEGRADATION_AGENTS, f"x{number}", far + told)
    assert await board.exchange(WELL) == SharedHealth([WELL], None)


async def test_changes_are_kept_newest_first_and_not_for_ever(
    board: RedisHealthBoard, connection: RedisConnection
) -> None:
    for number in range(MAX_CHANGES + 5):
        await board.record(f"a{number}", FELL, AT)
    newest, before = await board.changes(2)
    assert (newest.agent, before.agent) == (f"a{MAX_CHANGES + 4}", f"a{MAX_CHANGES + 3}")
    assert (newest.at, newest.changed) == (AT, FELL)
    assert await connection.client.xlen(keys.DEGRADATION_CHANGES) == MAX_CHANGES


async def test_without_redis_it_says_so() -> None:
    connection = RedisConnection("redis://127.0.0.1:1")
    with pytest.raises(SharedStateError):
        await RedisHealthBoard(connection).exchange(WELL)
    await connection.close()
