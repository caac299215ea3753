"""Where a model's replies lie."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from structlog.testing import capture_logs

from tests.fakes.sample_business import a_business
from tests.polling import tasks_until
from voicebot.dialogue.same_meaning import MAX_REPLIES
from voicebot.inference.reply_store import LIFETIME_S, ReplyStore
from workers.contract import MODEL_KEY

BUSINESS = a_business()
VECTOR = (0.6, 0.8)
TEXT, REPLY = "I had a lovely day.", ("That sounds lovely!",)


@pytest.fixture
async def store(redis: Redis) -> AsyncIterator[ReplyStore]:
    await redis.set(MODEL_KEY, "xllamacpp:small")
    async with ReplyStore(redis) as store:
        yield store


def confirmed() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


async def kept(store: ReplyStore, text: str = TEXT) -> None:
    store.keep(BUSINESS, VECTOR, text, REPLY, confirmed())
    before = store.waiting - 1
    await tasks_until(lambda: store.waiting == before, "the reply is kept")


async def test_what_one_process_kept_another_finds(redis: Redis, store: ReplyStore) -> None:
    await kept(store)
    async with ReplyStore(redis) as another:
        assert await another.recall(BUSINESS, VECTOR, "My day was lovely.") == REPLY
        assert await another.texts(BUSINESS, 5) == REPLY


async def test_the_words_of_callers_are_not_in_redis(redis: Redis, store: ReplyStore) -> None:
    await kept(store, "I had a lovely picnic.")
    (key,) = await redis.keys("answers:*")
    entries = await redis.xrange(key)
    assert b"picnic" not in repr(entries).encode()
    assert 0 < await redis.ttl(key) <= LIFETIME_S


async def test_a_changed_business_or_model_begins_anew(redis: Redis, store: ReplyStore) -> None:
    await kept(store)
    changed = a_business(greeting="Good day, you are speaking with a machine.")
    assert await store.recall(changed, VECTOR, TEXT) == ()
    await redis.set(MODEL_KEY, "xllamacpp:other")
    async with ReplyStore(redis) as another:
        assert await another.recall(BUSINESS, VECTOR, TEXT) == ()


async def test_nothing_is_kept_of_words_that_were_not_the_last(
    redis: Redis, store: ReplyStore
) -> None:
    store.keep(BUSINESS, VECTOR, TEXT, REPLY, asyncio.Event())
    await kept(store, "The weather is lovely.")
    (key,) = await redis.keys("answers:*")
    assert await redis.xlen(key) == 1


async def test_the_same_is_kept_once(redis: Redis, store: ReplyStore) -> None:
    await kept(store)
    async with ReplyStore(redis) as another:
        await kept(another, "My day was lovely.")
    (key,) = await redis.keys("answers:*")
    assert await redis.xlen(key) == 1


async def test_without_a_known_model_nothing_is_found(redis: Redis) -> None:
    async with ReplyStore(redis) as store:
        assert await store.recall(BUSINESS, VECTOR, TEXT) == ()
        assert await store.texts(BUSINESS, 5) == ()


async def test_without_redis_it_is_forgetful() -> None:
    gone = Redis.from_url(
        "redis://127.0.0.1:1/0", socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0)
    )
    with capture_logs() as logs:
        async with ReplyStore(gone) as store:
            assert await store.recall(BUSINESS, VECTOR, TEXT) == ()
    assert [entry["event"] for entry in logs] == ["reply.model_not_read"]
    await gone.aclose()


def test_the_number_of_replies_is_bounded() -> None:
    assert MAX_REPLIES <= 1_000
