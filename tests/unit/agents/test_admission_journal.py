"""Verdicts and waits, on their way to the database."""

import asyncio
from contextlib import suppress

from tests.fakes.sample_calls import NOON
from tests.fakes.virtual_time import settle
from tests.fakes.waits import FakeAdmissions
from voicebot.agents.admission_journal import GATHERED_FOR_S, MOST, AdmissionJournal
from voicebot.calls.model import CallId
from voicebot.queueing.admission_records import AdmissionRecord
from voicebot.queueing.model import QueueName, Rank
from voicebot.queueing.wait_facts import WaitEnding

MAIN = QueueName("main@1000")


def a_verdict(name: str) -> AdmissionRecord:
    return AdmissionRecord(CallId(name), NOON, MAIN, Rank.REGULAR, "Wait", "all-slots-taken")


async def test_what_becomes_known_of_a_wait_is_kept_with_its_verdict() -> None:
    book = FakeAdmissions()
    journal = AdmissionJournal(book)
    journal.judged(a_verdict("anna"))
    await journal.finish()
    [kept] = book.of_call("anna")
    assert (kept.reason, kept.ended) == ("all-slots-taken", None)
    journal.add(CallId("anna"), position=2)
    journal.add(CallId("anna"), waited_s=9.0, ended=WaitEnding.GAVE_UP)
    journal.over(CallId("anna"))
    journal.add(CallId("anna"), waited_s=99.0)
    journal.add(CallId("nobody"), waited_s=99.0)
    await journal.finish()
    [kept] = book.of_call("anna")
    assert (kept.position, kept.waited_s, kept.ended) == (2, 9.0, WaitEnding.GAVE_UP)


async def test_a_database_that_is_away_loses_nothing() -> None:
    book = FakeAdmissions()
    book.is_away = True
    journal = AdmissionJournal(book)
    running = asyncio.create_task(journal.run())
    journal.judged(a_verdict("anna"))
    await settle()
    await asyncio.sleep(2 * GATHERED_FOR_S)
    assert book.kept == {}
    journal.add(CallId("anna"), position=7)
    book.is_away = False
    await asyncio.sleep(8 * GATHERED_FOR_S)
    assert [kept.position for kept in book.of_call("anna")] == [7]
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_more_than_can_wait_lets_the_oldest_go() -> None:
    book = FakeAdmissions()
    journal = AdmissionJournal(book)
    for number in range(MOST + 2):
        journal.judged(a_verdict(f"caller-{number}"))
        journal.over(CallId(f"caller-{number}"))
    await journal.finish()
    assert len(book.kept) == MOST
    assert book.of_call("caller-1") == []
    assert len(book.of_call("caller-2")) == 1
