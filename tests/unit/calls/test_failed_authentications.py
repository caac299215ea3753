from collections import Counter
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.failed_authentications import (
    OTHERS,
    FailedAuthentication,
    FailureCounts,
    FailureKey,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def attempt(source: str = "192.0.2.1", minutes: float = 0) -> FailedAuthentication:
    return FailedAuthentication(
        source, "PJSIP", "InvalidPassword", NOON + timedelta(minutes=minutes)
    )


attempts = st.lists(
    st.builds(attempt, st.sampled_from("abcdef"), st.floats(0, 300)), max_size=60
).map(lambda each: sorted(each, key=lambda attempt: attempt.at))


def test_attempts_are_counted_by_hour_and_source() -> None:
    counts = FailureCounts()
    for minutes in (1, 2, 59, 60):
        counts.receive(attempt(minutes=minutes))
    hours = [NOON, NOON + timedelta(hours=1)]
    keys = [FailureKey(hour, "PJSIP", "192.0.2.1", "InvalidPassword") for hour in hours]
    assert counts.take() == {keys[0]: 3, keys[1]: 1}
    assert counts.take() == {}


def test_an_hour_is_the_same_in_every_zone() -> None:
    counts = FailureCounts()
    counts.receive(attempt())
    elsewhere = attempt().at.astimezone(timezone(timedelta(hours=5, minutes=30)))
    counts.receive(FailedAuthentication("192.0.2.1", "PJSIP", "InvalidPassword", elsewhere))
    assert list(counts.take().values()) == [2]


def test_the_first_attempt_and_every_tenfold_of_an_hour_are_worth_telling() -> None:
    counts = FailureCounts()
    told = [counts.receive(attempt()) for _ in range(250)]
    assert [each for each in told if each is not None] == [1, 10, 100]
    assert counts.receive(attempt(minutes=60)) == 1


def test_what_could_not_be_kept_is_counted_on() -> None:
    counts = FailureCounts()
    counts.receive(attempt())
    taken = counts.take()
    counts.receive(attempt())
    counts.give_back(taken)
    assert list(counts.take().values()) == [2]


@given(attempts, st.integers(1, 4), st.integers(1, 7))
def test_none_is_lost_and_forged_addresses_fill_no_memory(
    received: list[FailedAuthentication], limit: int, take_every: int
) -> None:
    counts = FailureCounts(sources_per_hour=limit)
    total: Counter[FailureKey] = Counter()
    for number, failure in enumerate(received):
        counts.receive(failure)
        if number % take_every == 0:
            total.update(counts.take())
    total.update(counts.take())
    assert sum(total.values()) == len(received)
    for hour in {key.hour for key in total}:
        sources = {key.source for key in total if key.hour == hour}
        assert len(sources - {OTHERS}) <= limit
