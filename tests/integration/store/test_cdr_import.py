import os
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from tests.fakes.sample_calls import NOON, a_record
from tests.unit.store.cdr_lines import cdr_line
from voicebot.calls.model import CallId, CallRecord, HandledBy, Outcome
from voicebot.errors import StoreError
from voicebot.store.calls import SqlCallRecords
from voicebot.store.cdr_import import CdrImport, Imported
from voicebot.store.engine import Database
from voicebot.store.tables import calls, cdr_positions

LATER = NOON + timedelta(minutes=1)


class Cdrs:
    """Asterisk's file, the import and what came of it."""

    def __init__(self, database: Database, path: Path) -> None:
        self.path = path
        self.records = SqlCallRecords(database)
        self.importing = CdrImport(database, path)
        self.database = database

    def write(self, *lines: str) -> None:
        with self.path.open("a") as opened:
            opened.writelines(f"{line}\n" for line in lines)

    async def outcomes(self) -> dict[str, Outcome]:
        return {found.facts.call_id: found.outcome for found in await self.records.latest(100)}

    async def clear(self) -> None:
        self.path.write_text("")
        async with self.database.writing("clear") as connection:
            await connection.execute(delete(calls))
            await connection.execute(delete(cdr_positions))


ANSWERED = f"{NOON.timestamp() - 1:.6f}"


@pytest.fixture
def cdrs(database: Database, tmp_path: Path) -> Cdrs:
    return Cdrs(database, tmp_path / "voicebot.csv")


async def test_without_a_file_nothing_is_imported(cdrs: Cdrs) -> None:
    assert await cdrs.importing.run(LATER) == Imported()


async def test_calls_that_no_agent_took_are_put_on_record(cdrs: Cdrs) -> None:
    message = cdr_line("2.2", voicemail="voicemail/2.wav", voicemail_s="3.5")
    cdrs.write(cdr_line("1.1"), message, cdr_line("3.3", handled_by="agent", answer=ANSWERED))
    cdrs.write(cdr_line("4.4", channel="WebSocket/INCOMING/1"), "spoilt")
    imported = await cdrs.importing.run(LATER)
    assert imported == Imported(lines=5, stubs=3, malformed=1)
    assert await cdrs.outcomes() == {
        "1.1": Outcome.ABANDONED,
        "2.2": Outcome.MESSAGE_TAKEN,
        "3.3": Outcome.FAILED,
    }
    found = await cdrs.records.find(CallId("2.2"))
    assert found is not None
    assert found.voicemail == "asterisk/spool/voicemail/2.wav"
    assert found.ended_at == NOON


async def test_a_second_run_reads_only_what_is_new(cdrs: Cdrs) -> None:
    cdrs.write(cdr_line("1.1"))
    await cdrs.importing.run(LATER)
    assert await cdrs.importing.run(LATER) == Imported()
    cdrs.write(cdr_line("2.2"))
    assert await cdrs.importing.run(LATER) == Imported(lines=1, stubs=1)


async def test_reading_the_whole_file_again_changes_nothing(cdrs: Cdrs) -> None:
    cdrs.write(cdr_line("1.1"), cdr_line("2.2", handled_by="agent"))
    await cdrs.importing.run(LATER)
    before = await cdrs.records.latest(10)
    again = await cdrs.importing.run(LATER, from_start=True)
    assert again == Imported(lines=2)
    assert await cdrs.records.latest(10) == before


async def test_an_agents_record_wins_over_the_cdr(cdrs: Cdrs) -> None:
    record = a_record("1.1")
    await cdrs.records.write(record)
    cdrs.write(cdr_line("1.1", handled_by="agent", hangup_cause="127"))
    assert (await cdrs.importing.run(LATER)).stubs == 0
    assert await cdrs.records.find(CallId("1.1")) == record


async def test_an_agents_record_that_comes_late_replaces_the_stub(cdrs: Cdrs) -> None:
    cdrs.write(cdr_line("1.1", handled_by="agent"))
    await cdrs.importing.run(LATER)
    record = a_record("1.1")
    await cdrs.records.write(record)
    await cdrs.importing.run(LATER, from_start=True)
    assert await cdrs.records.find(CallId("1.1")) == record


async def test_an_agent_has_a_second_to_tell_of_the_end_first(cdrs: Cdrs) -> None:
    cdrs.write(
        cdr_line("1.1"), cdr_line("2.2", handled_by="agent", answer=ANSWERED), cdr_line("3.3")
    )
    soon = NOON + timedelta(milliseconds=999)
    assert await cdrs.importing.run(soon) == Imported(lines=1, stubs=1)
    assert await cdrs.importing.run(soon) == Imported()
    then = NOON + timedelta(seconds=1)
    assert await cdrs.importing.run(then) == Imported(lines=2, stubs=2)
    assert (await cdrs.outcomes())["2.2"] is Outcome.FAILED


