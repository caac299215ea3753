import pytest

from voicebot.errors import SharedStateError
from voicebot.ports import AgentLoad
from voicebot.shared_state import keys
from voicebot.shared_state.agent_directory import RedisAgentDirectory
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.orders import RedisOrders


async def test_the_name_of_an_agent_that_died_is_forgotten(connection: RedisConnection) -> None:
    directory = RedisAgentDirectory(connection)
    await directory.announce(AgentLoad("dead", 1, 50))
    await directory.announce(AgentLoad("live", 2, 50))
    await connection.client.delete(keys.agent("dead"))  # as when its lease ends
    assert await directory.peers() == [AgentLoad("live", 2, 50)]
    assert await connection.client.smembers(keys.AGENTS) == {"live"}


async def test_an_agent_that_died_drains_no_more(connection: RedisConnection) -> None:
    directory, orders = RedisAgentDirectory(connection), RedisOrders(connection)
    for agent in ("dead", "withdrawn", "live"):
        await directory.announce(AgentLoad(agent, 1, 50))
        await orders.tell_draining(agent, is_on=True)
    await directory.withdraw("withdrawn")
    assert await connection.client.smembers(keys.AGENTS_DRAINING) == {"dead", "live"}
    await connection.client.delete(keys.agent("dead"))  # as when its lease ends
    await directory.peers()
    assert await connection.client.smembers(keys.AGENTS_DRAINING) == {"live"}


async def test_an_entry_that_is_not_understood_is_an_error(connection: RedisConnection) -> None:
    await connection.client.sadd(keys.AGENTS, "strange")
    await connection.client.set(keys.agent("strange"), "[]")
    with pytest.raises(SharedStateError, match="not understood"):
        await RedisAgentDirectory(connection).peers()
