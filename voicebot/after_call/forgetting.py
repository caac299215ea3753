"""Whose context is kept though the call is over and on record?

An agent forgets its call's context when the record is written. Where Redis was away or its disk
full at that moment, what callers said would stay there for an hour.
"""

from datetime import datetime

from voicebot.ports import CallContexts
from voicebot.store.calls import SqlCallRecords
from voicebot.telemetry.logs import log_of

log = log_of("records")


class Forgetting:
    """One round after another over the contexts that are there."""

    def __init__(self, records: SqlCallRecords, contexts: CallContexts) -> None:
        self._records = records
        self._contexts = contexts

    async def run(self, _at: datetime) -> None:
        """Raises StoreError or SharedStateError."""
        for call_id in await self._records.settled(await self._contexts.kept()):
            await self._contexts.forget(call_id)
            log.info("call.context_forgotten", call_id=call_id)
