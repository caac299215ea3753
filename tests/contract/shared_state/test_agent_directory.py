from tests.contract.shared_state.conftest import SharedState
from voicebot.ports import AgentLoad


async def test_all_that_announced_themselves_are_listed_by_name(shared_state: SharedState) -> None:
    loads = [AgentLoad("agent-2", 0, 50), AgentLoad("agent-1", 7, 50)]
    for load in loads:
        await shared_state.directory.announce(load)
    assert await shared_state.directory.peers() == [loads[1], loads[0]]


async def test_the_load_announced_last_counts(shared_state: SharedState) -> None:
    await shared_state.directory.announce(AgentLoad("agent-1", 1, 50))
    await shared_state.directory.announce(AgentLoad("agent-1", 2, 50))
    assert await shared_state.directory.peers() == [AgentLoad("agent-1", 2, 50)]


async def test_an_agent_that_withdraws_is_no_longer_listed(shared_state: SharedState) -> None:
    await shared_state.directory.announce(AgentLoad("agent-1", 1, 50))
    await shared_state.directory.withdraw("agent-1")
    await shared_state.directory.withdraw("agent-1")
    assert list(await shared_state.directory.peers()) == []


async def test_an_agent_that_falls_silent_is_listed_until_its_lease_ends(
    shared_state: SharedState,
) -> None:
    await shared_state.directory.announce(AgentLoad("agent-1", 1, 50))
    await shared_state.let_leases_end()
    assert list(await shared_state.directory.peers()) == []
    await shared_state.directory.announce(AgentLoad("agent-1", 1, 50))
    assert await shared_state.directory.peers() == [AgentLoad("agent-1", 1, 50)]
