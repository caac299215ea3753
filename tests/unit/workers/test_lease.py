"""A worker's key lives as long as the worker."""

import json

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from structlog.testing import capture_logs

from tests.polling import until
from workers.contract import STAGE_LEASE_MS, WORKER_LEASE_S, Stage, queue_key, stage_key, worker_key
from workers.lease import Lease, ReadyWorker

KEY = worker_key(Stage.TTS, "host-1")


def lease(redis: Redis) -> Lease:
    return Lease(redis, Stage.TTS, "host-1", ReadyWorker("piper", "joe", 2, 6, 1, ("en", "de")))


def test_a_lease_tells_the_worker_and_ends_with_it(redis: Redis) -> None:
    with lease(redis):
        until(lambda: redis.exists(KEY), "the lease is taken")
        stored = redis.get(KEY)
        assert isinstance(stored, bytes)
        assert json.loads(stored) == {
            "engine": "piper",
            "model": "joe",
            "slots": 2,
            "conversations": 6,
            "pid": 1,
            "languages": ["en", "de"],
            "pools": [],
            "busy_ms": 0,
        }
        assert 0 < redis.ttl(KEY) <= WORKER_LEASE_S
    assert not redis.exists(KEY)


def test_a_stage_is_kept_alive_by_any_of_its_workers_and_not_for_long_after_the_last(
    redis: Redis,
) -> None:
    key = stage_key(Stage.TTS)
    with lease(redis):
        until(lambda: redis.exists(key), "the stage is alive")
        redis.delete(key)
        until(lambda: redis.exists(key), "it is renewed")
        assert 0 < redis.pttl(key) <= STAGE_LEASE_MS
    until(lambda: not redis.exists(key), "the stage is deserted")


def test_a_worker_outlives_a_redis_that_does_not_answer() -> None:
    # Port 9 (discard) is closed on loopback.
    nobody = Redis(port=9, retry=Retry(NoBackoff(), 0))
    with capture_logs() as logs, lease(nobody):
        until(lambda: logs, "the failure is told")
    assert {line["event"] for line in logs} == {"lease.not_renewed", "lease.not_returned"}


def test_a_worker_of_a_pool_keeps_that_alive_and_not_its_stage(redis: Redis) -> None:
    facts = ReadyWorker("openai", "big", 2, 6, 1, ("en",), pools=("llm.large",))
    with Lease(redis, Stage.LLM, "host-1", facts):
        until(lambda: redis.exists(queue_key("llm.large")), "the pool is there")
        assert not redis.exists(stage_key(Stage.LLM))
