from datetime import timedelta

from tests.fakes.sample_calls import NOON
from voicebot.calls.trunk_health import Health, HealthChange, Part
from voicebot.store.engine import Database
from voicebot.store.trunk_health import SqlHealthChanges

UP = HealthChange(Part.ENDPOINT, "trunk-carrier", Health.UP, "reachable", NOON, 12.5)
DOWN = HealthChange(
    Part.ENDPOINT, "trunk-carrier", Health.DOWN, "unreachable", NOON + timedelta(hours=1)
)
REGISTERED = HealthChange(Part.REGISTRATION, "trunk-carrier", Health.UP, "registered", NOON)


async def test_history_keeps_its_order_and_the_last_of_each_is_known(database: Database) -> None:
    history = SqlHealthChanges(database, "node1")
    await history.add([UP, REGISTERED, DOWN])
    assert await history.last_known() == [REGISTERED, DOWN]
    assert await history.latest(2) == [DOWN, REGISTERED]


async def test_two_changes_of_one_moment_are_told_apart(database: Database) -> None:
    history = SqlHealthChanges(database, "node1")
    again = HealthChange(UP.part, UP.name, Health.DOWN, "unreachable", UP.at)
    await history.add([UP, again])
    assert await history.last_known() == [again]


async def test_each_node_has_a_history_of_its_own(database: Database) -> None:
    await SqlHealthChanges(database, "node1").add([UP])
    assert await SqlHealthChanges(database, "node2").last_known() == []
    assert await SqlHealthChanges(database, "node2").latest(9) == []


async def test_old_changes_are_forgotten_but_how_a_thing_is_now(database: Database) -> None:
    history = SqlHealthChanges(database, "node1")
    gone = HealthChange(Part.ENDPOINT, "desk1", Health.GONE, "no longer configured", NOON)
    await history.add([UP, REGISTERED, gone, DOWN])
    await SqlHealthChanges(database, "node2").add([UP])
    assert await history.forget(DOWN.at) == 2
    assert await history.latest(9) == [DOWN, REGISTERED]
    # A watch that begins now has no news of what it knew.
    assert await history.last_known() == [REGISTERED, DOWN]
    assert await SqlHealthChanges(database, "node2").latest(9) == [UP]
