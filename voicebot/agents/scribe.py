"""Writes down what a live call is, without ever making it wait.

The context is saved after each step; when Redis is slow, only the latest one is
written. Notes for those who watch are kept in order, and the oldest are lost first.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from voicebot.calls.model import CallId
from voicebot.errors import SharedStateError
from voicebot.ports import CallContexts, CallEvents
from voicebot.telemetry.logs import log_of

MAX_NOTES = 200
# Redis is away: how long to wait before the next attempt.
RETRY_S = 0.5

log = log_of(__name__)


class Scribe:
    """One call's writer. `run` until cancelled, then `finish`."""

    def __init__(self, call_id: CallId, contexts: CallContexts, events: CallEvents) -> None:
        self._call_id = call_id
        self._contexts = contexts
        self._events = events
        self._dump: Callable[[], str] | None = None
        self._notes: deque[tuple[str, Mapping[str, Any]]] = deque(maxlen=MAX_NOTES)
        self._has_work = asyncio.Event()
        self._is_failing = False

    def save(self, dump: Callable[[], str]) -> None:
        """Saves the context that `dump` gives when its turn comes."""
        self._dump = dump
        self._has_work.set()

    def note(self, name: str, **fields: Any) -> None:
        self._notes.append((name, fields))
        self._has_work.set()

    async def run(self) -> None:
        while True:
            await self._has_work.wait()
            self._has_work.clear()
            if not await self._write():
                await asyncio.sleep(RETRY_S)
                self._has_work.set()

    async def let_go(self) -> None:
        """Another process goes on with the call from the context as it is now."""
        await self._write()

    async def finish(self) -> None:
        """The call is on record: its context is needed no more."""
        self._dump = None
        await self._write()
        try:
            await self._contexts.forget(self._call_id)
        except SharedStateError as error:
            # The context expires by itself.
            log.warning("call.context_kept", call_id=self._call_id, code=error.code)

    async def _write(self) -> bool:
        """False when Redis is away; what could not be written is kept."""
        dump, self._dump = self._dump, None
        try:
            if dump is not None:
                await self._contexts.save(self._call_id, dump())
            while self._notes:
                await self._publish_first()
        except SharedStateError as error:
            if self._dump is None:
                self._dump = dump
            if not self._is_failing:
                log.error("call.state_not_shared", call_id=self._call_id, code=error.code)
            self._is_failing = True
            return False
        if self._is_failing:
            log.info("call.state_shared_again", call_id=self._call_id)
        self._is_failing = False
        return True

    async def _publish_first(self) -> None:
        # Taken out: while Redis is slow, the notes may overflow.
        name, fields = note = self._notes.popleft()
        try:
            await self._events.publish(self._call_id, name, fields)
        except (SharedStateError, asyncio.CancelledError):
            if len(self._notes) < MAX_NOTES:
                self._notes.appendleft(note)
            raise
