import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.sample_business import a_business
from tests.fakes.sample_calls import NOON, a_record
from tests.fakes.sample_messages import a_message, a_request
from tests.unit.store.cdr_lines import cdr_line
from voicebot.calls.follow_up import AGENT_PATIENCE, DIALPLAN_PATIENCE, FinishedCall, follow_up
from voicebot.calls.model import (
    CallbackReason,
    CallbackRequest,
    CallId,
    HandledBy,
    Message,
    Outcome,
)
from voicebot.store.callbacks import CallbackStatus, SqlCallbackRequests
from voicebot.store.calls import SqlCallRecords
from voicebot.store.cdr_import import CdrImport
from voicebot.store.engine import Database
from voicebot.store.follow_ups import FollowedUp, SqlFollowUps
from voicebot.store.messages import SqlMessages

LATER = NOON + timedelta(minutes=1)
BUSINESSES = (a_business(dids=["100"]),)
ANSWERED = f"{NOON.timestamp() - 1:.6f}"


def voicemail_line(call_id: str, caller_number: str = "+15550100") -> str:
    return cdr_line(
        call_id, caller_number=caller_number, voicemail="voicemail/1.wav", voicemail_s="4"
    )


class Desk:
    """The records of calls, Asterisk's file, and what is done about both."""

    def __init__(self, database: Database, file: Path) -> None:
        self.file = file
        self.records = SqlCallRecords(database)
        self.importing = CdrImport(database, file)
        self.follow_ups = SqlFollowUps(database)
        self.messages = SqlMessages(database)
        self.callbacks = SqlCallbackRequests(database)

    async def told(self, *lines: str) -> None:
        with self.file.open("a") as opened:
            opened.writelines(f"{line}\n" for line in lines)
        await self.importing.run(LATER)

    async def work(self, at: datetime = LATER) -> FollowedUp:
        def decide(call: FinishedCall) -> Message | CallbackRequest | None:
            return follow_up(call, BUSINESSES)

        return await self.follow_ups.run(at, decide)

    async def reasons(self) -> dict[str, CallbackReason]:
        return {
            kept.request.call_id: kept.request.reason for kept in await self.callbacks.waiting(100)
        }


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(database, tmp_path / "voicebot.csv")


async def test_missed_and_broken_calls_wait_to_be_rung_back_and_messages_are_kept(
    desk: Desk,
) -> None:
    await desk.told(
        cdr_line("1.1", caller_number="+15550101"),
        cdr_line("2.2", caller_number="+15550102", handled_by="agent", answer=ANSWERED),
        voicemail_line("3.3", "+15550103"),
        cdr_line("4.4", caller_number=""),
        cdr_line("5.5", caller_number="+15550105", did="999"),
        cdr_line("6.6", caller_number="+15550106", direction="probe"),
    )
    assert await desk.work() == FollowedUp(calls=6, messages=1, callbacks=2)
    assert await desk.reasons() == {"1.1": CallbackReason.MISSED, "2.2": CallbackReason.BROKEN}
    (kept,) = await desk.messages.latest(10)
    assert kept.message.recording == "asterisk/spool/voicemail/1.wav"
    assert not kept.is_transcribed


async def test_a_call_is_followed_up_once_however_often_its_line_is_read(desk: Desk) -> None:
    await desk.told(cdr_line("1.1"))
    await desk.work()
    await desk.callbacks.close(CallId("1.1"), CallbackStatus.DONE, LATER)
    await desk.importing.run(LATER, from_start=True)
    assert await desk.work() == FollowedUp()
    assert await desk.reasons() == {}


async def test_processes_that_work_at_once_follow_a_call_up_once(desk: Desk) -> None:
    await desk.told(*(cdr_line(f"{n}.{n}", caller_number=f"+1555010{n}") for n in range(8)))
    done = await asyncio.gather(*(desk.work() for _ in range(4)))
    assert sum(one.calls for one in done) == 8
    assert len(await desk.reasons()) == 8


async def test_an_agents_record_is_not_followed_up_while_its_caller_may_still_speak(
    desk: Desk,
) -> None:
    await desk.records.write(a_record("1.1", handled_by=HandledBy.DIALPLAN, outcome=Outcome.FAILED))
    assert await desk.work() == FollowedUp()  # the caller is in the dialplan, at the voicemail
    await desk.told(voicemail_line("1.1"))
    assert await desk.work() == FollowedUp(calls=1, messages=1)


async def test_an_agent_that_lives_has_the_last_word(desk: Desk) -> None:
    await desk.told(cdr_line("1.1", handled_by="agent", answer=ANSWERED))
    assert await desk.work(NOON + AGENT_PATIENCE - timedelta(seconds=1)) == FollowedUp()
    await desk.records.write(a_record("1.1", outcome=Outcome.RESOLVED))
    assert await desk.work(NOON + timedelta(seconds=1)) == FollowedUp(calls=1)
    assert await desk.reasons() == {}


