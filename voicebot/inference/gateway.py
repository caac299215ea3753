"""How does one agent process give work to the workers and get their answers back?

Work goes out through Celery, audio through a key; all answers for this process
come back on one stream, read by one reader and handed out by the work's id. A
work that nobody waits for any more is cancelled, whatever ended the wait: its
iterator was closed, its task cancelled, its deadline passed. Work that nobody is
there to do fails at once, also when it is under way.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import aclosing
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import structlog
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from voicebot.capacity.circuit_breaker import BreakerState
from voicebot.errors import (
    InferenceError,
    InferenceRefused,
    InferenceTimeout,
    SharedStateError,
)
from voicebot.inference.abilities import abilities, queues_to_try
from voicebot.inference.breakers import Breakers, Passage
from voicebot.inference.broker import CeleryBroker
from voicebot.inference.cancellations import Cancellations
from voicebot.inference.inbox import Inbox
from voicebot.inference.languages import language_missing
from voicebot.inference.worker_presence import (
    LOOK_DEADLINE_S,
    LOOK_EVERY_S,
    NO_WORKER,
    REDIS_UNREACHABLE,
    WorkerPresence,
)
from voicebot.line_ports import Abilities
from voicebot.owned_tasks import OwnedTasks
from voicebot.redis_client import redis_client
from workers.contract import (
    KEY_LIFETIME_S,
    FailureReason,
    RecognizeWork,
    Reply,
    ReplyKind,
    Stage,
    SynthesizeWork,
    Work,
    audio_key,
    queue_key,
    queues_of,
    reply_stream,
)

READ_BLOCK_MS = 1_000
READ_COUNT = 500
TRIM_EVERY_S = 2.0
RECONNECT_AFTER_S = 0.2
SOCKET_TIMEOUT_S = 5.0
CLOSE_S = 1.0

log = structlog.get_logger("inference")


def new_work_id() -> str:
    return uuid.uuid4().hex


class InferenceGateway:
    """The workers, as one agent process sees them. Use as a context manager."""

    def __init__(self, redis_url: str, agent: str) -> None:
        self.agent = agent
        self._redis = redis_client(
            redis_url,
            socket_timeout=SOCKET_TIMEOUT_S,
            socket_connect_timeout=SOCKET_TIMEOUT_S,
            # Once more, at once: for a connection that Redis closed while it lay idle.
            retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        )
        self._lookout = redis_client(
            redis_url,
            socket_timeout=LOOK_DEADLINE_S,
            socket_connect_timeout=LOOK_DEADLINE_S,
            retry=Retry(NoBackoff(), 0),
        )
        self._broker = CeleryBroker(redis_url)
        self._stream = reply_stream(agent)
        self._inboxes: dict[str, tuple[str, Inbox]] = {}
        self._cancellations = Cancellations(self._redis)
        self._breakers = Breakers()
        self._last_id = "0-0"
        # redis-py loses about one cancellation in a hundred when an answer arrives with it
        # (8.1, seen 2026-11), so the runners look here as well.
        self._is_closing = False

    async def __aenter__(self) -> Self:
        """Connects; raises SharedStateError when Redis does not answer."""
        try:
            # What an earlier process of the same name was answered is nobody's business here.
            newest: Any = await self._redis.xrevrange(self._stream, count=1)
        except (RedisError, OSError) as error:
            raise SharedStateError(f"Redis is not reached: {type(error).__name__}") from error
        if newest:
            self._last_id = newest[0][0].decode()
        await self._broker.warm_up()
        self._presence = WorkerPresence(time.monotonic())
        self._tasks = OwnedTasks()
        await self._tasks.__aenter__()
        self._runners = (
            self._tasks.create_task(self._look_for_workers(), name="inference-presence"),
            self._tasks.create_task(self._read_replies(), name="inference-replies"),
            self._tasks.create_task(self._tell_unwanted(), name="inference-cancellations"),
        )
        return self

    async def __aexit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_closing = True
        for runner in self._runners:
            runner.cancel()
        try:
            await self._tasks.__aexit__(error_type, error, traceback)
        finally:
            await self._close()

    async def replies(
        self,
        stage: Stage,
        work: Work,
        *,
        deadline_s: float,
        audio: bytes | None = None,
        pool: str = "",
    ) -> AsyncGenerator[Reply]:
        """All replies to one piece of work, the last included; raises InferenceError.

        `pool`: whose workers are wanted; others do it when there are none, when their breaker is
        open, or when they go before they have begun. Close it (`contextlib.aclosing`), and the
        work is cancelled unless it has ended.
        """
        loop = asyncio.get_running_loop()
        until_s = loop.time() + deadline_s
        has_begun = False
        while True:
            absence = self.absence_of(stage)
            if absence is not None:
                raise InferenceRefused(stage.value, absence)
            queues = self._presence.queues_for(stage, pool)
            left_s = until_s - loop.time()
            passage = self._breakers.admit(stage, queues, work, left_s, loop.time())
            try:
                async with aclosing(self._replies(stage, work, passage, left_s, audio)) as replies:
                    async for reply in replies:
                        has_begun = True
                        passage.answered(loop.time())
                        yield reply
            except BaseException as error:
                self._breakers.failed(passage, error, loop.time())
                is_deserted = isinstance(error, InferenceRefused) and error.reason == NO_WORKER
                others = self._presence.queues_for(stage)
                if has_begun or not is_deserted or others[0] == passage.queue:
                    raise
                log.info("inference.other_pool", stage=stage.value, queue=others[0])
                pool, work = "", replace(work, work_id=new_work_id())
            else:
                self._breakers.worked(passage, loop.time())
                return

    async def _replies(
        self, stage: Stage, work: Work, passage: Passage, deadline_s: float, audio: bytes | None
    ) -> AsyncGenerator[Reply]:
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        inbox = Inbox(work.work_id)
        self._inboxes[work.work_id] = (passage.queue, inbox)
        try:
            async with asyncio.timeout_at(started_s + deadline_s) as inbox.handing_over:
                await self._submit(stage, work, passage.queue, audio)
            inbox.handing_over = None
            while True:
                reply = await inbox.next_reply(started_s + deadline_s)
                if reply.kind is ReplyKind.FAILED:
                    raise _failure(stage, work, reply, round((loop.time() - started_s) * 1000))
                yield reply
                if reply.kind in (ReplyKind.FINISHED, ReplyKind.TRANSCRIPT):
                    return
        except TimeoutError as error:
            if inbox.given_up:
                raise InferenceRefused(stage.value, inbox.given_up) from error
            waited_ms = round((loop.time() - started_s) * 1000)
            raise InferenceTimeout(stage.value, waited_ms) from error
        finally:
            del self._inboxes[work.work_id]
            if not inbox.has_ended:
                self._cancellations.cancel(work.work_id)

    def absence_of(self, stage: Stage) -> str | None:
        """Why no work of this stage can be done now; None: it can."""
        return self._presence.absence_of(stage)

    def pools_of(self, stage: Stage) -> Collection[str]:
        """The pools of a stage that somebody works for now, and that work may go to."""
        now = asyncio.get_running_loop().time()
        pools = self._presence.pools_of(stage)
        return frozenset(pool for pool in pools if self._breakers.would_pass(pool, now))

    def breakers(self) -> Mapping[str, BreakerState]:
        """Of every queue, a stage's own or a pool's."""
        return self._breakers.states()

    def abilities(self) -> Abilities:
        """What the workers can do now."""
        return abilities(self._presence, self._breakers, asyncio.get_running_loop().time())

    def queues_to_try(self) -> Collection[str]:
        """Queues of ready workers that failed, and may be tried again now."""
        return queues_to_try(self._presence, self._breakers, asyncio.get_running_loop().time())

    def deadline_at_s(self, deadline_s: float) -> float:
        """The deadline as workers on other machines read it."""
        return time.time() + deadline_s

    async def _submit(self, stage: Stage, work: Work, queue: str, audio: bytes | None) -> None:
        try:
            if audio is not None:
                await self._redis.set(audio_key(work.work_id), audio, ex=KEY_LIFETIME_S)
            await self._broker.publish(stage, work, queue)
        except (RedisError, SharedStateError) as error:
            raise InferenceRefused(stage.value, REDIS_UNREACHABLE) from error

    async def _tell_unwanted(self) -> None:
        while not self._is_closing:
            await self._cancellations.tell_next()

    async def _look_for_workers(self) -> None:
        queues = [queue for stage in Stage for queue in queues_of(stage)]
        while not self._is_closing:
            try:
                async with self._lookout.pipeline(transaction=False) as pipeline:
                    pipeline.mget([queue_key(queue) for queue in queues])
                    pipeline.time()
                    kept, (redis_s, redis_us) = await pipeline.execute()
            except (RedisError, OSError):
                self._presence.saw_nothing(time.monotonic())
            else:
                present = [
                    queue for queue, key in zip(queues, kept, strict=True) if key is not None
                ]
                self._presence.saw(present, time.monotonic(), redis_s + redis_us / 1e6)
            self._give_up_what_nobody_does()
            await asyncio.sleep(LOOK_EVERY_S)

    def _give_up_what_nobody_does(self) -> None:
        for queue, inbox in self._inboxes.values():
            absence = self._presence.absence_from(queue)
            if absence is not None and not inbox.given_up and not inbox.has_ended:
                log.warning("inference.given_up", queue=queue, reason=absence)
                inbox.give_up(absence)

    async def _read_replies(self) -> None:
        loop = asyncio.get_running_loop()
        trimmed_at_s = loop.time()
        while not self._is_closing:
            try:
                streams: Any = await self._redis.xread(
                    {self._stream: self._last_id}, count=READ_COUNT, block=READ_BLOCK_MS
                )
                for _, entries in streams:
                    self._hand_out(entries)
                if loop.time() - trimmed_at_s > TRIM_EVERY_S:
                    trimmed_at_s = loop.time()
                    await self._keep_stream()
            except (RedisError, OSError) as error:
                log.warning("inference.replies_interrupted", error=type(error).__name__)
                await asyncio.sleep(RECONNECT_AFTER_S)

    async def _keep_stream(self) -> None:
        """Trims it, and lets it live as long as this process.

        A stream that ended and begins anew numbers its entries by the clock; were that set back,
        they would come before those that were read, and never be seen.
        """
        newest: Any = await self._redis.xrevrange(self._stream, count=1)
        if newest and _order_of(newest[0][0]) < _order_of(self._last_id.encode()):
            self._last_id = "0-0"  # it has begun anew all the same, as after two jumps of a clock
            return
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.xtrim(self._stream, minid=self._last_id, approximate=True)
            pipeline.expire(self._stream, KEY_LIFETIME_S)
            await pipeline.execute()

    def _hand_out(self, entries: list[tuple[bytes, dict[bytes, bytes]]]) -> None:
        for entry_id, fields in entries:
            self._last_id = entry_id.decode()
            try:
                reply = Reply.from_fields(fields)
            except (KeyError, ValueError) as error:
                log.error("inference.reply_malformed", error=type(error).__name__)
                continue
            # No inbox: the work was given up while its reply was under way.
            _, inbox = self._inboxes.get(reply.work_id, (None, None))
            if inbox is not None and not inbox.put(reply):
                log.warning("inference.reply_not_read", work_id=reply.work_id)
                self._cancellations.cancel(reply.work_id)

    async def _close(self) -> None:
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._cancellations.tell_rest()
                await self._broker.close()
                await self._lookout.aclose()
                await self._redis.aclose()
        except TimeoutError:
            log.warning("inference.closed_late")


def _order_of(entry_id: bytes) -> tuple[int, int]:
    at_ms, _, number = entry_id.partition(b"-")
    return int(at_ms), int(number)


def _failure(stage: Stage, work: Work, reply: Reply, waited_ms: int) -> InferenceError:
    if reply.reason == FailureReason.EXPIRED:
        return InferenceTimeout(stage.value, waited_ms)
    if reply.reason == FailureReason.LANGUAGE_UNSUPPORTED and isinstance(
        work, RecognizeWork | SynthesizeWork
    ):
        return language_missing(stage, work.language)
    return InferenceRefused(stage.value, reply.reason)
