"""What counts against the workers of a queue, and where work goes that they may not have."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from voicebot.capacity.circuit_breaker import BreakerRules, BreakerState
from voicebot.errors import InferenceRefused, InferenceTimeout, LanguageMissing
from voicebot.inference.breakers import (
    BREAKER_OPEN,
    LATE_AFTER_S,
    URGENT_WITHIN_S,
    Breakers,
)
from voicebot.inference.worker_presence import NO_WORKER, REDIS_UNREACHABLE
from workers.contract import WARM_ONLY, FailureReason, RespondWork, Stage

RULES = BreakerRules(LATE_AFTER_S[Stage.LLM])
SMALL, LARGE = "llm.small", "llm.large"
DEADLINE_S = 4.0
BROKEN = InferenceRefused("llm", FailureReason.ENGINE_FAILED)
NOT_THEIRS: list[BaseException] = [
    InferenceRefused("llm", NO_WORKER),
    InferenceRefused("llm", REDIS_UNREACHABLE),
    InferenceRefused("llm", FailureReason.BAD_REQUEST),
    InferenceRefused("llm", FailureReason.GRAMMAR_UNSUPPORTED),
    LanguageMissing("llm", "xx", "bring a model"),
    asyncio.CancelledError(),
    GeneratorExit(),
]


def work(max_tokens: int = 40) -> RespondWork:
    return RespondWork("w", "c", "agent", 0.0, [], max_tokens, 0.0)


def ends(
    breakers: Breakers,
    error: BaseException | None,
    *,
    at_s: float = 0.0,
    first_after_s: float | None = None,
    lasts_s: float = 0.1,
    asked: RespondWork | None = None,
    deadline_s: float = DEADLINE_S,
) -> None:
    passage = breakers.admit(Stage.LLM, ["llm"], asked or work(), deadline_s, at_s)
    if first_after_s is not None:
        passage.answered(at_s + first_after_s)
        passage.answered(at_s + first_after_s + 1.0)
    if error is None:
        breakers.worked(passage, at_s + lasts_s)
    else:
        breakers.failed(passage, error, at_s + lasts_s)


def state_after(count: int, error: BaseException | None, **how: object) -> BreakerState:
    breakers = Breakers()
    for _ in range(count):
        ends(breakers, error, **how)  # type: ignore[arg-type]  # as `ends` takes them
    return breakers.states()["llm"]


@pytest.mark.parametrize("error", [BROKEN, InferenceTimeout("llm", 4000)], ids=repr)
def test_a_queue_whose_works_fail_is_asked_no_more(error: InferenceRefused) -> None:
    breakers = Breakers()
    with capture_logs() as logs:
        for _ in range(RULES.fewest):
            ends(breakers, error)
    assert breakers.states()["llm"] is BreakerState.OPEN
    assert [(each["queue"], each["now"], each["cause"]) for each in logs] == [
        ("llm", "open", "errors")
    ]
    with pytest.raises(InferenceRefused) as refusal:
        breakers.admit(Stage.LLM, ["llm"], work(), DEADLINE_S, 0.2)
    assert refusal.value.reason == BREAKER_OPEN


@pytest.mark.parametrize("error", NOT_THEIRS, ids=repr)
def test_what_is_not_the_workers_fault_does_not_count(error: BaseException) -> None:
    assert state_after(50, error) is BreakerState.CLOSED


def test_late_first_answers_count_and_long_replies_do_not() -> None:
    late_s = LATE_AFTER_S[Stage.LLM] + 0.1
    assert state_after(8, None, first_after_s=late_s, lasts_s=late_s + 1) is BreakerState.OPEN
    assert state_after(8, None, first_after_s=0.2, lasts_s=late_s + 1) is BreakerState.CLOSED


def test_work_that_was_given_up_when_it_was_late_already_counts() -> None:
    gone, late_s = asyncio.CancelledError(), LATE_AFTER_S[Stage.LLM] + 0.1
    assert state_after(8, gone, lasts_s=late_s) is BreakerState.OPEN
    assert state_after(8, gone, first_after_s=0.2, lasts_s=late_s) is BreakerState.CLOSED


@pytest.mark.parametrize("error", [None, InferenceTimeout("llm", 4000), asyncio.CancelledError()])
def test_work_that_no_caller_waits_for_may_take_its_time(error: BaseException | None) -> None:
    warm, long_s = work(WARM_ONLY), URGENT_WITHIN_S + 1
    assert state_after(50, error, asked=warm, lasts_s=long_s) is BreakerState.CLOSED
    assert state_after(50, error, deadline_s=long_s, lasts_s=long_s) is BreakerState.CLOSED


def test_but_an_engine_that_fails_fails_whoever_waits() -> None:
    assert state_after(8, BROKEN, asked=work(WARM_ONLY)) is BreakerState.OPEN


def test_a_failing_pool_s_work_goes_to_the_next_queue() -> None:
    breakers = Breakers()
    for _ in range(RULES.fewest):
        passage = breakers.admit(Stage.LLM, [LARGE, "llm"], work(), DEADLINE_S, 0.0)
        assert passage.queue == LARGE
        breakers.failed(passage, BROKEN, 0.1)
    assert not breakers.would_pass(LARGE, 0.2)
    assert breakers.would_pass(SMALL, 0.2)
    assert breakers.admit(Stage.LLM, [LARGE, "llm"], work(), DEADLINE_S, 0.2).queue == "llm"


def test_it_is_tried_again_after_a_pause_and_closes() -> None:
    breakers = Breakers()
    for _ in range(RULES.fewest):
        ends(breakers, BROKEN)
    seen = []
    for number in range(RULES.trials):
        ends(breakers, None, at_s=3.0 + number, first_after_s=0.2)
        seen.append(breakers.states()["llm"])
    assert seen == [BreakerState.HALF_OPEN, BreakerState.HALF_OPEN, BreakerState.CLOSED]


errors = st.none() | st.sampled_from([BROKEN, InferenceTimeout("llm", 4000), *NOT_THEIRS])


@given(st.lists(st.tuples(errors, st.floats(0, 6), st.none() | st.floats(0, 6)), max_size=60))
def test_whatever_came_before_work_that_goes_well_closes_it_in_the_end(
    past: list[tuple[BaseException | None, float, float | None]],
) -> None:
    breakers, now = Breakers(), 0.0
    for error, lasts_s, first_after_s in past:
        if breakers.would_pass("llm", now):
            ends(breakers, error, at_s=now, lasts_s=lasts_s, first_after_s=first_after_s)
        now += 0.5
    now += RULES.longest_pause_s
    for _ in range(RULES.trials):
        ends(breakers, None, at_s=now, first_after_s=0.1)
    assert breakers.states()["llm"] is BreakerState.CLOSED
