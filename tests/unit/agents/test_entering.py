import asyncio
from datetime import timedelta

import pytest

from tests.unit.queueing.owed import NOON, owed, shop
from voicebot.agents.entering import NobodyIsOwed, entry_of
from voicebot.calls.model import CallFacts, CallId, ChannelId
from voicebot.dialogue.queue_settings import QueueSettings
from voicebot.errors import StoreError
from voicebot.line_ports import OwedCallbacks
from voicebot.queueing.callbacks import Callback
from voicebot.queueing.model import Rank

NOW = NOON + timedelta(hours=1)
SETTINGS = QueueSettings(name="main")
NOT_OWED = (Rank.REGULAR, NOW.timestamp())


class Owed:
    def __init__(self, answer: Callback | StoreError | None) -> None:
        self._answer = answer
        self.asked: list[tuple[str, str]] = []

    async def owed_to(self, business: str, number: str) -> Callback | None:
        self.asked.append((business, number))
        if isinstance(self._answer, StoreError):
            raise self._answer
        if self._answer is None:
            await asyncio.Event().wait()
        return self._answer


async def enters(owed_to: OwedCallbacks, number: str = "+12025550123") -> tuple[Rank, float]:
    facts = CallFacts(CallId("c-1"), ChannelId("c-1"), number, "1000", "ulaw")
    return await entry_of(owed_to, facts, shop(), SETTINGS, NOW)


async def test_who_is_owed_a_call_keeps_its_place() -> None:
    calls = Owed(owed())
    _, at_s = await enters(calls)
    assert owed().place.arrived_at_s - 1 < at_s < owed().place.arrived_at_s
    assert calls.asked == [("Shop", "+12025550123")]


@pytest.mark.parametrize("answer", [StoreError("database away"), None])
async def test_a_database_that_is_away_or_slow_is_not_waited_for(
    answer: StoreError | None,
) -> None:
    assert await enters(Owed(answer)) == NOT_OWED


async def test_a_withheld_number_is_owed_nothing() -> None:
    calls = Owed(owed())
    assert await enters(calls, "") == NOT_OWED
    assert calls.asked == []


async def test_where_there_are_no_callbacks_nobody_is_owed_one() -> None:
    assert await enters(NobodyIsOwed()) == NOT_OWED
