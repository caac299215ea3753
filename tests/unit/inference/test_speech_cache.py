"""Must a phrase be synthesised again?"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from tests.polling import asked_until, tasks_until
from voicebot.audio.frames import Encoding
from voicebot.calls.model import CallId
from voicebot.errors import InferenceRefused, InferenceTimeout
from voicebot.inference.spare_speech import SpareSpeech
from voicebot.inference.speech_cache import CachedSynthesizer
from voicebot.inference.speech_store import SpeechStore
from voicebot.ports import Synthesizer
from workers.contract import SPEECH_ENGINE_KEY, USAGE_LIFETIME_S, usage_key

CALL = CallId("node1-1.1")
LONG_S = 20.0


class SlowSynthesizer:
    """Makes two chunks; the second only when the test lets it."""

    def __init__(self) -> None:
        self.begun = 0
        self.closed = 0
        self.may_go_on = asyncio.Event()
        self.failure: InferenceRefused | None = None
        self.is_gone = False

    async def synthesize(
        self,
        call_id: CallId,
        text: str,
        *,
        encoding: Encoding,
        language: str,
        voice: str,
        deadline_s: float,
    ) -> AsyncGenerator[bytes]:
        self.begun += 1
        if self.is_gone:
            raise InferenceRefused("tts", "no-worker")
        try:
            yield b"first "
            await self.may_go_on.wait()
            if self.failure is not None:
                raise self.failure
            yield text.encode()
        finally:
            self.closed += 1


@pytest.fixture
def inner() -> SlowSynthesizer:
    return SlowSynthesizer()


@pytest.fixture
async def cached(redis: Redis, inner: SlowSynthesizer) -> AsyncIterator[CachedSynthesizer]:
    await redis.set(SPEECH_ENGINE_KEY, "engine")
    async with CachedSynthesizer(inner, SpeechStore(redis)) as synthesizer:
        yield synthesizer


def phrase(
    cached: CachedSynthesizer, text: str = "Hello.", deadline_s: float = LONG_S
) -> AsyncGenerator[bytes]:
    return cached.synthesize(
        CALL, text, encoding=Encoding.ULAW, language="en", voice="", deadline_s=deadline_s
    )


async def heard(cached: CachedSynthesizer, text: str = "Hello.") -> bytes:
    return b"".join([chunk async for chunk in phrase(cached, text)])


async def test_it_is_a_synthesizer(cached: CachedSynthesizer) -> None:
    synthesizer: Synthesizer = cached
    assert synthesizer is cached


async def test_a_phrase_is_synthesised_once_and_heard_again_from_the_cache(
    cached: CachedSynthesizer, inner: SlowSynthesizer
) -> None:
    inner.may_go_on.set()
    assert await heard(cached) == b"first Hello."
    await tasks_until(lambda: inner.closed >= 1, "the synthesis is closed", LONG_S)
    # The end is told before the phrase is kept; whoever asks in between shares the synthesis.
    assert await heard(cached) == b"first Hello."
    assert inner.begun == 1


async def test_what_was_spoken_is_at_hand_in_that_encoding(
    cached: CachedSynthesizer, inner: SlowSynthesizer
) -> None:
    async def is_at_hand(encoding: Encoding) -> bool:
        return await cached.is_at_hand("Hello.", encoding=encoding, language="en", voice="")

    assert not await is_at_hand(Encoding.ULAW)
    inner.may_go_on.set()
    await heard(cached)
    await asked_until(lambda: is_at_hand(Encoding.ULAW), "the phrase is kept", LONG_S)
    assert not await is_at_hand(Encoding.SLIN16)


async def test_the_first_sound_does_not_wait_for_the_last(
    cached: CachedSynthesizer, inner: SlowSynthesizer
) -> None:
    async with aclosing(phrase(cached)) as chunks:
        assert await anext(chunks) == b"first "
        inner.may_go_on.set()
        assert await anext(chunks) == b"Hello."


async def test_calls_that_say_the_same_at_once_share_one_synthesis(
    cached: CachedSynthesizer, inner: SlowSynthesizer
) -> None:
    async with aclosing(phrase(cached)) as early:
        assert await anext(early) == b"first "
        inner.may_go_on.set()
        assert await heard(cached) == b"first Hello."
        assert await anext(early) == b"Hello."
    assert inner.begun == 1


async def test_one_listener_s_leaving_does_not_cut_off_the_other(
    cached: CachedSynthesizer, inner: SlowSynthesizer
) -> None:
    leaver, stayer = phrase(cached), phrase(cached)
    await anext(leaver)
    await anext(stayer)
    await leaver.aclose()
    inner.may_go_on.set()
    assert [chunk async for chunk in stayer] == [b"Hello."]


async def test_when_nobody_listens_any_more_the_synthesis_ends_and_nothing_is_kept(
    cached: CachedSynthesizer, inner: SlowSynthesizer, redis: Redis
) -> None:
    async with aclosing(phrase(cached)) as chunks:
        await anext(chunks)
    await tasks_until(lambda: inner.closed >= 1, "the synthesis is closed", LONG_S)
    assert await redis.keys("speech:*") == [SPEECH_ENGINE_KEY.encode()]
    inner.may_go_on.set()
    assert await heard(cached) == b"first Hello."
    assert inner.begun == 2


async def test_a_failure_reaches_every_listener_and_is_not_kept(
    cached: CachedSynthesizer, inner: SlowSynthesizer, redis: Redis
) -> None:
    inner.failure = InferenceRefused("tts", "engine-failed")
    one, other = phrase(cached), phrase(cached)
    await anext(one)
    await anext(other)
    inner.may_go_on.set()
    for listener in (one, other):
        with pytest.raises(InferenceRefused, match="engine-failed"):
            await anext(listener)
    assert await redis.keys("speech:*") == [SPEECH_ENGINE_KEY.encode()]


async def test_a_listener_waits_no_longer_than_its_own_deadline(
    cached: CachedSynthesizer,
) -> None:
    patient, hasty = phrase(cached), phrase(cached, deadline_s=0.05)
    await anext(patient)
    await anext(hasty)
    with pytest.raises(InferenceTimeout):
        await anext(hasty)
    await patient.aclose()


async def test_phrases_are_warmed_before_anybody_needs_them(
    cached: CachedSynthesizer, inner: SlowSynthesizer
) -> None:
    inner.may_go_on.set()
    await cached.warm(["Hello.", "Bye."], encoding=Encoding.ULAW, language="en", voice="")
    assert inner.begun == 2
    await heard(cached, "Bye.")
    assert inner.begun == 2


async def test_closing_the_cache_ends_what_is_under_way(
    redis: Redis, inner: SlowSynthesizer
) -> None:
    await redis.set(SPEECH_ENGINE_KEY, "engine")
    async with CachedSynthesizer(inner, SpeechStore(redis)) as cached:
        listener = phrase(cached)
        await anext(listener)
    assert inner.closed == 1
    with pytest.raises(InferenceRefused):
        await anext(listener)


async def test_what_was_warmed_is_said_without_redis_and_workers_also_by_other_encodings(
    inner: SlowSynthesizer,
) -> None:
    async with Redis(port=9, retry=Retry(NoBackoff(), 0)) as nobody:
        spare = SpareSpeech()
        inner.may_go_on.set()
        async with CachedSynthesizer(inner, SpeechStore(nobody), spare) as cached:
            await cached.warm(["Sorry."], encoding=Encoding.ULAW, language="en", voice="")
        inner.is_gone = True
        async with CachedSynthesizer(inner, SpeechStore(nobody), spare) as cached:
            assert await heard(cached, "Sorry.") == b"first Sorry."
            in_alaw = cached.synthesize(
                CALL, "Sorry.", encoding=Encoding.ALAW, language="en", voice="", deadline_s=1.0
            )
            assert len(b"".join([chunk async for chunk in in_alaw])) == len(b"first Sorry.")
            with pytest.raises(InferenceRefused):
                await heard(cached, "Never warmed.")


async def test_speech_that_breaks_off_is_not_begun_again_from_the_spare(
    cached: CachedSynthesizer, inner: SlowSynthesizer, redis: Redis
) -> None:
    inner.may_go_on.set()
    await cached.warm(["Hello."], encoding=Encoding.ULAW, language="en", voice="")
    await redis.set(SPEECH_ENGINE_KEY, "another engine")
    inner.may_go_on.clear()
    inner.failure = InferenceRefused("tts", "engine-failed")
    in_slin16 = cached.synthesize(
        CALL, "Hello.", encoding=Encoding.SLIN16, language="en", voice="", deadline_s=LONG_S
    )
    assert await anext(in_slin16) == b"first "
    inner.may_go_on.set()
    with pytest.raises(InferenceRefused):
        await anext(in_slin16)


async def test_what_is_at_hand_is_said_without_asking_anybody(
    cached: CachedSynthesizer, inner: SlowSynthesizer
) -> None:
    inner.may_go_on.set()
    await cached.warm(["Hello."], encoding=Encoding.ULAW, language="en", voice="")
    inner.may_go_on.clear()
    assert await heard(cached, "Hello.") == b"first Hello."


async def test_what_is_written_otherwise_and_sounds_alike_is_synthesised_once(
    cached: CachedSynthesizer, inner: SlowSynthesizer
) -> None:
    inner.may_go_on.set()
    await cached.warm(["It is $5."], encoding=Encoding.ULAW, language="en", voice="")
    inner.may_go_on.clear()
    assert await heard(cached, "It is five dollars.") == b"first It is five dollars."


async def test_what_nobody_had_to_make_counts_for_the_call_that_hears_it(
    cached: CachedSynthesizer, inner: SlowSynthesizer, redis: Redis
) -> None:
    inner.may_go_on.set()
    await cached.warm(["Hello."], encoding=Encoding.ULAW, language="en", voice="")
    name = "tts.kept_characters"
    assert await redis.hget(usage_key(CALL), name) is None
    await heard(cached, "Bye.")
    assert await redis.hget(usage_key(CALL), name) is None
    for _ in range(2):
        await heard(cached, "Hello.")

    async def is_counted() -> bool:
        return bool(await redis.hget(usage_key(CALL), name) == b"12")

    assert await asked_until(is_counted, "both are counted")
    assert 0 < await redis.ttl(usage_key(CALL)) <= USAGE_LIFETIME_S
