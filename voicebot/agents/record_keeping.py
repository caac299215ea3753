"""Puts each call's one record where it stays, however long that takes.

A record that the database does not take, because it is away or its disk is full, waits here and is
offered again until it is taken. No call waits for that. Meanwhile the call's context stays in
Redis: should this process die, `voicebot records` puts the call on record from there.
"""

import asyncio
from collections import deque
from contextlib import suppress
from typing import NoReturn

from voicebot.agents.scribe import Scribe
from voicebot.calls.model import CallId, CallRecord
from voicebot.errors import StoreError
from voicebot.ports import CallRecords
from voicebot.telemetry.call_metrics import CALLS
from voicebot.telemetry.logs import log_of
from voicebot.telemetry.metrics import METRICS
from voicebot.telemetry.traces import TRACES
from voicebot.turns.speculation import Preparations

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 5.0
# A few kilobytes each. Of those that come on top the oldest are left to their contexts.
MAX_WAITING = 10_000
# When the process is to end, for all that still wait.
FINISH_DEADLINE_S = 3.0

log = log_of(__name__)


class RecordKeeping:
    """The records of one process's calls. `run` until cancelled, then `finish`."""

    def __init__(self, records: CallRecords) -> None:
        self._records = records
        self._waiting: deque[tuple[CallRecord, Scribe]] = deque()
        self._has_waiting = asyncio.Event()
        self._is_failing = False

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def of(self, call_id: CallId) -> CallRecord | None:
        """Of a call that is over; raises StoreError."""
        return await self._records.find(call_id)

    async def keep(
        self, record: CallRecord, scribe: Scribe, preparations: Preparations | None = None
    ) -> None:
        """Returns soon; the scribe finishes once the record is written."""
        METRICS.call_is_over(record)
        CALLS.call_is_over(record)
        TRACES.call_is_over(record)
        METRICS.prepared({} if preparations is None else preparations.told())
        if await self._write(record, scribe):
            return
        await scribe.let_go()
        if len(self._waiting) == MAX_WAITING:
            left, _ = self._waiting.popleft()
            log.error("call.record_left_to_context", call_id=left.facts.call_id)
        self._waiting.append((record, scribe))
        self._has_waiting.set()

    async def run(self) -> NoReturn:
        """Offers again what waits."""
        pause_s = FIRST_PAUSE_S
        while True:
            await self._has_waiting.wait()
            await asyncio.sleep(pause_s)
            is_taken = await self._offer_all()
            pause_s = FIRST_PAUSE_S if is_taken else min(2 * pause_s, LONGEST_PAUSE_S)

    async def finish(self) -> None:
        """The last attempt."""
        with suppress(TimeoutError):  # what follows says how many are left
            async with asyncio.timeout(FINISH_DEADLINE_S):
                await self._offer_all()
        if self._waiting:
            log.error("agent.records_left_to_contexts", calls=len(self._waiting))

    async def _offer_all(self) -> bool:
        """Whether any was taken: one that is refused for ever must not hold up the others."""
        taken = 0
        for record, scribe in list(self._waiting):
            if await self._write(record, scribe):
                self._waiting.remove((record, scribe))
                taken += 1
        if not self._waiting:
            self._has_waiting.clear()
        return taken > 0

    async def _write(self, record: CallRecord, scribe: Scribe) -> bool:
        try:
            await self._records.write(record)
        except StoreError as error:
            if not self._is_failing:
                call_id, reason = record.facts.call_id, str(error)
                log.error("call.record_waits", call_id=call_id, code=error.code, reason=reason)
            self._is_failing = True
            return False
        if self._is_failing:
            log.info("agent.records_kept_again", waiting=len(self._waiting))
        self._is_failing = False
        await scribe.finish()
        return True
