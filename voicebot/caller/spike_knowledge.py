"""What does the service know of these callers?

Asked of its own records, Asterisk's CDRs, the callbacks and what was decided at admission. Crowds
have the same numbers in each run with the same seed, so what was before the run is left out.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from voicebot.caller.spike_accounts import CLOSED, Known
from voicebot.calls.model import CallId, CallRecord, Direction, Outcome
from voicebot.queueing.admission_records import AdmissionRecord
from voicebot.settings import Settings
from voicebot.store.admissions import SqlAdmissions
from voicebot.store.asterisk_cdr import read_line
from voicebot.store.callbacks import CallbackStatus, SqlCallbackRequests
from voicebot.store.calls import SqlCallRecords
from voicebot.store.cdr_import import CDR_FILE
from voicebot.store.engine import Database

# Others may call meanwhile: look further back than these calls reach.
OTHERS = 200


async def what_is_known(
    settings: Settings, numbers: Collection[str], since: datetime
) -> Mapping[str, Known]:
    """By the caller's number. Raises StoreError."""
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    callbacks: dict[str, list[str]] = defaultdict(list)
    database = Database.open(settings.resolved_database_url)
    try:
        for record in await SqlCallRecords(database).latest(4 * len(numbers) + OTHERS):
            if record.facts.direction is Direction.INBOUND and record.started_at >= since:
                outcomes[record.facts.caller_number].append(record.outcome)
        for kept in await SqlCallbackRequests(database).latest(2 * len(numbers) + OTHERS):
            if kept.request.requested_at < since:
                continue
            is_done = kept.status is CallbackStatus.DONE
            callbacks[kept.request.number].append(
                CLOSED if is_done else f"{kept.status.value} {kept.state} {kept.why}"
            )
    finally:
        await database.close()
    cdrs = _cdrs(settings, since)
    return {
        number: Known(tuple(outcomes[number]), len(cdrs[number]), tuple(callbacks[number]))
        for number in numbers
    }


async def who_waited(
    settings: Settings, numbers: Collection[str], since: datetime
) -> Mapping[str, AdmissionRecord]:
    """By the number, what was decided about those who had to wait. Raises StoreError."""
    found: dict[str, AdmissionRecord] = {}
    database = Database.open(settings.resolved_database_url)
    try:
        admissions = SqlAdmissions(database)
        for record in await SqlCallRecords(database).latest(4 * len(numbers) + OTHERS):
            number = record.facts.caller_number
            if number not in numbers or record.facts.direction is not Direction.INBOUND:
                continue
            if record.started_at < since:
                continue
            for admission in await admissions.of_call(record.facts.call_id):
                if admission.position is not None:
                    found[number] = admission
    finally:
        await database.close()
    return found


def _cdrs(settings: Settings, since: datetime) -> Mapping[str, set[CallId]]:
    found: dict[str, set[CallId]] = defaultdict(set)
    path = settings.state_dir / CDR_FILE
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        read = read_line(line)
        if not isinstance(read, CallRecord) or read.started_at < since:
            continue
        if read.facts.direction is Direction.INBOUND:
            found[read.facts.caller_number].add(read.facts.call_id)
    return found
