"""Who reckons for all, in a real Redis."""

from tests.polling import asked_until
from voicebot.line_ports import CapacityView
from voicebot.shared_state import keys
from voicebot.shared_state.capacity_board import RedisCapacityBoard
from voicebot.shared_state.connection import RedisConnection

LEASE_S = 0.3
SEEN = CapacityView(10, 0.5)


async def test_one_reckons_and_learns_what_all_have_told(connection: RedisConnection) -> None:
    boards = [RedisCapacityBoard(connection, f"a{number}") for number in range(3)]
    assert await boards[0].report(CapacityView(10, None)) == [CapacityView(10, None)]
    others = [CapacityView(20, 0.8), CapacityView(30, None)]
    for board, view in zip(boards[1:], others, strict=True):
        assert await board.report(view) is None
    found = await boards[0].report(SEEN)
    assert found is not None
    assert set(found) == {SEEN, *others}


async def test_another_reckons_when_the_first_has_died(connection: RedisConnection) -> None:
    first, second = (
        RedisCapacityBoard(connection, name, lease_s=LEASE_S) for name in ("first", "second")
    )
    assert await first.report(SEEN) == [SEEN]

    async def reckons() -> bool:
        return await second.report(CapacityView(5, 0.9)) == [CapacityView(5, 0.9)]

    await asked_until(reckons, "the second reckons, and the first's word is forgotten")
    assert await first.report(SEEN) is None


async def test_nothing_is_kept_of_agents_that_are_gone(connection: RedisConnection) -> None:
    await RedisCapacityBoard(connection, "gone", lease_s=LEASE_S).report(SEEN)

    async def is_empty() -> bool:
        left = await connection.client.exists(keys.CAPACITY_LEADER, keys.CAPACITY_VIEWS)
        return left == 0

    await asked_until(is_empty, "all is forgotten")
