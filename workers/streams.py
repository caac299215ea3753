"""How does a worker hear about one piece of work, and answer it, over Redis?

Audio in: one key, taken once. Answers out: entries of the reply stream of the
agent that asked, bounded in number and in age. In between: is the answer still
wanted? Blocking, because Celery's threads are.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from redis import Redis

from workers.contract import (
    KEY_LIFETIME_S,
    REPLY_STREAM_MAX_ENTRIES,
    USAGE_LIFETIME_S,
    FailureReason,
    Reply,
    Unit,
    Work,
    audio_key,
    cancel_key,
    reply_stream,
    usage_key,
)
from workers.errors import WorkFailed


@dataclass(frozen=True, slots=True)
class WorkChannel:
    """One piece of work, as a worker sees it."""

    work: Work
    redis: Redis
    time_left_s: Callable[[], float]  # until its deadline
    queue: str = ""  # the worker's own: a stage, or a pool
    spent: Counter[Unit] = field(default_factory=Counter)

    def take_audio(self) -> bytes:
        """The utterance, which is gone from Redis afterwards; raises WorkFailed."""
        audio = cast("bytes | None", self.redis.getdel(audio_key(self.work.work_id)))
        if audio is None:
            raise WorkFailed(FailureReason.AUDIO_MISSING)
        return audio

    def why_unwanted(self) -> FailureReason | None:
        """Why nobody waits for the answer any more; None while somebody does."""
        if self.time_left_s() <= 0:
            return FailureReason.EXPIRED
        if self.redis.exists(cancel_key(self.work.work_id)):
            return FailureReason.CANCELLED
        return None

    def check_wanted(self) -> None:
        """Raises WorkFailed when nobody waits for the answer any more."""
        reason = self.why_unwanted()
        if reason is not None:
            raise WorkFailed(reason)

    def spend(self, unit: Unit, quantity: int) -> None:
        """Counts it for the call; told with the last answer, wanted or not."""
        self.spent[unit] += quantity

    def send(self, reply: Reply) -> None:
        """Appends one answer; the stream outlives a dead agent by KEY_LIFETIME_S at most."""
        self._send(reply, {})

    def send_last(self, reply: Reply) -> None:
        """Appends the last answer, and tells what was spent on the call in the same trip."""
        self._send(reply, self.spent if self.work.call_id else {})

    def _send(self, reply: Reply, spent: Mapping[Unit, int]) -> None:
        stream, usage = reply_stream(self.work.reply_to), usage_key(self.work.call_id)
        with self.redis.pipeline(transaction=False) as pipeline:
            pipeline.xadd(
                stream,
                cast("dict[Any, Any]", reply.to_fields()),
                maxlen=REPLY_STREAM_MAX_ENTRIES,
                approximate=True,
            )
            pipeline.expire(stream, KEY_LIFETIME_S)
            for unit, quantity in spent.items():
                pipeline.hincrby(usage, f"{self.queue}.{unit.value}", quantity)
            if spent:
                pipeline.expire(usage, USAGE_LIFETIME_S)
            pipeline.execute()
