"""Where does a call stand, for whichever agent goes on with it?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from voicebot.calls.model import CallId
from voicebot.shared_state import keys
from voicebot.shared_state.connection import RedisConnection

# Saved at each step of a conversation; a context this old belongs to nobody.
LIFETIME_S = 3_600
# A hundred thousand names on their way.
_LIST_DEADLINE_MS = 5_000
_SCRIPT = Path(__file__).parent / "scripts" / "contexts_save.lua"


class RedisCallContexts:
    """Live contexts of calls in Redis; fulfils `CallContexts`."""

    def __init__(self, connection: RedisConnection, *, lifetime_s: int = LIFETIME_S) -> None:
        self._connection = connection
        self._lifetime_s = lifetime_s
        self._save = connection.client.register_script(_SCRIPT.read_text(encoding="utf-8"))

    async def save(self, call_id: CallId, context: str) -> None:
        reply = self._save(
            keys=[keys.call_context(call_id), keys.CALL_CONTEXTS],
            args=[call_id, context, self._lifetime_s],
        )
        await self._connection.answer("save call context", reply)

    async def load(self, call_id: CallId) -> str | None:
        reply = self._connection.client.get(keys.call_context(call_id))
        context: str | None = await self._connection.answer("load call context", reply)
        return context

    async def kept(self) -> Sequence[CallId]:
        async def unexpired() -> Any:
            now_s, _ = await self._connection.client.time()
            return await self._connection.client.zrangebyscore(
                keys.CALL_CONTEXTS, f"({now_s}", "+inf"
            )

        found = await self._connection.answer(
            "list call contexts", unexpired(), deadline_ms=_LIST_DEADLINE_MS
        )
        return [CallId(call_id) for call_id in found]

    async def forget(self, call_id: CallId) -> None:
        async with self._connection.client.pipeline(transaction=True) as both:
            both.delete(keys.call_context(call_id))
            both.zrem(keys.CALL_CONTEXTS, call_id)
            await self._connection.answer("forget call context", both.execute())
