"""Puts a call's one record where it stays."""

import asyncio

from voicebot.calls.model import CallRecord
from voicebot.errors import StoreError
from voicebot.ports import CallRecords
from voicebot.telemetry.logs import log_of

RECORD_ATTEMPTS = 5
RECORD_RETRY_S = 0.5

log = log_of(__name__)


async def keep_record(records: CallRecords, record: CallRecord) -> None:
    """A busy database is asked again; the CDR file is what remains if it stays away."""
    for attempt in range(RECORD_ATTEMPTS):
        try:
            await records.write(record)
        except StoreError as error:
            log.error(
                "call.record_not_written",
                call_id=record.facts.call_id,
                attempt=attempt,
                code=error.code,
            )
            await asyncio.sleep(RECORD_RETRY_S)
        else:
            return
