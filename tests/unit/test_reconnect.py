from hypothesis import given
from hypothesis import strategies as st

from voicebot.reconnect import DEFAULT_BACKOFF, Backoff

failures = st.integers(min_value=0, max_value=10_000)
dice = st.floats(min_value=0, max_value=1, exclude_max=True)


def test_the_first_attempt_comes_at_once_and_the_later_ones_ever_more_slowly() -> None:
    backoff = Backoff(first_s=0.1, most_s=5.0)
    assert backoff.delay_s(0, dice=0) == 0.05
    assert [backoff.delay_s(count, dice=0.999) > 0.1 * 2**count * 0.99 for count in range(5)] == [
        True
    ] * 5
    assert backoff.delay_s(100, dice=0) == 2.5


@given(failures, dice)
def test_a_delay_is_never_longer_than_the_limit_nor_shorter_than_half_the_first(
    count: int, rolled: float
) -> None:
    delay_s = DEFAULT_BACKOFF.delay_s(count, rolled)
    assert DEFAULT_BACKOFF.first_s / 2 <= delay_s <= DEFAULT_BACKOFF.most_s


@given(failures, failures, dice)
def test_more_failures_never_shorten_the_delay(one: int, other: int, rolled: float) -> None:
    fewer, more = sorted((one, other))
    assert DEFAULT_BACKOFF.delay_s(fewer, rolled) <= DEFAULT_BACKOFF.delay_s(more, rolled)
