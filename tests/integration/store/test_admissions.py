from dataclasses import replace
from datetime import timedelta

from tests.fakes.sample_calls import NOON
from voicebot.calls.model import CallId
from voicebot.queueing.admission_records import AdmissionRecord
from voicebot.queueing.model import QueueName, Rank
from voicebot.queueing.wait_facts import WaitEnding
from voicebot.store.admissions import SqlAdmissions
from voicebot.store.engine import Database

ANNA, BEN = CallId("node1-1.1"), CallId("node1-2.2")
WAITS = AdmissionRecord(ANNA, NOON, QueueName("main@1000"), Rank.VIP, "Wait", "all-slots-taken")


async def test_a_verdict_is_kept_at_once_and_the_wait_when_it_is_over(database: Database) -> None:
    book = SqlAdmissions(database)
    of_ben = replace(WAITS, call_id=BEN, verdict="TalkNow", reason="slot-free")
    await book.keep([WAITS, of_ben])
    assert await book.of_call(ANNA) == [WAITS]
    over = replace(
        WAITS,
        position=3,
        told_low_s=50.0,
        told_high_s=150.0,
        told_point_s=100.0,
        waited_s=42.5,
        ended=WaitEnding.GAVE_UP,
    )
    await book.keep([over])
    assert await book.of_call(ANNA) == [over]
    assert await book.of_call(BEN) == [of_ben]


async def test_a_call_that_is_judged_twice_has_both_in_order(database: Database) -> None:
    book = SqlAdmissions(database)
    later = replace(WAITS, judged_at=NOON + timedelta(seconds=9), verdict="TalkNow")
    await book.keep([later])
    await book.keep([WAITS])
    assert await book.of_call(ANNA) == [WAITS, later]


async def test_nothing_is_kept_of_nobody(database: Database) -> None:
    book = SqlAdmissions(database)
    await book.keep([])
    assert await book.of_call(ANNA) == []
