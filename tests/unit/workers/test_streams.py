"""One piece of work over a real Redis."""

import pytest
from redis import Redis

from tests.unit.workers.replies import told
from workers.contract import (
    KEY_LIFETIME_S,
    USAGE_LIFETIME_S,
    FailureReason,
    Reply,
    ReplyKind,
    SynthesizeWork,
    Unit,
    audio_key,
    cancel_key,
    reply_stream,
    usage_key,
)
from workers.errors import WorkFailed
from workers.streams import WorkChannel

NOW_S = 1_000.0


def work(deadline_at_s: float = NOW_S + 1) -> SynthesizeWork:
    return SynthesizeWork("w1", "c1", "agent1", deadline_at_s, "Hello.", "en", "", "ulaw")


def channel(redis: Redis, deadline_at_s: float = NOW_S + 1) -> WorkChannel:
    return WorkChannel(work(deadline_at_s), redis, lambda: deadline_at_s - NOW_S)


def test_audio_is_taken_once(redis: Redis) -> None:
    redis.set(audio_key("w1"), b"\xff\x00")
    assert channel(redis).take_audio() == b"\xff\x00"
    with pytest.raises(WorkFailed) as failure:
        channel(redis).take_audio()
    assert failure.value.reason is FailureReason.AUDIO_MISSING


def test_work_in_time_that_nobody_cancelled_is_wanted(redis: Redis) -> None:
    assert channel(redis).why_unwanted() is None


def test_work_is_expired_from_its_deadline_on(redis: Redis) -> None:
    assert channel(redis, deadline_at_s=NOW_S).why_unwanted() is FailureReason.EXPIRED


def test_cancelled_work_is_unwanted(redis: Redis) -> None:
    redis.set(cancel_key("w1"), b"1")
    with pytest.raises(WorkFailed) as failure:
        channel(redis).check_wanted()
    assert failure.value.reason is FailureReason.CANCELLED


def test_replies_come_in_order_and_whole(redis: Redis) -> None:
    sent = [
        Reply("w1", ReplyKind.AUDIO, audio=bytes(range(256))),
        Reply("w1", ReplyKind.FINISHED, queued_ms=3, engine_ms=70),
    ]
    for reply in sent:
        channel(redis).send(reply)
    assert told(redis) == sent


def test_a_reply_stream_ends_with_its_agent(redis: Redis) -> None:
    channel(redis).send(Reply("w1", ReplyKind.FINISHED))
    assert 0 < redis.ttl(reply_stream("agent1")) <= KEY_LIFETIME_S


def test_what_is_spent_adds_up_for_the_call_and_does_not_stay_for_ever(redis: Redis) -> None:
    for characters in (6, 11):
        spending = WorkChannel(work(), redis, lambda: 1.0, "tts")
        spending.spend(Unit.CHARACTERS, characters)
        spending.send_last(Reply("w1", ReplyKind.FINISHED))
    assert redis.hgetall(usage_key("c1")) == {b"tts.characters": b"17"}
    assert 0 < redis.ttl(usage_key("c1")) <= USAGE_LIFETIME_S


def test_what_is_done_for_no_call_is_counted_for_none(redis: Redis) -> None:
    nobody_s = SynthesizeWork("w1", "", "agent1", NOW_S + 1, "Hello.", "en", "", "ulaw")
    spending = WorkChannel(nobody_s, redis, lambda: 1.0, "tts")
    spending.spend(Unit.CHARACTERS, 6)
    spending.send_last(Reply("w1", ReplyKind.FINISHED))
    assert redis.exists(usage_key("")) == 0
    assert [reply.kind for reply in told(redis)] == [ReplyKind.FINISHED]
