"""Where does a call stand, for whichever agent goes on with it?"""

from voicebot.calls.model import CallId
from voicebot.shared_state import keys
from voicebot.shared_state.connection import RedisConnection

# Saved at each step of a conversation; a context this old belongs to nobody.
LIFETIME_S = 3_600


class RedisCallContexts:
    """Live contexts of calls in Redis; fulfils `CallContexts`."""

    def __init__(self, connection: RedisConnection, *, lifetime_s: int = LIFETIME_S) -> None:
        self._connection = connection
        self._lifetime_s = lifetime_s

    async def save(self, call_id: CallId, context: str) -> None:
        reply = self._connection.client.set(
            keys.call_context(call_id), context, ex=self._lifetime_s
        )
        await self._connection.answer("save call context", reply)

    async def load(self, call_id: CallId) -> str | None:
        reply = self._connection.client.get(keys.call_context(call_id))
        context: str | None = await self._connection.answer("load call context", reply)
        return context

    async def forget(self, call_id: CallId) -> None:
        reply = self._connection.client.delete(keys.call_context(call_id))
        await self._connection.answer("forget call context", reply)
