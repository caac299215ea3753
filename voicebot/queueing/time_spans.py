"""Which stretches of time do several conditions share?

A span is half open, and in UTC: no clock change reaches in here. Sets of spans are tuples of
disjoint spans in order, without gaps of zero length between them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From one instant to before another, both aware UTC."""

    starts_at: datetime
    ends_at: datetime

    def has(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


Spans = tuple[Span, ...]


def union(spans: Iterable[Span]) -> Spans:
    """All that any of them covers; empty ones count for nothing."""
    joined: list[Span] = []
    for span in sorted(one for one in spans if one.starts_at < one.ends_at):
        if joined and span.starts_at <= joined[-1].ends_at:
            last = joined.pop()
            span = Span(last.starts_at, max(last.ends_at, span.ends_at))
        joined.append(span)
    return tuple(joined)


def intersection(these: Spans, those: Spans) -> Spans:
    """What both cover."""
    shared: list[Span] = []
    i = j = 0
    while i < len(these) and j < len(those):
        one, other = these[i], those[j]
        starts_at = max(one.starts_at, other.starts_at)
        ends_at = min(one.ends_at, other.ends_at)
        if starts_at < ends_at:
            shared.append(Span(starts_at, ends_at))
        if one.ends_at < other.ends_at:
            i += 1
        else:
            j += 1
    return tuple(shared)


def next_instant(at: datetime, spans: Spans) -> datetime | None:
    """The first instant covered, at or after this one; None: there is none."""
    return next((max(at, span.starts_at) for span in spans if at < span.ends_at), None)
