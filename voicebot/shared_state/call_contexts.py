"""Where does a call stand, for whichever agent goes on with it?"""

from collections.abc import Sequence

from voicebot.calls.model import CallId
from voicebot.shared_state import keys
from voicebot.shared_state.connection import RedisConnection

# Saved at each step of a conversation; a context this old belongs to nobody.
LIFETIME_S = 3_600
# Redis looks through all its keys, a few thousand at a time.
_SCAN_COUNT = 1_000
_SCAN_DEADLINE_MS = 5_000


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

    async def kept(self) -> Sequence[CallId]:
        async def scan() -> Sequence[str]:
            pattern = keys.call_context(CallId("*"))
            found = self._connection.client.scan_iter(match=pattern, count=_SCAN_COUNT)
            return [key async for key in found]

        found = await self._connection.answer(
            "list call contexts", scan(), deadline_ms=_SCAN_DEADLINE_MS
        )
        prefix = keys.call_context(CallId(""))
        return [CallId(key.removeprefix(prefix)) for key in found]

    async def forget(self, call_id: CallId) -> None:
        reply = self._connection.client.delete(keys.call_context(call_id))
        await self._connection.answer("forget call context", reply)
