"""Where do a model's replies lie that may be given again to what means the same?

In a stream of Redis, bounded, one for each business as its file is now and each model: when
either changes, what was said before is not found any more, and ends by itself. Each process
reads what is new. What callers said is not kept, only its meaning as a vector and what must
agree; Redis out of order makes it forgetful, never an error.
"""

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import structlog
from pydantic import TypeAdapter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from voicebot.dialogue.business import Business
from voicebot.dialogue.same_meaning import MAX_REPLIES, Marks, Remembered, Replies, marks_of
from voicebot.owned_tasks import OwnedTasks
from voicebot.telemetry.metrics import METRICS
from workers.contract import MODEL_KEY

LIFETIME_S = 7 * 24 * 3600
# So long what was read last counts as new enough.
FRESH_S = 5.0
MODEL_KNOWN_S = 30.0
# Whoever does not finish by then has gone on.
CONFIRMED_WITHIN_S = 20.0
READ_AT_ONCE = MAX_REPLIES
# So many businesses at a time; more than a process has desks.
MAX_SHELVES = 64

_MARKS = TypeAdapter(Marks)

log = structlog.get_logger("inference")


@dataclass(slots=True)
class _Shelf:
    """What one business's callers were answered by one model."""

    replies: Replies = field(default_factory=Replies)
    last_id: str = "0-0"
    read_at_s: float | None = None


class ReplyStore:
    """Fulfils the port `ReplyMemory`. Use as a context manager: it owns what is to be kept."""

    def __init__(
        self,
        redis: Redis,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        shelf: str = "answers",
    ) -> None:
        """`redis` must answer soon: a caller waits. `shelf`: what its keys begin with."""
        self._redis = redis
        self._shelf = shelf
        self._monotonic = monotonic
        self._shelves: dict[str, _Shelf] = {}
        self._keys: dict[int, tuple[Business, str]] = {}
        self._model: str | None = None
        self._model_read_at_s: float | None = None

    async def __aenter__(self) -> "ReplyStore":
        self._tasks = OwnedTasks()
        await self._tasks.__aenter__()
        self._waiting: set[asyncio.Task[None]] = set()
        return self

    async def __aexit__(self, *error: Any) -> None:
        for task in self._waiting:
            task.cancel()
        await self._tasks.__aexit__(*error)

    @property
    def waiting(self) -> int:
        """How many replies are still to be kept."""
        return len(self._waiting)

    async def settled(self) -> None:
        """Waits until none is still to be kept."""
        if self._waiting:
            await asyncio.wait(self._waiting)

    async def recall(self, business: Business, vector: Sequence[float], text: str) -> Sequence[str]:
        key = await self._key(business)
        if key is None:
            return ()
        found = (await self._read(key)).find(vector, text)
        METRICS.recalled(is_found=found is not None)
        return () if found is None else found.phrases

    def keep(
        self,
        business: Business,
        vector: Sequence[float],
        text: str,
        phrases: Sequence[str],
        confirmed: asyncio.Event,
    ) -> None:
        """Once the caller has surely finished."""
        one = Remembered(tuple(vector), marks_of(text), tuple(phrases))
        task = self._tasks.create_task(self._keep(business, one, text, confirmed), name="reply")
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def texts(self, business: Business, limit: int) -> Sequence[str]:
        """The phrases of the latest replies: worth having as speech beforehand."""
        key = await self._key(business)
        if key is None:
            return ()
        replies = await self._read(key)
        return tuple(dict.fromkeys(p for one in replies.latest(limit) for p in one.phrases))

    async def _keep(
        self, business: Business, one: Remembered, text: str, confirmed: asyncio.Event
    ) -> None:
        try:
            async with asyncio.timeout(CONFIRMED_WITHIN_S):
                await confirmed.wait()
        except TimeoutError:
            return
        key = await self._key(business)
        if key is None or (await self._read(key)).find(one.vector, text) is not None:
            return
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.xadd(key, _entry_of(one), maxlen=MAX_REPLIES, approximate=False)
                pipeline.expire(key, LIFETIME_S)
                await pipeline.execute()
        except (RedisError, OSError) as error:
            log.warning("reply.not_kept", error=type(error).__name__)
            return
        self._shelves[key].read_at_s = None

    async def _read(self, key: str) -> Replies:
        while len(self._shelves) >= MAX_SHELVES and key not in self._shelves:
            del self._shelves[next(iter(self._shelves))]
        shelf = self._shelves.setdefault(key, _Shelf())
        now_s = self._monotonic()
        if shelf.read_at_s is not None and now_s - shelf.read_at_s < FRESH_S:
            return shelf.replies
        # Before the wait: while one reads, the others go by what is known.
        shelf.read_at_s = now_s
        try:
            entries: Any = await self._redis.xrange(key, f"({shelf.last_id}", "+", READ_AT_ONCE)
        except (RedisError, OSError) as error:
            log.warning("reply.not_read", error=type(error).__name__)
            return shelf.replies
        if entries:
            shelf.last_id = entries[-1][0].decode()
            shelf.replies.add([_remembered(fields) for _, fields in entries])
        return shelf.replies

    async def _key(self, business: Business) -> str | None:
        """None while it is not known which model answers."""
        model = await self._model_version()
        if model is None:
            return None
        known = self._keys.get(id(business))
        if known is None or known[0] is not business:
            known = business, hashlib.sha256(business.model_dump_json().encode()).hexdigest()
            if len(self._keys) >= MAX_SHELVES:
                self._keys.clear()
            self._keys[id(business)] = known
        return f"{self._shelf}:{hashlib.sha256(f'{known[1]}:{model}'.encode()).hexdigest()}"

    async def _model_version(self) -> str | None:
        now_s = self._monotonic()
        read_at_s = self._model_read_at_s
        if self._model is None or read_at_s is None or now_s - read_at_s > MODEL_KNOWN_S:
            self._model_read_at_s = now_s
            try:
                stored: Any = await self._redis.get(MODEL_KEY)
            except (RedisError, OSError) as error:
                log.warning("reply.model_not_read", error=type(error).__name__)
                stored = None
            if stored is not None:
                self._model = stored.decode()
        return self._model


def _entry_of(one: Remembered) -> dict[Any, Any]:
    return {
        "vector": base64.b64encode(np.asarray(one.vector, dtype=np.float16).tobytes()),
        "marks": _MARKS.dump_json(one.marks),
        "phrases": json.dumps(list(one.phrases)),
    }


def _remembered(fields: Mapping[bytes, bytes]) -> Remembered:
    vector = np.frombuffer(base64.b64decode(fields[b"vector"]), dtype=np.float16)
    return Remembered(
        tuple(vector.astype(float).tolist()),
        _MARKS.validate_json(fields[b"marks"]),
        tuple(json.loads(fields[b"phrases"])),
    )
