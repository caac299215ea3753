"""What a spike takes for its own, where an earlier one had the same callers."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.sample_calls import NOON, a_record
from tests.fakes.sample_messages import a_request
from tests.unit.store.cdr_lines import cdr_line
from voicebot.caller.spike_knowledge import what_is_known, who_waited
from voicebot.calls.model import CallId
from voicebot.queueing.admission_records import AdmissionRecord
from voicebot.queueing.model import QueueName, Rank
from voicebot.settings import Settings
from voicebot.store.admissions import SqlAdmissions
from voicebot.store.callbacks import CallbackStatus, SqlCallbackRequests
from voicebot.store.calls import SqlCallRecords
from voicebot.store.cdr_import import CDR_FILE
from voicebot.store.engine import Database

NUMBER = "+15550100"
NOW = NOON + timedelta(hours=1)


async def spike(database: Database, file: Path, call_id: str, at: datetime, position: int) -> None:
    """One caller, who waited, booked a callback, and is on record."""
    record = a_record(call_id, caller_number=NUMBER, started_at=at)
    await SqlCallRecords(database).write(record)
    request = replace(a_request(call_id, number=NUMBER), requested_at=at)
    await SqlCallbackRequests(database).request(request)
    await SqlCallbackRequests(database).close(request.call_id, CallbackStatus.DONE, at)
    told = AdmissionRecord(
        CallId(call_id), at, QueueName("q"), Rank.REGULAR, "Wait", "all-slots-taken", position
    )
    await SqlAdmissions(database).keep([told])
    line = cdr_line(call_id, caller_number=NUMBER, ended_at=record.ended_at)
    with file.open("a") as opened:
        opened.write(f"{line}\n")


@pytest.mark.parametrize("since", [NOON, NOW])
async def test_what_was_before_the_run_is_not_counted(
    database: Database, database_url: str, tmp_path: Path, since: datetime
) -> None:
    settings = Settings.model_validate({"state_dir": tmp_path, "database_url": database_url})
    file = tmp_path / CDR_FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    await spike(database, file, "node1-1.1", NOON, 7)
    await spike(database, file, "node1-2.1", NOW, 3)
    runs = 2 if since == NOON else 1
    known = (await what_is_known(settings, {NUMBER}, since))[NUMBER]
    assert (len(known.outcomes), known.cdrs, len(known.callbacks)) == (runs, runs, runs)
    assert (await who_waited(settings, {NUMBER}, NOW))[NUMBER].position == 3
