"""How busy are the other agents? Asked once a second, so that a race asks nobody."""

import asyncio
from collections.abc import Callable, Sequence

from voicebot.errors import SharedStateError
from voicebot.ports import AgentDirectory, AgentLoad
from voicebot.telemetry.logs import log_of

ANNOUNCE_EVERY_S = 1.0

log = log_of(__name__)


class Peers:
    """Announces this agent and remembers the others' occupancy."""

    def __init__(self, directory: AgentDirectory, agent: str, max_calls: int) -> None:
        self._directory = directory
        self._agent = agent
        self._max_calls = max_calls
        self._loads: Sequence[float] = ()

    @property
    def loads(self) -> Sequence[float]:
        """Occupancy of each peer, 0 to 1; empty while nothing is known of them."""
        return self._loads

    async def run(self, calls: Callable[[], int]) -> None:
        """Until cancelled; then this agent is withdrawn."""
        is_known = True
        try:
            while True:
                try:
                    await self._directory.announce(AgentLoad(self._agent, calls(), self._max_calls))
                    self._loads = tuple(
                        peer.calls / peer.max_calls
                        for peer in await self._directory.peers()
                        if peer.agent != self._agent
                    )
                    if not is_known:
                        log.info("agent.peers_known_again")
                    is_known = True
                except SharedStateError as error:
                    # Without peers the race still works: it is then decided by chance.
                    self._loads = ()
                    if is_known:
                        log.error("agent.peers_unknown", code=error.code)
                    is_known = False
                await asyncio.sleep(ANNOUNCE_EVERY_S)
        finally:
            try:
                await self._directory.withdraw(self._agent)
            except SharedStateError as error:
                log.warning("agent.not_withdrawn", code=error.code)
