"""A worker without Celery or a model: it takes messages from the queue and answers as told."""

import asyncio
import base64
import json
from typing import Any

from redis.asyncio import Redis

from workers.contract import Reply, Stage, reply_stream

LIMIT_S = 30


class FakeWorker:
    """One stage's worker in the hands of a test."""

    def __init__(self, redis: Redis, stage: Stage) -> None:
        self._redis = redis
        self._stage = stage

    async def take(self) -> dict[str, Any]:
        """The next work's message; fails the test when none comes."""
        popped: Any = await self._redis.brpop([self._stage.value], timeout=LIMIT_S)
        assert popped is not None, "no work came"
        envelope = json.loads(popped[1])
        body = json.loads(base64.b64decode(envelope["body"]))
        message: dict[str, Any] = body[0][0]
        return message

    async def answer(self, message: dict[str, Any], *replies: Reply) -> None:
        """Sends replies of which each gets the message's work id."""
        for reply in replies:
            fields: Any = {**reply.to_fields(), "work_id": message["work_id"]}
            await self._redis.xadd(reply_stream(message["reply_to"]), fields)

    async def has_key(self, key: str) -> bool:
        """Whether the key comes to exist before the limit."""
        async with asyncio.timeout(LIMIT_S):
            while not await self._redis.exists(key):  # noqa: ASYNC110 - another task sets it
                await asyncio.sleep(0.005)
        return True
