"""Which machines with an Asterisk are there, and which have fallen silent?

Every process beside an Asterisk shows its node again and again, on a lease. A node is known until
somebody has looked after what it left behind.
"""

from collections.abc import Set as AbstractSet
from typing import Final

from redis.asyncio.client import Pipeline

from voicebot.shared_state import keys
from voicebot.shared_state.connection import RedisConnection

# Much longer than any process takes to start again.
NODE_LEASE_MS: Final = 30_000

_GONE = """
local gone = {}
for _, name in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  if redis.call('EXISTS', ARGV[1] .. name) == 0 then
    gone[#gone + 1] = name
  end
end
return gone
"""
_FORGET = """
if redis.call('EXISTS', KEYS[2]) == 0 then
  redis.call('SREM', KEYS[1], ARGV[1])
end
"""


class RedisNodePresence:
    """Raises SharedStateError."""

    def __init__(self, connection: RedisConnection, *, lease_ms: int = NODE_LEASE_MS) -> None:
        self._connection = connection
        self._lease_ms = lease_ms
        self._gone = connection.client.register_script(_GONE)
        self._forget = connection.client.register_script(_FORGET)

    async def show(self, node: str) -> None:
        """It is there."""
        async with self._connection.client.pipeline(transaction=True) as pipeline:
            show_node(pipeline, node, self._lease_ms)
            await self._connection.answer("show node", pipeline.execute())

    async def gone(self) -> AbstractSet[str]:
        """Of those known, whom nobody has shown for a lease."""
        reply = self._gone(keys=[keys.NODES], args=[keys.NODE_PREFIX])
        return frozenset(map(str, await self._connection.answer("find gone nodes", reply)))

    async def forget(self, node: str) -> None:
        """Nothing of it is left to be done; one that has shown itself meanwhile stays known."""
        reply = self._forget(keys=[keys.NODES, f"{keys.NODE_PREFIX}{node}"], args=[node])
        await self._connection.answer("forget node", reply)


def show_node(pipeline: Pipeline, node: str, lease_ms: int = NODE_LEASE_MS) -> None:
    """As part of what a process tells anyway."""
    pipeline.set(f"{keys.NODE_PREFIX}{node}", "", px=lease_ms)
    pipeline.sadd(keys.NODES, node)
