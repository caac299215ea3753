"""Every message ends in exactly one last reply."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from redis import Redis
from structlog.testing import capture_logs

from tests.unit.workers.replies import told
from workers.assignment import Closing, carry_out
from workers.contract import (
    FailureReason,
    Reply,
    ReplyKind,
    SynthesizeWork,
    Unit,
    cancel_key,
    usage_key,
)
from workers.effort_shares import EffortMeter
from workers.errors import WorkFailed
from workers.streams import WorkChannel

NOW_S = 1_000.0
WORK = SynthesizeWork("w1", "c1", "agent1", NOW_S + 1, "My secret.", "en", "", "ulaw")
Answer = Callable[[SynthesizeWork, WorkChannel], Closing]


def carried_out(
    redis: Redis,
    answer: Answer,
    message: dict[str, Any] | None = None,
    sent_at_s: float | None = NOW_S - 0.25,
) -> list[Reply]:
    message = WORK.to_dict() if message is None else message
    carry_out(SynthesizeWork, message, sent_at_s, redis, answer, lambda: NOW_S, lambda: 0.0)
    return told(redis)


def finish(work: SynthesizeWork, channel: WorkChannel) -> Closing:
    return Closing()


def never(work: SynthesizeWork, channel: WorkChannel) -> Closing:
    raise AssertionError("unwanted work reached the engine")


def test_work_that_succeeds_ends_with_the_stage_s_own_reply_and_its_times(redis: Redis) -> None:
    def transcript(work: SynthesizeWork, channel: WorkChannel) -> Closing:
        return Closing(ReplyKind.TRANSCRIPT, "hello", 0.5)

    assert carried_out(redis, transcript) == [
        Reply("w1", ReplyKind.TRANSCRIPT, text="hello", confidence=0.5, queued_ms=250)
    ]


def test_a_message_without_a_time_of_sending_waited_for_nobody_knows_how_long(
    redis: Redis,
) -> None:
    assert carried_out(redis, finish, sent_at_s=None)[0].queued_ms == 0


@pytest.mark.parametrize("clock_lead_s", [0.0, 5.0])
def test_clocks_apart_make_no_negative_wait(redis: Redis, clock_lead_s: float) -> None:
    assert carried_out(redis, finish, sent_at_s=NOW_S + clock_lead_s)[0].queued_ms == 0


def test_expired_work_is_dropped_unstarted(redis: Redis) -> None:
    late = {**WORK.to_dict(), "deadline_at_s": NOW_S - 1}
    [reply] = carried_out(redis, never, late)
    assert (reply.kind, reply.reason) == (ReplyKind.FAILED, FailureReason.EXPIRED)


def test_a_clock_that_is_set_while_the_engine_works_costs_no_work(redis: Redis) -> None:
    wall_s = [NOW_S]

    def answer(work: SynthesizeWork, channel: WorkChannel) -> Closing:
        wall_s[0] += 3_600.0
        channel.check_wanted()
        return Closing()

    carry_out(SynthesizeWork, WORK.to_dict(), NOW_S, redis, answer, lambda: wall_s[0])
    [reply] = told(redis)
    assert reply.kind is ReplyKind.FINISHED


def test_cancelled_work_is_dropped_unstarted(redis: Redis) -> None:
    redis.set(cancel_key("w1"), b"1")
    [reply] = carried_out(redis, never)
    assert reply.reason == FailureReason.CANCELLED


@pytest.mark.parametrize("reason", list(FailureReason))
def test_a_failure_is_told_with_its_reason(redis: Redis, reason: FailureReason) -> None:
    def fail(work: SynthesizeWork, channel: WorkChannel) -> Closing:
        raise WorkFailed(reason)

    [reply] = carried_out(redis, fail)
    assert (reply.kind, reply.reason) == (ReplyKind.FAILED, reason)


def test_an_engine_that_breaks_is_told_too_and_what_was_said_stays_private(redis: Redis) -> None:
    def break_down(work: SynthesizeWork, channel: WorkChannel) -> Closing:
        raise RuntimeError(f"cannot speak {work.text}")

    with capture_logs() as logs:
        [reply] = carried_out(redis, break_down)
    assert reply.reason == FailureReason.ENGINE_FAILED
    assert [line["event"] for line in logs] == ["work.engine_failed", "work.failed"]
    assert "secret" not in str(logs)


def test_a_message_that_is_no_work_is_dropped(redis: Redis) -> None:
    with capture_logs() as logs:
        assert carried_out(redis, never, {"work_id": "w1"}) == []
    assert [line["event"] for line in logs] == ["work.malformed"]


def test_the_effort_counts_for_the_call_also_when_it_was_for_nothing(redis: Redis) -> None:
    def answer(work: SynthesizeWork, channel: WorkChannel) -> Closing:
        channel.spend(Unit.CHARACTERS, 10)
        raise WorkFailed(FailureReason.CANCELLED)

    ticks_s = count(0.0, 0.1)
    carry_out(
        SynthesizeWork,
        WORK.to_dict(),
        NOW_S,
        redis,
        answer,
        lambda: NOW_S,
        lambda: next(ticks_s),
        queue="tts",
    )
    spent = {name: int(quantity) for name, quantity in redis.hgetall(usage_key("c1")).items()}
    assert spent.keys() == {b"tts.characters", b"tts.works", b"tts.engine_ms"}
    assert (spent[b"tts.characters"], spent[b"tts.works"]) == (10, 1)
    assert spent[b"tts.engine_ms"] > 0


def test_what_it_took_of_processors_and_gpus_counts_for_the_call(redis: Redis) -> None:
    cpu_s, held_s = count(0.0, 0.25), count(0.0, 2.0)
    meter = EffortMeter(1, lambda: next(cpu_s), lambda: next(held_s))
    clock = count(0.0, 0.1)
    carry_out(
        SynthesizeWork, WORK.to_dict(), NOW_S, redis, finish,
        lambda: NOW_S, lambda: next(clock), queue="tts", meter=meter,
    )  # fmt: skip
    spent = {name: int(quantity) for name, quantity in redis.hgetall(usage_key("c1")).items()}
    assert (spent[b"tts.cpu_ms"], spent[b"tts.gpu_ms"]) == (250, 2_000)
