"""Works that nobody waits for, told to a real Redis."""

from redis.asyncio import Redis
from structlog.testing import capture_logs

from voicebot.inference.cancellations import MAX_UNTOLD, Cancellations
from workers.contract import audio_key, cancel_key


async def test_all_that_have_come_are_told_at_once_and_their_audio_is_gone(redis: Redis) -> None:
    cancellations = Cancellations(redis)
    await redis.set(audio_key("w1"), b"audio")
    cancellations.cancel("w1")
    cancellations.cancel("w2")
    await cancellations.tell_next()
    assert await redis.exists(cancel_key("w1"), cancel_key("w2")) == 2
    assert not await redis.exists(audio_key("w1"))


async def test_the_rest_is_told_at_the_end(redis: Redis) -> None:
    cancellations = Cancellations(redis)
    await cancellations.tell_rest()
    cancellations.cancel("w1")
    await cancellations.tell_rest()
    assert await redis.exists(cancel_key("w1"))


async def test_what_finds_no_room_is_lost_and_said_so(redis: Redis) -> None:
    cancellations = Cancellations(redis)
    with capture_logs() as logs:
        for number in range(MAX_UNTOLD + 1):
            cancellations.cancel(f"w{number}")
    assert [each["work_id"] for each in logs] == [f"w{MAX_UNTOLD}"]


async def test_without_redis_the_works_end_at_their_deadlines() -> None:
    redis = Redis.from_url("redis://127.0.0.1:1")
    cancellations = Cancellations(redis)
    cancellations.cancel("w1")
    with capture_logs() as logs:
        await cancellations.tell_rest()
    assert [each["event"] for each in logs] == ["inference.cancellation_lost"]
    await redis.aclose()
