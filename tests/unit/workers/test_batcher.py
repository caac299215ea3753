"""Threads share the runs of a model."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.polling import until
from workers.batcher import Batcher, always_wanted

LIMIT_S = 10.0


class Model:
    """Doubles numbers, fails at odd ones, and can be held up."""

    def __init__(self, *, runs: int = 1, limit: int = 8) -> None:
        self.batches: list[Sequence[int]] = []
        self.may_end = threading.Event()
        self.may_end.set()
        self.batcher = Batcher[int, int](self._run, runs=runs, limit=limit)
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()

    def _run(self, items: Sequence[int]) -> Sequence[int]:
        with self._lock:
            self.batches.append(list(items))
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        assert self.may_end.wait(LIMIT_S)
        with self._lock:
            self.at_once -= 1
        if any(item % 2 for item in items):
            raise ValueError("odd")
        return [2 * item for item in items]

    def wait_for_line(self, length: int) -> None:
        until(lambda: self.batcher.waiting == length, "the line", LIMIT_S)

    def wait_for_runs(self, count: int) -> None:
        until(lambda: len(self.batches) == count, "the runs", LIMIT_S)


def ask(
    calls: ThreadPoolExecutor,
    model: Model,
    item: int,
    *,
    due_s: float = 0.0,
    group: str = "",
    check_wanted: Callable[[], None] = always_wanted,
) -> Future[int]:
    return calls.submit(
        model.batcher.outcome, item, due_s=due_s, group=group, check_wanted=check_wanted
    )


def test_a_lone_caller_is_served_at_once() -> None:
    model = Model()
    assert model.batcher.outcome(2, due_s=0.0) == 4


def test_what_waits_while_the_model_runs_is_run_together() -> None:
    model = Model()
    model.may_end.clear()
    with ThreadPoolExecutor() as calls:
        first = ask(calls, model, 2)
        model.wait_for_runs(1)
        others = [ask(calls, model, item) for item in (4, 6, 8)]
        model.wait_for_line(3)
        model.may_end.set()
        assert [one.result(LIMIT_S) for one in (first, *others)] == [4, 8, 12, 16]
    assert [len(batch) for batch in model.batches] == [1, 3]


def test_what_is_due_first_runs_first() -> None:
    model = Model(limit=1)
    model.may_end.clear()
    with ThreadPoolExecutor() as calls:
        ask(calls, model, 2)
        model.wait_for_runs(1)
        for item in (4, 6, 8):
            ask(calls, model, item, due_s=-item)
        model.wait_for_line(3)
        model.may_end.set()
    assert model.batches == [[2], [8], [6], [4]]


def test_other_groups_wait_for_another_run() -> None:
    model = Model()
    model.may_end.clear()
    with ThreadPoolExecutor() as calls:
        ask(calls, model, 2)
        model.wait_for_runs(1)
        ask(calls, model, 4, group="short")
        model.wait_for_line(1)
        ask(calls, model, 6, group="long")
        model.wait_for_line(2)
        model.may_end.set()
    assert model.batches == [[2], [4], [6]]


def test_as_many_run_at_once_as_there_are_runs() -> None:
    model = Model(runs=2, limit=1)
    model.may_end.clear()
    with ThreadPoolExecutor() as calls:
        answers = [ask(calls, model, item) for item in (2, 4, 6)]
        model.wait_for_runs(2)
        model.wait_for_line(1)
        model.may_end.set()
        assert [one.result(LIMIT_S) for one in answers] == [4, 8, 12]
    assert model.most_at_once == 2


def test_one_that_fails_fails_nobody_else() -> None:
    model = Model()
    model.may_end.clear()
    with ThreadPoolExecutor() as calls:
        ask(calls, model, 2)
        model.wait_for_runs(1)
        good, bad, also_good = (ask(calls, model, item) for item in (4, 5, 6))
        model.wait_for_line(3)
        model.may_end.set()
        assert (good.result(LIMIT_S), also_good.result(LIMIT_S)) == (8, 12)
        with pytest.raises(ValueError, match="odd"):
            bad.result(LIMIT_S)
    assert sorted(map(len, model.batches)) == [1, 1, 1, 1, 3]


def test_what_nobody_wants_any_more_is_dropped_unstarted() -> None:
    class HungUp(Exception):
        pass

    def refuse() -> None:
        raise HungUp

    model = Model()
    model.may_end.clear()
    with ThreadPoolExecutor() as calls:
        ask(calls, model, 2)
        model.wait_for_runs(1)
        unwanted, wanted = ask(calls, model, 4, check_wanted=refuse), ask(calls, model, 6)
        model.wait_for_line(2)
        model.may_end.set()
        assert wanted.result(LIMIT_S) == 12
        with pytest.raises(HungUp):
            unwanted.result(LIMIT_S)
    assert model.batches == [[2], [6]]


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from("ab")), min_size=1, max_size=12),
    st.integers(1, 3),
    st.integers(1, 4),
)
def test_everybody_gets_the_own_answer(asked: list[tuple[int, str]], runs: int, limit: int) -> None:
    model = Model(runs=runs, limit=limit)
    with ThreadPoolExecutor(max_workers=12) as calls:
        answers = [ask(calls, model, item, group=group) for item, group in asked]
        for (item, _), answer in zip(asked, answers, strict=True):
            if item % 2:
                with pytest.raises(ValueError, match="odd"):
                    answer.result(LIMIT_S)
            else:
                assert answer.result(LIMIT_S) == 2 * item
    assert model.most_at_once <= runs
    assert max(map(len, model.batches)) <= limit
