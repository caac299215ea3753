import asyncio
from datetime import datetime

import pytest
from structlog.testing import capture_logs

from tests.polling import tasks_until
from voicebot.after_call import chores
from voicebot.after_call.chores import Chore, keep
from voicebot.errors import StoreError


class Work:
    """A chore that fails, stalls or raises as told."""

    def __init__(self) -> None:
        self.rounds = 0
        self.failure: Exception | None = None
        self.stalls = False

    async def run(self, _at: datetime) -> None:
        self.rounds += 1
        if self.stalls:
            await asyncio.Event().wait()
        if self.failure is not None:
            raise self.failure


async def test_a_chore_that_stalls_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "GRACE_S", 0.01)
    stalling, steady, stopping = Work(), Work(), asyncio.Event()
    stalling.stalls = True
    async with asyncio.TaskGroup() as tasks:
        both = [Chore("one", 0, stalling.run), Chore("two", 0, steady.run)]
        tasks.create_task(keep(both, stopping))
        await tasks_until(lambda: steady.rounds > 3, "the other goes on")
        stopping.set()
    assert stalling.rounds == 1


async def test_a_failure_is_told_when_it_begins_and_when_it_is_over() -> None:
    work, stopping = Work(), asyncio.Event()
    work.failure = StoreError("the database is away")
    with capture_logs() as logs:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keep([Chore("import", 0, work.run)], stopping))
            await tasks_until(lambda: work.rounds > 3, "it is tried again")
            work.failure = None
            failed = work.rounds
            await tasks_until(lambda: work.rounds > failed + 2, "it works again")
            stopping.set()
    told = [(log["event"], log["chore"]) for log in logs]
    assert told == [("records.round_failed", "import"), ("records.round_recovered", "import")]
    assert logs[0]["code"] == "store"


async def test_a_bug_ends_the_process_which_is_then_started_anew() -> None:
    work = Work()
    work.failure = ZeroDivisionError()
    with pytest.raises(ExceptionGroup):
        await keep([Chore("import", 0, work.run)], asyncio.Event())


async def test_a_chore_that_is_seldom_done_is_tried_again_soon_when_it_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chores, "RETRY_EVERY_S", 0.0)
    work, stopping = Work(), asyncio.Event()
    work.failure = StoreError("the database is away")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(keep([Chore("erasure", 3_600, work.run)], stopping))
        await tasks_until(lambda: work.rounds > 2, "it is tried again")
        stopping.set()
