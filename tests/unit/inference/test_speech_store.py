"""Where does speech lie that was synthesised once?"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from structlog.testing import capture_logs

from voicebot.inference.speech_store import (
    LIFETIME_S,
    SpeechMemory,
    SpeechStore,
    SpokenPhrase,
    speech_key,
)
from workers.contract import SPEECH_ENGINE_KEY

PHRASE = SpokenPhrase("Hello.", "en", "", "ulaw")
AUDIO = bytes(range(256))


@pytest.fixture
async def engine(redis: Redis) -> str:
    await redis.set(SPEECH_ENGINE_KEY, "piper-1/joe")
    return "piper-1/joe"


@pytest.mark.usefixtures("engine")
async def test_what_one_process_kept_another_finds(redis: Redis) -> None:
    await SpeechStore(redis).keep(PHRASE, AUDIO)
    assert await SpeechStore(redis).find(PHRASE) == AUDIO


async def test_speech_lives_on_for_a_week_after_its_last_use(redis: Redis, engine: str) -> None:
    key = speech_key(PHRASE, engine)
    await redis.set(key, AUDIO, ex=10)
    await SpeechStore(redis).find(PHRASE)
    assert LIFETIME_S - 10 < await redis.ttl(key) <= LIFETIME_S


@pytest.mark.usefixtures("engine")
async def test_another_engine_knows_nothing_of_the_first_one_s_speech(redis: Redis) -> None:
    await SpeechStore(redis).keep(PHRASE, AUDIO)
    await redis.set(SPEECH_ENGINE_KEY, "hibari-1/anna")
    assert await SpeechStore(redis).find(PHRASE) is None


async def test_a_process_hears_of_another_engine_before_long(redis: Redis, engine: str) -> None:
    now_s = 0.0
    store = SpeechStore(redis, monotonic=lambda: now_s)
    await store.keep(PHRASE, AUDIO)
    await redis.set(SPEECH_ENGINE_KEY, "hibari-1/anna")
    assert await store.find(PHRASE) == AUDIO
    now_s = 31.0
    assert await store.find(PHRASE) is None


async def test_without_a_known_engine_nothing_is_kept(redis: Redis) -> None:
    store = SpeechStore(redis)
    await store.keep(PHRASE, AUDIO)
    assert await store.find(PHRASE) is None
    assert await redis.keys() == []


@pytest.mark.usefixtures("engine")
async def test_a_redis_out_of_order_makes_it_forgetful_only(redis: Redis) -> None:
    now_s = 0.0
    store = SpeechStore(redis, monotonic=lambda: now_s)
    await store.keep(PHRASE, AUDIO)
    now_s = 31.0
    async with Redis(port=9, retry=Retry(NoBackoff(), 0)) as nobody:
        store._redis = nobody
        with capture_logs() as logs:
            assert await store.find(PHRASE) == AUDIO
            assert await store.find(replace(PHRASE, text="Other.")) is None
            await store.keep(PHRASE, AUDIO)
    assert {line["event"] for line in logs} == {
        "speech.engine_not_read",
        "speech.not_read",
        "speech.not_kept",
    }


@pytest.mark.parametrize("field", ["text", "language", "voice", "encoding"])
def test_whatever_changes_the_sound_changes_the_key(field: str) -> None:
    assert speech_key(replace(PHRASE, **{field: "x"}), "e") != speech_key(PHRASE, "e")
    assert "Hello" not in speech_key(PHRASE, "e")


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.binary(max_size=40)), max_size=40))
def test_memory_never_grows_beyond_its_bound(puts: list[tuple[str, bytes]]) -> None:
    memory = SpeechMemory(max_bytes=100)
    latest: dict[str, bytes] = {}
    for key, audio in puts:
        memory.put(key, audio)
        latest[key] = audio
        found = {key: memory.get(key) for key in "abcdef"}
        assert sum(len(audio) for audio in found.values() if audio is not None) <= 100
        assert found[key] == audio
        assert all(audio in (None, latest.get(key)) for key, audio in found.items())


def test_what_was_used_least_recently_goes_first() -> None:
    memory = SpeechMemory(max_bytes=2)
    memory.put("a", b"1")
    memory.put("b", b"2")
    memory.get("a")
    memory.put("c", b"3")
    assert [memory.get(key) for key in "abc"] == [b"1", None, b"3"]
