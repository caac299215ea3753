"""Reads the recordings of calls that are over, word by word, while nobody else needs the machine.

One call after the other, the oldest first. Whether there is room is looked at all the time, and
reading stands still as long as there is none. Each call is read once: what a process that died
had begun, the next one begins anew.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from voicebot.after_call.reading_process import ReadingProcess
from voicebot.after_call.room import LiveLoad, Patience, room
from voicebot.calls.follow_up import business_named
from voicebot.calls.model import CallId
from voicebot.calls.transcript import UNREADABLE, CallTranscript
from voicebot.dialogue.business import Business
from voicebot.errors import RecordingNotRead, RecordingUnreadable
from voicebot.store.call_transcripts import RecordedCall, SqlCallTranscripts
from voicebot.telemetry.logs import log_of

BATCH = 20
LOOK_EVERY_S = 0.25
# Of running, not of standing still. An hour of speech takes a slow core a quarter of that.
LIMIT_S = 3_600.0
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)

log = log_of("records")

Start = Callable[[Path, Path | None, str], Awaitable[ReadingProcess]]


class Reading:
    """One round after another over the calls that have not been read."""

    def __init__(
        self,
        transcripts: SqlCallTranscripts,
        live_load: Callable[[], Awaitable[LiveLoad | None]],
        businesses: Callable[[], Awaitable[Sequence[Business]]],
        state_dir: Path,
        node: str,
        *,
        beside_calls: int,
        stopping: asyncio.Event,
        start: Start = ReadingProcess.start,
    ) -> None:
        self._transcripts = transcripts
        self._live_load = live_load
        self._businesses = businesses
        self._state_dir = state_dir
        self._node = node
        self._beside_calls = beside_calls
        self._stopping = stopping
        self._start = start
        self._patience = Patience()
        self._waits: dict[CallId, tuple[datetime, timedelta]] = {}

    async def run(self, at: datetime) -> None:
        """Reads one call if there is room; raises StoreError or BusinessFileInvalid."""
        if not await self._may_work():
            return
        unread = await self._transcripts.unread(self._node, BATCH + len(self._waits))
        self._waits = {one.call_id: w for one in unread if (w := self._waits.get(one.call_id))}
        due = [one for one in unread if self._is_due(one, at)]
        if due:
            await self._read(due[0], at)

    def _is_due(self, call: RecordedCall, at: datetime) -> bool:
        wait = self._waits.get(call.call_id)
        return wait is None or at >= wait[0]

    async def _may_work(self) -> bool:
        now = asyncio.get_running_loop().time()
        found = room(await self._live_load(), self._beside_calls)
        return self._patience.may_work(is_free=found.is_free, now=now)

    async def _read(self, call: RecordedCall, at: datetime) -> None:
        try:
            transcript = await self._transcript(call)
        except RecordingUnreadable:
            log.warning("recording.unreadable", call_id=call.call_id)
            transcript = UNREADABLE
        except RecordingNotRead as error:
            _, wait = self._waits.get(call.call_id, (at, FIRST_WAIT / 2))
            wait = min(wait * 2, LONGEST_WAIT)
            self._waits[call.call_id] = (at + wait, wait)
            log.warning("recording.not_read", call_id=call.call_id, reason=error.reason)
            return
        if transcript is None:
            return  # the next process reads it
        if await self._transcripts.keep(call.call_id, transcript, at):
            log.info("recording.read", call_id=call.call_id, lines=len(transcript.lines))

    async def _transcript(self, call: RecordedCall) -> CallTranscript | None:
        """None: this process is to end first. Raises as `ReadingProcess.transcript` does."""
        business = business_named(call.business, await self._businesses())
        agent = call.recording_agent
        process = await self._start(
            self._state_dir / call.recording_caller,
            None if agent is None else self._state_dir / agent,
            "en" if business is None else business.language,
        )
        ran_s = 0.0
        try:
            while not await process.wait(LOOK_EVERY_S):
                if self._stopping.is_set():
                    return None
                may_work = await self._may_work()
                process.set_still(is_still=not may_work)
                ran_s += LOOK_EVERY_S if may_work else 0.0
                if ran_s > LIMIT_S:
                    raise RecordingNotRead("took-too-long")
            return process.transcript()
        finally:
            await process.end()