async def test_the_dialplans_word_is_waited_for_a_little(desk: Desk) -> None:
    await desk.told(cdr_line("1.1"))
    assert await desk.work(NOON + DIALPLAN_PATIENCE - timedelta(seconds=1)) == FollowedUp()
    assert await desk.work(NOON + DIALPLAN_PATIENCE) == FollowedUp(calls=1, callbacks=1)


async def test_what_the_agent_took_down_before_the_call_broke_is_enough(desk: Desk) -> None:
    for call_id in ("1.1", "2.2"):
        await desk.records.write(a_record(call_id, outcome=Outcome.FAILED))
    await desk.messages.leave(a_message("1.1"))
    await desk.callbacks.request(a_request("2.2"))
    await desk.told(cdr_line("1.1", handled_by="agent"), cdr_line("2.2", handled_by="agent"))
    assert await desk.work() == FollowedUp(calls=2)


async def test_a_message_that_cannot_be_decided_upon_leaves_the_call_to_be_followed_up(
    desk: Desk,
) -> None:
    await desk.told(cdr_line("1.1"), cdr_line("2.2", caller_number="+15550199"))

    class Stop(Exception):
        pass

    def dies(call: FinishedCall) -> Message | CallbackRequest | None:
        if call.record.facts.call_id == "2.2":
            raise Stop
        return follow_up(call, BUSINESSES)

    with pytest.raises(Stop):
        await desk.follow_ups.run(LATER, dies)
    assert await desk.reasons() == {}
    assert (await desk.work()).callbacks == 2


async def test_what_was_imported_since_anybody_looked_waits_for_the_next_round(desk: Desk) -> None:
    await desk.told(cdr_line("1.1", caller_number="+15550101"))
    known = await desk.follow_ups.waiting(LATER)
    await desk.told(cdr_line("2.2", caller_number="+15550102"))
    seen: list[str] = []

    def decide(call: FinishedCall) -> None:
        seen.append(call.record.facts.call_id)

    assert await desk.follow_ups.run(LATER, decide, known) == FollowedUp(calls=1)
    assert seen == ["1.1"]
    assert await desk.follow_ups.run(LATER, decide, []) == FollowedUp()
    assert await desk.follow_ups.run(LATER, decide) == FollowedUp(calls=1)
    assert seen == ["1.1", "2.2"]


async def test_only_calls_without_an_agents_record_are_to_be_salvaged(desk: Desk) -> None:
    await desk.records.write(a_record("1.1"))
    await desk.told(cdr_line("1.1", handled_by="agent"), cdr_line("2.2", handled_by="agent"))
    assert await desk.follow_ups.to_salvage(NOON + timedelta(seconds=2)) == []
    found = await desk.follow_ups.to_salvage(NOON + timedelta(seconds=3))
    assert [record.facts.call_id for record in found] == ["2.2"]
    assert await desk.follow_ups.to_salvage(NOON + timedelta(hours=2)) == []


async def test_while_the_clock_was_set_back_a_call_is_salvaged_all_the_same(desk: Desk) -> None:
    await desk.told(cdr_line("1.1", handled_by="agent"))
    before = NOON - timedelta(hours=1)
    found = await desk.follow_ups.to_salvage(before)
    assert [record.facts.call_id for record in found] == ["1.1"]


async def test_an_end_in_the_future_is_waited_upon_from_the_moment_it_is_known(desk: Desk) -> None:
    # The clock was set back in mid-call: the call began later than now.
    end = f"{LATER.timestamp():.6f}"
    start = f"{LATER.timestamp() + 3_000:.6f}"
    await desk.told(cdr_line("1.1", handled_by="agent", start=start, answer=start, end=end))
    assert await desk.work(LATER + timedelta(seconds=9)) == FollowedUp()
    assert (await desk.work(LATER + timedelta(seconds=10))).callbacks == 1


BEFORE = NOON - timedelta(minutes=5)


async def called_again(desk: Desk, outcome: Outcome, caller_number: str = "+15550100") -> None:
    """Somebody who was owed a call since before rings back; this is how that call ended."""
    await desk.callbacks.request(a_request("0.0", business="lakeside_bikes", requested_at=BEFORE))
    await desk.records.write(a_record("1.1", outcome=outcome, caller_number=caller_number))
    await desk.told(cdr_line("1.1", caller_number=caller_number, handled_by="agent"))
    await desk.work()


async def test_who_rings_back_and_gets_through_is_owed_no_call_any_more(desk: Desk) -> None:
    await called_again(desk, Outcome.RESOLVED)
    assert await desk.reasons() == {}


@pytest.mark.parametrize("outcome", [Outcome.ABANDONED, Outcome.FAILED])
async def test_who_rings_back_in_vain_is_still_owed_the_call(desk: Desk, outcome: Outcome) -> None:
    await called_again(desk, outcome)
    assert "0.0" in await desk.reasons()


async def test_who_rings_from_another_telephone_is_still_owed_the_call_at_the_first(
    desk: Desk,
) -> None:
    await called_again(desk, Outcome.RESOLVED, "+15550177")
    assert await desk.reasons() == {"0.0": CallbackReason.REQUESTED}
