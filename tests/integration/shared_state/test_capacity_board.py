"""Who reckons for all, in a real Redis."""

from tests.polling import asked_until
from voicebot.shared_state import keys
from voicebot.shared_state.capacity_board import RedisCapacityBoard
from voicebot.shared_state.connection import RedisConnection

LEASE_S = 0.3


async def test_one_reckons_and_learns_what_all_have_told(connection: RedisConnection) -> None:
    boards = [RedisCapacityBoard(connection, f"a{number}") for number in range(3)]
    assert await boards[0].report(None) == []
    assert await boards[1].report(0.8) is None
    assert await boards[2].report(1.1) is None
    found = await boards[0].report(0.5)
    assert found is not None
    assert sorted(found) == [0.5, 0.8, 1.1]


async def test_another_reckons_when_the_first_has_died(connection: RedisConnection) -> None:
    first, second = (
        RedisCapacityBoard(connection, name, lease_s=LEASE_S) for name in ("first", "second")
    )
    assert await first.report(0.5) == [0.5]

    async def reckons() -> bool:
        return await second.report(0.9) == [0.9]

    await asked_until(reckons, "the second reckons, and the first's word is forgotten")
    assert await first.report(0.5) is None


async def test_nothing_is_kept_of_agents_that_are_gone(connection: RedisConnection) -> None:
    await RedisCapacityBoard(connection, "gone", lease_s=LEASE_S).report(0.5)

    async def is_empty() -> bool:
        left = await connection.client.exists(keys.CAPACITY_LEADER, keys.CAPACITY_CORRECTIONS)
        return left == 0

    await asked_until(is_empty, "all is forgotten")
