import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.calls.model import Direction, Outcome
from voicebot.costs.conversation_type import Answered
from voicebot.costs.usage import CallUsage
from voicebot.costs.used_calls import UsedCalls
from voicebot.store.used_days import READ_AGAIN_AFTER, UsedDays

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = NOON.date()


class Ledger:
    """One call a day."""

    def __init__(self) -> None:
        self.read: Counter[date] = Counter()
        self.asked = 0

    async def used(self, since: datetime, until: datetime) -> Sequence[UsedCalls]:
        self.asked += 1
        days = [since.date() + timedelta(days=one) for one in range((until - since).days)]
        self.read.update(days)
        return [
            UsedCalls(
                day, "1", "", "B", Direction.INBOUND, Outcome.RESOLVED, Answered.FACT, 1,
                CallUsage(),
            )
            for day in days
        ]  # fmt: skip


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 150), st.integers(0, 40), st.integers(0, 90)), max_size=6))
def test_each_day_that_is_asked_for_is_there_once(asked: list[tuple[int, int, int]]) -> None:
    async def asking() -> None:
        days, at = UsedDays(Ledger().used), NOON
        for back, length, minutes in asked:
            at += timedelta(minutes=minutes)
            first, last = ago(back + length), ago(back)
            found = [one.day for one in await days.between(first, last, at)]
            assert found == [first + timedelta(days=one) for one in range(length + 1)]

    asyncio.run(asking())


async def test_what_is_over_is_read_seldom_and_what_changes_each_time() -> None:
    ledger = Ledger()
    days = UsedDays(ledger.used)
    for minutes in (0, 1, 2):
        await days.between(ago(20), TODAY, NOON + timedelta(minutes=minutes))
    assert ledger.asked == 2 + 2
    assert ledger.read[TODAY] == ledger.read[ago(1)] == 3
    assert ledger.read[ago(2)] == ledger.read[ago(20)] == 1
    await days.between(ago(20), TODAY, NOON + READ_AGAIN_AFTER)
    assert ledger.read[ago(20)] == 2
    # The clock was set back: nobody knows how old it is.
    await days.between(ago(20), TODAY, NOON - timedelta(minutes=1))
    assert ledger.read[ago(20)] == 3


async def test_two_who_ask_at_once_read_once() -> None:
    ledger = Ledger()
    days = UsedDays(ledger.used)
    await asyncio.gather(*(days.between(ago(9), ago(3), NOON) for _ in range(3)))
    assert ledger.asked == 1
