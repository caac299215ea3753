"""Sets of spans: what they share, what they cover, and what comes next."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from voicebot.queueing.time_spans import Span, Spans, intersection, next_instant, union

START = datetime(2026, 11, 23, tzinfo=UTC)
_minutes = st.integers(0, 40)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


_span = st.tuples(_minutes, _minutes).map(lambda ends: Span(at(ends[0]), at(ends[1])))
_sets = st.lists(_span, max_size=6).map(union)


def covers(spans: Spans, minute: int) -> bool:
    return any(span.has(at(minute)) for span in spans)


@given(st.lists(_span, max_size=6), _minutes)
def test_a_union_covers_what_any_of_its_spans_does(spans: list[Span], minute: int) -> None:
    assert covers(union(spans), minute) == any(span.has(at(minute)) for span in spans)


@given(_sets)
def test_a_union_is_in_order_and_holds_nothing_twice(spans: Spans) -> None:
    assert all(one.ends_at < other.starts_at for one, other in pairwise(spans))
    assert union(spans) == spans


@given(_sets, _sets, _minutes)
def test_an_intersection_covers_what_both_do(one: Spans, other: Spans, minute: int) -> None:
    both = covers(one, minute) and covers(other, minute)
    assert covers(intersection(one, other), minute) == both


@given(_sets, _minutes)
def test_the_next_instant_is_the_first_that_is_covered(spans: Spans, minute: int) -> None:
    found = next((later for later in range(minute, 41) if covers(spans, later)), None)
    assert next_instant(at(minute), spans) == (None if found is None else at(found))
