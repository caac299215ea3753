"""Which agent processes are alive, and how busy are they?

Each entry lives on a lease that its agent renews by announcing itself again; an
agent that died is gone when its lease ends.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict

from voicebot.errors import SharedStateError
from voicebot.ports import AgentLoad
from voicebot.shared_state import keys
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.node_presence import show_node

LEASE_MS = 3_000

# Reads the live entries and forgets the names of the others in one step: in two, the name of an
# agent that announced itself in between would be lost until its next announcement.
# Whoever is gone drains no more either.
_PEERS = """
local live = {}
for _, name in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local entry = redis.call('GET', ARGV[1] .. name)
  if entry then
    live[#live + 1] = entry
  else
    redis.call('SREM', KEYS[1], name)
  end
end
for _, name in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  if redis.call('EXISTS', ARGV[1] .. name) == 0 then
    redis.call('SREM', KEYS[2], name)
  end
end
return live
"""


class RedisAgentDirectory:
    """The agents' entries in Redis; fulfils `AgentDirectory`."""

    def __init__(
        self, connection: RedisConnection, *, node: str = "", lease_ms: int = LEASE_MS
    ) -> None:
        """`node`: is shown with each announcement."""
        self._connection = connection
        self._node = node
        self._lease_ms = lease_ms
        self._peers = connection.client.register_script(_PEERS)

    async def announce(self, load: AgentLoad) -> None:
        """Says how busy the agent is, and renews its lease."""
        async with self._connection.client.pipeline(transaction=True) as pipeline:
            pipeline.set(keys.agent(load.agent), json.dumps(asdict(load)), px=self._lease_ms)
            pipeline.sadd(keys.AGENTS, load.agent)
            if self._node:
                show_node(pipeline, self._node)
            await self._connection.answer("announce agent", pipeline.execute())

    async def peers(self) -> Sequence[AgentLoad]:
        """All live entries in order of name, the asking agent's own included."""
        reply = self._peers(keys=[keys.AGENTS, keys.AGENTS_DRAINING], args=[keys.AGENT_PREFIX])
        entries = await self._connection.answer("list agents", reply)
        return sorted((_load(entry) for entry in entries), key=lambda load: load.agent)

    async def withdraw(self, agent: str) -> None:
        """Ends the agent's lease now."""
        async with self._connection.client.pipeline(transaction=True) as pipeline:
            pipeline.delete(keys.agent(agent))
            pipeline.srem(keys.AGENTS, agent)
            pipeline.srem(keys.AGENTS_DRAINING, agent)
            await self._connection.answer("withdraw agent", pipeline.execute())


def _load(entry: str) -> AgentLoad:
    try:
        parsed = json.loads(entry)
        return AgentLoad(str(parsed["agent"]), int(parsed["calls"]), int(parsed["max_calls"]))
    except (ValueError, KeyError, TypeError) as error:
        raise SharedStateError("an agent's entry is not understood") from error
