"""How is Redis asked, so that every question ends in time?

One deadline per operation, retries included. What redis-py raises leaves here as
SharedStateError; a connection whose answer was not awaited is closed, never reused.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any

from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from voicebot.errors import SharedStateError, SharedStateLate
from voicebot.redis_client import redis_client
from voicebot.telemetry.request_metrics import REDIS, REQUESTS

DEADLINE_MS = 1_000
LET_GO_S = 0.1
# Longest silence on a socket: a watcher blocks for as long as WATCH_MS, and then some.
WATCH_MS = 1_000
_SOCKET_TIMEOUT_S = 5.0


class RedisConnection:
    """A client for the stack's Redis. Connects at its first use, and again when need be."""

    def __init__(self, url: str, *, deadline_ms: int = DEADLINE_MS) -> None:
        self._deadline_ms = deadline_ms
        self.client = redis_client(
            url,
            decode_responses=True,
            socket_timeout=_SOCKET_TIMEOUT_S,
            socket_connect_timeout=_SOCKET_TIMEOUT_S,
            # Once more, at once: that is for a connection which Redis closed while it lay idle.
            retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        )

    async def answer(
        self, operation: str, reply: Awaitable[Any], *, deadline_ms: int | None = None
    ) -> Any:  # redis-py's own types do not know that replies are decoded
        """Waits for a reply, until the deadline at the latest. Raises SharedStateError."""
        with REQUESTS.timed(REDIS, operation):
            return await self._answer(operation, reply, deadline_ms)

    async def _answer(self, operation: str, reply: Awaitable[Any], deadline_ms: int | None) -> Any:
        limit_ms = self._deadline_ms if deadline_ms is None else deadline_ms
        # In a task of its own: redis-py loses about one in a hundred cancellations that race with
        # an answer (8.1, 2026-11), and whoever is cancelled here must end.
        asking = asyncio.ensure_future(reply)
        try:
            await asyncio.wait((asking,), timeout=limit_ms / 1000)
        finally:
            is_late = not asking.done()
            if is_late:
                asking.add_done_callback(_forget)
                asking.cancel()
                # Its connection is given back only when it has really let go of it.
                await asyncio.wait((asking,), timeout=LET_GO_S)
        if is_late:
            raise SharedStateLate(f"{operation}: no answer after {limit_ms} ms")
        if asking.cancelled():
            # By the client itself: to whoever asked it would look like a cancellation of theirs,
            # and end a task for ever without a word.
            raise SharedStateError(f"{operation}: the question was dropped")
        try:
            return asking.result()
        except (RedisError, OSError) as error:
            # Its text may quote what was sent.
            raise SharedStateError(f"{operation}: {type(error).__name__}") from error

    async def close(self) -> None:
        await self.answer("close", self.client.aclose())


def _forget(asking: asyncio.Future[Any]) -> None:
    """What becomes of an answer that nobody waits for is nobody's business."""
    if not asking.cancelled():
        asking.exception()
