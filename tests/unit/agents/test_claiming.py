"""What an agent knows of the others' load."""

import asyncio
from contextlib import suppress

import pytest

from tests.fakes.outages import FlakyDirectory
from tests.fakes.virtual_time import passes, settle
from voicebot.agents.claiming import ANNOUNCE_EVERY_S, Peers
from voicebot.ports import AgentLoad

OWN, PEER = "voicebot-a-1", "voicebot-a-2"


@pytest.fixture
def directory() -> FlakyDirectory:
    return FlakyDirectory()


class Announcing:
    """An agent among its peers, until the block is left."""

    def __init__(self, directory: FlakyDirectory) -> None:
        self.peers = Peers(directory, OWN, max_calls=10)
        self.calls = 0

    async def __aenter__(self) -> "Announcing":
        self._run = asyncio.create_task(self.peers.run(lambda: self.calls))
        await settle()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._run.cancel()
        with suppress(asyncio.CancelledError):
            await self._run


async def test_an_agent_tells_its_load_again_and_again(directory: FlakyDirectory) -> None:
    async with Announcing(directory) as agent:
        assert await directory.peers() == [AgentLoad(OWN, 0, 10)]
        agent.calls = 3
        await passes(ANNOUNCE_EVERY_S)
        assert await directory.peers() == [AgentLoad(OWN, 3, 10)]


async def test_an_agent_knows_the_occupancy_of_the_others_and_not_its_own(
    directory: FlakyDirectory,
) -> None:
    async with Announcing(directory) as agent:
        assert list(agent.peers.loads) == []
        await directory.announce(AgentLoad(PEER, 5, 20))
        await passes(ANNOUNCE_EVERY_S)
        assert list(agent.peers.loads) == [0.25]


async def test_without_redis_an_agent_knows_of_nobody_and_goes_on(
    directory: FlakyDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    await directory.announce(AgentLoad(PEER, 5, 20))
    async with Announcing(directory) as agent:
        directory.is_away = True
        await passes(5 * ANNOUNCE_EVERY_S)
        assert list(agent.peers.loads) == []
        directory.is_away = False
        await passes(ANNOUNCE_EVERY_S)
        assert list(agent.peers.loads) == [0.25]
    output = capsys.readouterr().out
    assert output.count("agent.peers_unknown") == 1
    assert output.count("agent.peers_known_again") == 1


async def test_an_agent_that_ends_is_withdrawn(directory: FlakyDirectory) -> None:
    async with Announcing(directory):
        pass
    assert await directory.peers() == []


async def test_an_agent_ends_without_redis_too(directory: FlakyDirectory) -> None:
    async with Announcing(directory):
        directory.is_away = True
