"""Puts verdicts and waits on record, beside the calls: nobody waits for the database.

Several are written at once. What the database does not take is offered again; more than can wait
for it is let go, the oldest first.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, NoReturn

from voicebot.calls.model import CallId
from voicebot.errors import StoreError
from voicebot.line_ports import AdmissionBook
from voicebot.queueing.admission_records import AdmissionRecord
from voicebot.telemetry.logs import log_of

GATHERED_FOR_S = 0.3
LONGEST_PAUSE_S = 30.0
MOST = 20_000
FINISH_DEADLINE_S = 2.0

log = log_of(__name__)


class AdmissionJournal:
    """`run` until cancelled, then `finish`."""

    def __init__(self, book: AdmissionBook) -> None:
        self._book = book
        # Those of calls whose wait is not over; and what is to be written, by call and time.
        self._open: dict[CallId, AdmissionRecord] = {}
        self._new: dict[tuple[CallId, datetime], AdmissionRecord] = {}
        self._has_new = asyncio.Event()

    def judged(self, admission: AdmissionRecord) -> None:
        self._open[admission.call_id] = admission
        self._put(admission)

    def add(self, call_id: CallId, **known: Any) -> None:
        """What became known of the call's admission."""
        if call_id in self._open:
            self._open[call_id] = replace(self._open[call_id], **known)
            self._put(self._open[call_id])

    def over(self, call_id: CallId) -> None:
        """Nothing more will be known."""
        self._open.pop(call_id, None)

    async def run(self) -> NoReturn:
        pause_s = GATHERED_FOR_S
        while True:
            await self._has_new.wait()
            await asyncio.sleep(pause_s)
            is_kept = await self._write()
            pause_s = GATHERED_FOR_S if is_kept else min(2 * pause_s, LONGEST_PAUSE_S)

    async def finish(self) -> None:
        """The last attempt."""
        with suppress(TimeoutError):  # what follows says how many are lost
            async with asyncio.timeout(FINISH_DEADLINE_S):
                await self._write()
        if self._new:
            log.error("admissions.not_kept", admissions=len(self._new))

    def _put(self, admission: AdmissionRecord) -> None:
        if len(self._new) == MOST:
            oldest = next(iter(self._new))
            del self._new[oldest]
            log.error("admission.not_kept", call_id=oldest[0])
        self._new[admission.call_id, admission.judged_at] = admission
        self._has_new.set()

    async def _write(self) -> bool:
        self._has_new.clear()
        writing, self._new = self._new, {}
        is_kept = False
        try:
            await self._book.keep(list(writing.values()))
            is_kept = True
        except StoreError as error:
            log.warning("admissions.wait", code=error.code, admissions=len(writing))
        finally:
            if not is_kept:
                # What became known meanwhile is newer.
                self._new = writing | self._new
                self._has_new.set()
        return is_kept
