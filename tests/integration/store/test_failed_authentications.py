from datetime import timedelta

from tests.fakes.sample_calls import NOON
from voicebot.calls.failed_authentications import FailureKey
from voicebot.store.engine import Database
from voicebot.store.failed_authentications import SqlFailedAuthentications

NOW = FailureKey(NOON, "PJSIP", "192.0.2.1", "InvalidPassword")
OTHER = FailureKey(NOON, "PJSIP", "2001:db8::1", "InvalidAccountID")
EARLIER = FailureKey(NOON - timedelta(hours=1), "AMI", "192.0.2.1", "InvalidPassword")


async def test_counts_of_one_hour_add_up(database: Database) -> None:
    counts = SqlFailedAuthentications(database, "node1")
    await counts.add({NOW: 2, EARLIER: 7})
    await counts.add({NOW: 3, OTHER: 9})
    assert await counts.latest(9) == [(OTHER, 9), (NOW, 5), (EARLIER, 7)]
    assert await counts.latest(1) == [(OTHER, 9)]
    assert await SqlFailedAuthentications(database, "node2").latest(9) == []


async def test_addresses_are_forgotten_in_time(database: Database) -> None:
    counts = SqlFailedAuthentications(database, "node1")
    await counts.add({NOW: 2, EARLIER: 7})
    assert await counts.forget(NOON) == 1
    assert await counts.latest(9) == [(NOW, 2)]
