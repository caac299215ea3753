from dataclasses import replace

import pytest

from tests.fakes.call_records import FakeCallRecords
from tests.fakes.sample_calls import a_record
from voicebot.calls.model import CallId
from voicebot.ports import CallRecords
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database


@pytest.fixture
def records(implementation: Database | None) -> CallRecords:
    return FakeCallRecords() if implementation is None else SqlCallRecords(implementation)


async def test_a_record_is_found_as_it_was_written(records: CallRecords) -> None:
    await records.write(a_record("1.1", recording_caller="asterisk/spool/a.wav"))
    found = await records.find(CallId("1.1"))
    assert found == a_record("1.1", recording_caller="asterisk/spool/a.wav")


async def test_writing_again_replaces_the_record_with_turns_and_transfers(
    records: CallRecords,
) -> None:
    await records.write(a_record("2.2", turns=3, transfers=2))
    await records.write(a_record("2.2", turns=1, transfers=1))
    assert await records.find(CallId("2.2")) == a_record("2.2", turns=1, transfers=1)


async def test_a_record_that_knows_of_no_voicemail_takes_none_away(records: CallRecords) -> None:
    record = a_record("3.3", voicemail="asterisk/spool/voicemail/3.wav")
    await records.write(record)
    await records.write(replace(record, voicemail=None, hangup_cause=127))
    assert await records.find(CallId("3.3")) == replace(record, hangup_cause=127)


async def test_a_call_that_is_not_on_record_is_none(records: CallRecords) -> None:
    assert await records.find(CallId("9.9")) is None