async def test_a_clock_that_was_set_back_holds_nothing_up(cdrs: Cdrs) -> None:
    cdrs.write(cdr_line("1.1", handled_by="agent", answer=ANSWERED))
    assert await cdrs.importing.run(NOON - timedelta(hours=1)) == Imported(lines=1, stubs=1)


async def test_an_agents_record_replaces_what_was_made_of_the_file(cdrs: Cdrs) -> None:
    cdrs.write(cdr_line("1.1", handled_by="agent", answer=ANSWERED))
    await cdrs.importing.run(LATER)
    assert await cdrs.outcomes() == {"1.1": Outcome.FAILED}
    await cdrs.records.write(a_record("1.1"))
    assert await cdrs.outcomes() == {"1.1": Outcome.RESOLVED}


async def test_nothing_is_asked_of_the_database_while_the_file_stays_as_it_is(cdrs: Cdrs) -> None:
    cdrs.write(cdr_line("1.1"))
    await cdrs.importing.run(LATER)
    await cdrs.database.close()
    cdrs.importing._database = Database.open("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    assert await cdrs.importing.run(LATER) == Imported()
    cdrs.write(cdr_line("2.2"))
    with pytest.raises(StoreError):
        await cdrs.importing.run(LATER)
    with pytest.raises(StoreError):  # and a run that failed is not taken for done
        await cdrs.importing.run(LATER)


async def test_an_operator_who_took_the_call_is_on_record(cdrs: Cdrs) -> None:
    cdrs.write(cdr_line("1.1", handled_by="operator", operator="anna"))
    await cdrs.importing.run(LATER)
    await cdrs.importing.run(LATER, from_start=True)
    found = await cdrs.records.find(CallId("1.1"))
    assert found is not None
    assert (found.handled_by, found.outcome) == (HandledBy.OPERATOR, Outcome.TRANSFERRED)
    assert [transfer.operator for transfer in found.transfers] == ["anna"]


async def test_an_operator_found_after_the_agent_let_go_is_on_the_agents_record(
    cdrs: Cdrs,
) -> None:
    let_go = a_record("1.1", handled_by=HandledBy.DIALPLAN, outcome=Outcome.FAILED, transfers=1)
    kept = a_record("2.2", outcome=Outcome.RESOLVED, transfers=1)
    for record in (let_go, kept):
        await cdrs.records.write(record)
    cdrs.write(cdr_line("1.1", handled_by="operator", operator="ben"))
    cdrs.write(cdr_line("2.2", handled_by="operator", operator="anna"))
    await cdrs.importing.run(LATER)
    await cdrs.importing.run(LATER, from_start=True)
    found = await cdrs.records.find(CallId("1.1"))
    assert found is not None
    assert (found.handled_by, found.outcome) == (HandledBy.OPERATOR, Outcome.TRANSFERRED)
    assert [transfer.operator for transfer in found.transfers] == ["anna", "ben"]
    assert await cdrs.records.find(CallId("2.2")) == kept  # its agent saw it itself


@pytest.mark.parametrize("agent_comes_first", [True, False])
async def test_a_caller_who_was_taken_from_a_frozen_agent_was_not_left_by_him(
    cdrs: Cdrs, agent_comes_first: bool
) -> None:
    gone = a_record("1.1", outcome=Outcome.ABANDONED)
    promised = a_record("2.2", outcome=Outcome.CALLBACK_BOOKED)
    cdrs.write(cdr_line("1.1"), cdr_line("2.2"), cdr_line("3.3", handled_by="agent"))
    agents = (gone, promised, a_record("3.3", outcome=Outcome.ABANDONED))
    if not agent_comes_first:
        await cdrs.importing.run(LATER)
    for record in agents:
        await cdrs.records.write(record)
    await cdrs.importing.run(LATER, from_start=True)
    for record in agents:  # the agent writes again, and still knows of nothing
        await cdrs.records.write(record)
    found = [await cdrs.records.find(record.facts.call_id) for record in agents]
    assert [one and (one.handled_by, one.outcome) for one in found] == [
        (HandledBy.DIALPLAN, Outcome.FAILED),
        (HandledBy.DIALPLAN, Outcome.CALLBACK_BOOKED),
        (HandledBy.AGENT, Outcome.ABANDONED),
    ]


async def test_a_message_left_after_the_agent_let_go_is_on_the_agents_record(cdrs: Cdrs) -> None:
    record = a_record("1.1", handled_by=HandledBy.DIALPLAN, outcome=Outcome.FAILED)
    await cdrs.records.write(record)
    cdrs.write(cdr_line("1.1", voicemail="voicemail/1.wav", voicemail_s="4"))
    await cdrs.importing.run(LATER)
    expected = replace(record, voicemail="asterisk/spool/voicemail/1.wav")
    assert await cdrs.records.find(CallId("1.1")) == expected
    await cdrs.records.write(record)  # the agent writes again, and still knows of no message
    assert await cdrs.records.find(CallId("1.1")) == expected


async def test_a_message_of_whom_the_agent_sent_to_the_voicemail_is_what_came_of_it(
    cdrs: Cdrs,
) -> None:
    records = [
        a_record(call_id, handled_by=HandledBy.DIALPLAN, outcome=Outcome.ABANDONED)
        for call_id in ("1.1", "2.2")
    ]
    await cdrs.records.write(records[0])
    cdrs.write(
        *(
            cdr_line(call_id, voicemail="voicemail/1.wav", voicemail_s="4")
            for call_id in ("1.1", "2.2")
        )
    )
    await cdrs.importing.run(LATER)
    await cdrs.records.write(records[1])
    found = [await cdrs.records.find(record.facts.call_id) for record in records]
    assert [one and one.outcome for one in found] == [Outcome.MESSAGE_TAKEN] * 2


async def test_a_codec_that_was_chosen_after_the_agent_began_is_on_the_agents_record(
    cdrs: Cdrs,
) -> None:
    record = a_record("1.1")
    await cdrs.records.write(replace(record, facts=replace(record.facts, codec="")))
    cdrs.write(cdr_line("1.1", codec="alaw", handled_by="agent", answer=ANSWERED))
    await cdrs.importing.run(LATER)
    found = await cdrs.records.find(CallId("1.1"))
    assert found is not None
    assert found.facts.codec == "alaw"
    assert found.turns == record.turns


async def test_several_cdrs_of_a_call_make_one_record(cdrs: Cdrs) -> None:
    first = cdr_line("1.1", handled_by="agent", ended_at=NOON - timedelta(seconds=20))
    cdrs.write(first, cdr_line("1.1", lasted_s=10, voicemail="voicemail/1.wav", voicemail_s="2"))
    await cdrs.importing.run(LATER)
    found = await cdrs.records.find(CallId("1.1"))
    assert found is not None
    assert found.started_at == NOON - timedelta(seconds=50)
    assert (found.ended_at, found.outcome) == (NOON, Outcome.MESSAGE_TAKEN)
    assert found.handled_by is HandledBy.DIALPLAN


async def test_rotation_loses_no_call(cdrs: Cdrs) -> None:
    cdrs.write(cdr_line("1.1"))
    await cdrs.importing.run(LATER)
    cdrs.write(cdr_line("2.2"))
    os.utime(cdrs.path.rename(cdrs.path.with_name("voicebot.csv.1")), ns=(1, 1))
    cdrs.write(cdr_line("3.3"))
    assert await cdrs.importing.run(LATER) == Imported(lines=2, stubs=2)
    assert set(await cdrs.outcomes()) == {"1.1", "2.2", "3.3"}


async def test_a_file_that_may_not_be_read_is_a_store_error(cdrs: Cdrs) -> None:
    cdrs.path.mkdir()
    with pytest.raises(StoreError, match="CDR file"):
        await cdrs.importing.run(LATER)


def _line(call: int, by: str, message: bool, ended_s: int) -> str:
    return cdr_line(
        f"{call}.{call}",
        handled_by=by,
        operator="anna" if by == "operator" else "",
        ended_at=NOON + timedelta(seconds=ended_s),
        voicemail="voicemail/x.wav" if message else "",
        voicemail_s="2",
    )


lines = st.lists(
    st.builds(
        _line,
        st.integers(0, 3),
        st.sampled_from(["agent", "dialplan", "operator"]),
        st.booleans(),
        st.integers(0, 20),
    ),
    max_size=8,
)


@given(lines=lines, cuts=st.lists(st.integers(0, 2_000), max_size=4), again=st.booleans())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_however_the_file_grows_between_runs_the_records_are_the_same(
    cdrs: Cdrs, lines: list[str], cuts: list[int], again: bool
) -> None:
    whole = "".join(f"{line}\n" for line in lines)

    async def after(parts: list[str]) -> list[CallRecord]:
        await cdrs.clear()
        for number, part in enumerate(parts):
            with cdrs.path.open("a") as opened:
                opened.write(part)
            at = NOON + timedelta(seconds=number)
            await cdrs.importing.run(at, from_start=again)
        await cdrs.importing.run(LATER)
        return list(await cdrs.records.latest(100))

    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    parts = [whole[start:end] for start, end in pairwise(edges)]
    assert await after(parts) == await after([whole])
