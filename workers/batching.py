"""What does a model run next, of all that waits for it in this process?

Whatever is waiting at that instant and can run together, up to the engine's limit: nobody waits
for a batch to fill. What is due first goes first, and takes along what comes after it in its
group. What failed in company runs alone, so that one that cannot be done fails nobody else. Pure.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """One run that somebody waits for."""

    number: int  # in order of arrival, unique
    due_s: float  # when it would best have begun; on any clock, but the same for all
    group: Hashable  # only those of one group can run together
    is_alone: bool = False


def next_batch(waiting: Sequence[Waiting], limit: int) -> tuple[Waiting, ...]:
    """What runs together now, most urgent first; empty when nothing waits."""
    in_order = sorted(waiting, key=lambda one: (one.due_s, one.number))
    if not in_order:
        return ()
    first = in_order[0]
    if first.is_alone:
        return (first,)
    together = (one for one in in_order if one.group == first.group and not one.is_alone)
    return tuple(one for one, _ in zip(together, range(limit), strict=False))
