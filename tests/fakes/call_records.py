"""Call records in memory; keeps the same contract as the database."""

from dataclasses import replace

from voicebot.calls.model import CallId, CallRecord


class FakeCallRecords:
    def __init__(self) -> None:
        self.records: dict[CallId, CallRecord] = {}

    async def write(self, record: CallRecord) -> None:
        known = self.records.get(record.facts.call_id)
        if known is not None and record.voicemail is None:
            record = replace(record, voicemail=known.voicemail)
        self.records[record.facts.call_id] = record

    async def find(self, call_id: CallId) -> CallRecord | None:
        return self.records.get(call_id)
