"""What has happened to one call and is still to be dealt with, in order, beside its deadlines."""

import asyncio
from collections.abc import Callable

from voicebot.calls import events as on

# A process that was frozen for longer than this has missed something.
STOOD_STILL_S = 0.5
CATCH_UP_S = 0.1


class Happenings:
    """`now` is monotonic seconds, as deadlines are."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._events: asyncio.Queue[on.CallEvent] = asyncio.Queue()

    def post(self, event: on.CallEvent) -> None:
        self._events.put_nowait(event)

    async def next(self, deadline: float | None) -> on.CallEvent | None:
        """The next event, or None when the deadline comes first."""
        if deadline is None:
            return await self._events.get()
        try:
            async with asyncio.timeout(max(0.0, deadline - self._now())):
                return await self._events.get()
        except TimeoutError:
            if self._now() > deadline + STOOD_STILL_S:
                # What has happened meanwhile is told first: the caller may be gone.
                await asyncio.sleep(CATCH_UP_S)
            return None if self._events.empty() else self._events.get_nowait()
