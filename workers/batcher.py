"""How do the threads of one process share a model that runs several things at once?

Each thread brings what it wants run and waits. Whoever's turn it is, by `batching`, takes
everything along that may run with it, runs it and hands out the outcomes: there is no thread
between, and a lone caller waits for nothing. What nobody wants any more is dropped before it
is run.
"""

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Generic, TypeVar

from workers.batching import Waiting, next_batch
from workers.metrics import METRICS

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


def always_wanted() -> None:
    """For those who never change their minds."""


@dataclass(slots=True)
class _Job(Generic[Item, Outcome]):
    """What one thread waits for."""

    place: Waiting
    item: Item
    check_wanted: Callable[[], None]
    outcome: Outcome | None = None
    error: BaseException | None = None
    is_over: bool = False

    def end(self, outcome: Outcome | None = None, error: BaseException | None = None) -> None:
        self.outcome, self.error, self.is_over = outcome, error, True


class Batcher(Generic[Item, Outcome]):
    """Runs of one model, `runs` at once, each of up to `limit` items.

    `run` gives one outcome for each item, in order. It is called by several threads at once where
    there are several runs.
    """

    def __init__(
        self, run: Callable[[Sequence[Item]], Sequence[Outcome]], *, runs: int, limit: int
    ) -> None:
        self._run = run
        self._idle_runs = runs
        self._limit = limit
        self._numbers = count()
        self._line: dict[int, _Job[Item, Outcome]] = {}
        self._changed = threading.Condition()

    @property
    def waiting(self) -> int:
        """How many are not being run yet."""
        return len(self._line)

    def outcome(
        self,
        item: Item,
        *,
        due_s: float,
        group: Hashable = None,
        check_wanted: Callable[[], None] = always_wanted,
    ) -> Outcome:
        """Waits for its turn and runs it; raises what the run or `check_wanted` raises.

        `check_wanted` is asked at the last moment, in any of the threads.
        """
        with self._changed:
            number = next(self._numbers)
            job = _Job[Item, Outcome](Waiting(number, due_s, group), item, check_wanted)
            self._line[number] = job
        while (batch := self._await_turn(job)) is not None:
            self._carry_out(batch)
        if job.error is not None:
            raise job.error
        return job.outcome  # type: ignore[return-value]  # it is over, without an error

    def _await_turn(self, job: _Job[Item, Outcome]) -> Sequence[_Job[Item, Outcome]] | None:
        """What to run, the job among it; None when another thread has run the job."""
        with self._changed:
            while not job.is_over:
                batch = self._next_batch() if self._idle_runs else ()
                if any(one is job for one in batch):
                    self._idle_runs -= 1
                    for one in batch:
                        del self._line[one.place.number]
                    METRICS.batch_begins(len(batch), len(self._line))
                    # Another run may be idle, and now somebody else is first.
                    self._changed.notify_all()
                    return batch
                self._changed.wait()
        return None

    def _next_batch(self) -> Sequence[_Job[Item, Outcome]]:
        places = next_batch([one.place for one in self._line.values()], self._limit)
        return [self._line[place.number] for place in places]

    def _carry_out(self, batch: Sequence[_Job[Item, Outcome]]) -> None:
        wanted = [one for one in batch if _is_wanted(one)]
        error: BaseException | None = None
        outcomes: Sequence[Outcome] = ()
        try:
            if wanted:
                outcomes = self._run([one.item for one in wanted])
                assert len(outcomes) == len(wanted)
        except BaseException as raised:  # each of those who wait gets it, or another try
            error = raised
        with self._changed:
            self._idle_runs += 1
            if error is None:
                for one, outcome in zip(wanted, outcomes, strict=True):
                    one.end(outcome)
            elif len(wanted) > 1 and isinstance(error, Exception):
                for one in wanted:
                    one.place = replace(one.place, is_alone=True)
                    self._line[one.place.number] = one
            else:
                for one in wanted:
                    one.end(error=error)
            self._changed.notify_all()


def _is_wanted(job: _Job[Item, Outcome]) -> bool:
    """Ends the job with the reason where it is not."""
    try:
        job.check_wanted()
    except Exception as reason:  # the job's own thread raises it
        job.end(error=reason)
        return False
    return True
