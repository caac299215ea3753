"""How are the workers told of works that nobody waits for any more?

Telling never makes a call wait: what is not told yet lies in a bounded queue, and a work that finds
no room there ends at its deadline instead.
"""

import asyncio

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from workers.contract import KEY_LIFETIME_S, audio_key, cancel_key

# Works whose cancelling is not told yet; more than this are left to their deadlines.
MAX_UNTOLD = 10_000

log = structlog.get_logger("inference")


class Cancellations:
    """`tell_next` over and over, and `tell_rest` at the end."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._untold: asyncio.Queue[str] = asyncio.Queue(MAX_UNTOLD)

    def cancel(self, work_id: str) -> None:
        """Never waits: it is called while a call is being torn down."""
        try:
            self._untold.put_nowait(work_id)
        except asyncio.QueueFull:
            log.warning("inference.cancellation_lost", work_id=work_id)

    async def tell_next(self) -> None:
        """Waits for one, and tells it with all others that have come."""
        await self._tell([await self._untold.get(), *self._taken()])

    async def tell_rest(self) -> None:
        left = self._taken()
        if left:
            await self._tell(left)

    def _taken(self) -> list[str]:
        return [self._untold.get_nowait() for _ in range(self._untold.qsize())]

    async def _tell(self, work_ids: list[str]) -> None:
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for work_id in work_ids:
                    pipeline.set(cancel_key(work_id), b"1", ex=KEY_LIFETIME_S)
                    pipeline.delete(audio_key(work_id))
                await pipeline.execute()
        except (RedisError, OSError) as error:
            # The works end at their deadlines instead.
            log.warning("inference.cancellation_lost", error=type(error).__name__)
