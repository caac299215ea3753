"""What do the live pools have to do at this instant?

The agents' entries tell how many calls there are, the stages' queues what waits.
"""

from voicebot.after_call.room import LiveLoad
from voicebot.errors import SharedStateError
from voicebot.shared_state.agent_directory import RedisAgentDirectory
from voicebot.shared_state.connection import RedisConnection
from workers.contract import Stage


class LivePools:
    """Looks whenever it is asked."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection
        self._agents = RedisAgentDirectory(connection)

    async def load(self) -> LiveLoad | None:
        """None while Redis does not answer: then nobody knows."""
        try:
            agents = await self._agents.peers()
            async with self._connection.client.pipeline(transaction=False) as pipeline:
                for stage in Stage:
                    pipeline.llen(stage.value)
                waiting = await self._connection.answer("look at queues", pipeline.execute())
        except SharedStateError:
            return None
        return LiveLoad(sum(agent.calls for agent in agents), sum(map(int, waiting)))
