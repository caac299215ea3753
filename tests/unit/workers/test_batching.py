"""What runs next, of all that waits?"""

from hypothesis import given
from hypothesis import strategies as st

from workers.batching import Waiting, next_batch

LIMITS = st.integers(1, 8)


@st.composite
def lines(draw: st.DrawFn) -> list[Waiting]:
    numbers = draw(st.lists(st.integers(0, 99), unique=True, max_size=12))
    return [
        Waiting(number, draw(st.sampled_from([0.0, 1.0, 2.0])), draw(st.sampled_from("ab")))
        if draw(st.booleans())
        else Waiting(number, 1.0, "a", is_alone=draw(st.booleans()))
        for number in numbers
    ]


def urgency(one: Waiting) -> tuple[float, int]:
    return one.due_s, one.number


def test_nothing_runs_when_nothing_waits() -> None:
    assert next_batch([], 4) == ()


@given(lines(), LIMITS)
def test_somebody_is_served_whenever_somebody_waits(line: list[Waiting], limit: int) -> None:
    assert (len(next_batch(line, limit)) == 0) == (not line)


@given(lines(), LIMITS)
def test_the_most_urgent_goes_first(line: list[Waiting], limit: int) -> None:
    batch = next_batch(line, limit)
    assert list(batch) == sorted(batch, key=urgency)
    assert not line or batch[0] == min(line, key=urgency)


@given(lines(), LIMITS)
def test_only_one_group_runs_at_once_and_never_more_than_the_limit(
    line: list[Waiting], limit: int
) -> None:
    batch = next_batch(line, limit)
    assert len(batch) <= limit
    assert len({one.group for one in batch}) <= 1
    assert len({one.number for one in batch}) == len(batch)


@given(lines(), LIMITS)
def test_whatever_can_run_along_does(line: list[Waiting], limit: int) -> None:
    batch = next_batch(line, limit)
    if batch and not batch[0].is_alone:
        alike = [one for one in line if one.group == batch[0].group and not one.is_alone]
        assert len(batch) == min(limit, len(alike))


@given(lines(), LIMITS)
def test_what_failed_in_company_runs_alone(line: list[Waiting], limit: int) -> None:
    batch = next_batch(line, limit)
    assert len(batch) == 1 or not any(one.is_alone for one in batch)


@given(lines(), LIMITS)
def test_all_are_served_in_the_end(line: list[Waiting], limit: int) -> None:
    served: list[Waiting] = []
    while batch := next_batch(line, limit):
        served += batch
        line = [one for one in line if one not in batch]
    assert not line
    assert len(served) == len(set(served))
