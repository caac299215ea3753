"""What the LLM stage answers."""

import pytest
from redis import Redis

from tests.fakes.engines import FakeLanguageEngine
from tests.unit.workers.replies import told
from workers.assignment import Closing
from workers.contract import (
    WARM_ONLY,
    FailureReason,
    RespondWork,
    Unit,
    cancel_key,
)
from workers.errors import WorkFailed
from workers.llm.engine import Emit, Tokens
from workers.llm.task import respond, warm_last_prefix
from workers.streams import WorkChannel

MESSAGES = [{"role": "system", "content": "You answer."}]


def work(
    max_tokens: int = 3, messages: list[dict[str, str]] | None = None, *, call_id: str = "c1"
) -> RespondWork:
    asked = MESSAGES if messages is None else messages
    return RespondWork("w1", call_id, "agent1", 2e9, asked, max_tokens, 0.0)


def answer(redis: Redis, engine: FakeLanguageEngine, asked: RespondWork) -> Closing:
    return respond(engine, asked, WorkChannel(asked, redis, lambda: 1.0))


def tokens(redis: Redis) -> list[str]:
    return [reply.text for reply in told(redis)]


def test_every_token_is_told_as_it_comes(redis: Redis) -> None:
    assert answer(redis, FakeLanguageEngine(), work()) == Closing()
    assert tokens(redis) == [" 0", " 1", " 2"]


def test_no_token_is_told_once_the_work_is_cancelled(redis: Redis) -> None:
    class CancelledAfterTwo(FakeLanguageEngine):
        def generate(self, *args: object, emit: Emit, **kwargs: object) -> None:
            assert emit("one")
            assert emit("two")
            redis.set(cancel_key("w1"), b"1")
            assert not emit("three")

    with pytest.raises(WorkFailed) as failure:
        answer(redis, CancelledAfterTwo(), work())
    assert failure.value.reason is FailureReason.CANCELLED
    assert tokens(redis) == ["one", "two"]


def test_tokens_are_counted_even_if_nobody_wanted_the_rest(redis: Redis) -> None:
    class StoppedAfterOne(FakeLanguageEngine):
        def generate(self, *args: object, emit: Emit, **kwargs: object) -> Tokens:
            redis.set(cancel_key("w1"), b"1")
            assert not emit("one")
            return Tokens(prompt=30, reply=1)

    asked = work()
    channel = WorkChannel(asked, redis, lambda: 1.0)
    with pytest.raises(WorkFailed):
        respond(StoppedAfterOne(), asked, channel)
    assert channel.spent == {Unit.PROMPT_TOKENS: 30, Unit.REPLY_TOKENS: 1}


@pytest.mark.parametrize("asked", [work(messages=[]), work(max_tokens=-1)])
def test_what_cannot_be_answered_is_refused(redis: Redis, asked: RespondWork) -> None:
    with pytest.raises(WorkFailed) as failure:
        answer(redis, FakeLanguageEngine(), asked)
    assert failure.value.reason is FailureReason.BAD_REQUEST


def test_a_prefix_is_made_warm_and_workers_that_start_later_know_it(redis: Redis) -> None:
    engine, later = FakeLanguageEngine(), FakeLanguageEngine()
    assert answer(redis, engine, work(WARM_ONLY, call_id="")) == Closing()
    warm_last_prefix(later, redis)
    assert engine.warmed == later.warmed == [MESSAGES]
    assert tokens(redis) == []


def test_a_call_s_own_beginning_is_read_for_it_alone(redis: Redis) -> None:
    engine, later = FakeLanguageEngine(), FakeLanguageEngine()
    assert answer(redis, engine, work(WARM_ONLY)) == Closing()
    warm_last_prefix(later, redis)
    assert engine.read == [("c1", MESSAGES)]
    assert (engine.warmed, later.warmed, tokens(redis)) == ([], [], [])


def test_without_a_prefix_there_is_nothing_to_warm(redis: Redis) -> None:
    engine = FakeLanguageEngine()
    warm_last_prefix(engine, redis)
    assert engine.warmed == []


def test_a_grammar_reaches_the_engine(redis: Redis) -> None:
    asked = RespondWork("w1", "c1", "agent1", 2e9, MESSAGES, 5, 0.0, 'root ::= "[goodbye]"')
    assert answer(redis, FakeLanguageEngine(), asked) == Closing()
    assert tokens(redis) == ["[goodbye]"]
