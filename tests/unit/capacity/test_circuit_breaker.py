"""Whether work may still go there."""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.capacity.circuit_breaker import (
    BreakerCause,
    BreakerChanged,
    BreakerRules,
    BreakerState,
    CircuitBreaker,
    Permit,
)

RULES = BreakerRules(late_after_s=2.0)


def admitted(breaker: CircuitBreaker, now: float) -> Permit:
    permit = breaker.admit(now)
    assert permit is not None
    return permit


def ended(
    breaker: CircuitBreaker, now: float, *, failed: bool = False, after_s: float = 0.1
) -> None:
    breaker.ended(admitted(breaker, now), now, failed=failed, latency_s=after_s)


def opened(now: float = 0.0) -> CircuitBreaker:
    breaker = CircuitBreaker(RULES)
    for _ in range(RULES.fewest):
        ended(breaker, now, failed=True)
    assert breaker.state is BreakerState.OPEN
    return breaker


def test_a_few_failures_are_no_reason() -> None:
    breaker = CircuitBreaker(RULES)
    for _ in range(RULES.fewest - 1):
        ended(breaker, 0.0, failed=True)
    assert breaker.state is BreakerState.CLOSED


def test_errors_open_it_and_say_so() -> None:
    breaker = opened()
    assert breaker.admit(0.1) is None
    assert breaker.take_changes() == (
        BreakerChanged(BreakerState.CLOSED, BreakerState.OPEN, BreakerCause.ERRORS),
    )
    assert breaker.take_changes() == ()


def test_lateness_opens_it() -> None:
    breaker = CircuitBreaker(RULES)
    for _ in range(RULES.fewest):
        ended(breaker, 0.0, after_s=2.1)
    assert breaker.take_changes()[0].cause is BreakerCause.LATE


def test_failures_long_ago_do_not_count() -> None:
    breaker = CircuitBreaker(RULES)
    for now in range(100):
        ended(breaker, 2.0 * now, failed=True)
    assert breaker.state is BreakerState.CLOSED


def test_after_a_pause_a_few_may_try() -> None:
    breaker = opened()
    assert not breaker.would_pass(RULES.pause_s - 0.1)
    permits = [breaker.admit(RULES.pause_s) for _ in range(RULES.trials + 1)]
    assert [permit is not None for permit in permits] == [True] * RULES.trials + [False]
    assert breaker.state is BreakerState.HALF_OPEN


def test_it_closes_when_all_trials_did_well() -> None:
    breaker = opened()
    for _ in range(RULES.trials):
        ended(breaker, 5.0)
    assert breaker.state is BreakerState.CLOSED
    assert breaker.take_changes()[-1].cause is BreakerCause.TRIED


def test_one_bad_trial_opens_it_for_twice_as_long() -> None:
    breaker = opened()
    ended(breaker, 5.0, failed=True)
    assert not breaker.would_pass(5.0 + 2 * RULES.pause_s - 0.1)
    ended(breaker, 5.0 + 2 * RULES.pause_s, after_s=9.0)
    assert breaker.state is BreakerState.OPEN


def test_a_withdrawn_trial_makes_room_for_another() -> None:
    breaker = opened()
    permits = [admitted(breaker, 5.0) for _ in range(RULES.trials)]
    assert not breaker.would_pass(5.0)
    breaker.withdrawn(permits[0])
    assert breaker.would_pass(5.0)


def test_what_was_begun_before_it_opened_says_nothing() -> None:
    breaker = CircuitBreaker(RULES)
    old = admitted(breaker, 0.0)
    for _ in range(RULES.fewest):
        ended(breaker, 0.0, failed=True)
    first = admitted(breaker, 5.0)
    breaker.ended(old, 5.0, failed=True, latency_s=5.0)
    breaker.withdrawn(old)
    assert breaker.state is BreakerState.HALF_OPEN
    breaker.ended(first, 5.0, failed=False, latency_s=0.1)
    assert breaker.state is BreakerState.HALF_OPEN


@given(st.lists(st.tuples(st.floats(0, 5), st.booleans(), st.floats(0, 4))))
def test_whatever_happened_it_closes_once_all_is_well(
    played: list[tuple[float, bool, float]],
) -> None:
    breaker, now = CircuitBreaker(RULES), 0.0
    for later_s, failed, after_s in played:
        now += later_s
        permit = breaker.admit(now)
        assert (permit is None) <= (breaker.state is not BreakerState.CLOSED)
        if permit is not None:
            breaker.ended(permit, now, failed=failed, latency_s=after_s)
    now += RULES.longest_pause_s
    for _ in range(RULES.trials):
        ended(breaker, now)
    assert breaker.would_pass(now)


@given(st.lists(st.floats(0, 2)))
def test_what_does_well_is_never_refused(latencies: list[float]) -> None:
    breaker = CircuitBreaker(RULES)
    for latency_s in latencies:
        ended(breaker, 0.0, after_s=latency_s)
