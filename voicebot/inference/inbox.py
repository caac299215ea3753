"""Where do the replies to one piece of work wait until its call takes them?

Bounded: a call that does not read loses the work, never the process its memory.
"""

import asyncio
from dataclasses import dataclass, field

from workers.contract import Reply, ReplyKind

# A reply of 500 tokens or a phrase of minutes stays far below.
MAX_UNREAD = 2_048
NOT_READ = "not-read"

LAST_KINDS = frozenset({ReplyKind.TRANSCRIPT, ReplyKind.FINISHED, ReplyKind.FAILED})


@dataclass(slots=True)
class Inbox:
    """The unread replies to one piece of work."""

    work_id: str
    has_ended: bool = False
    given_up: str = ""  # why no reply is waited for any more
    # While the work is being handed over: when that is given up.
    handing_over: asyncio.Timeout | None = None
    _unread: asyncio.Queue[Reply] = field(default_factory=lambda: asyncio.Queue(MAX_UNREAD))

    def put(self, reply: Reply) -> bool:
        """False when the call fell too far behind: its work has now failed."""
        if self.has_ended:
            return True
        self.has_ended = reply.kind in LAST_KINDS
        try:
            self._unread.put_nowait(reply)
        except asyncio.QueueFull:
            self._unread.get_nowait()
            self._unread.put_nowait(Reply(self.work_id, ReplyKind.FAILED, reason=NOT_READ))
            self.has_ended = True
            return False
        return True

    def give_up(self, reason: str) -> None:
        """Whoever waits for a reply, or to hand the work over, fails now."""
        self.given_up = reason
        if self.handing_over is not None and not self.handing_over.expired():
            self.handing_over.reschedule(asyncio.get_running_loop().time())
        if self._unread.full():
            self._unread.get_nowait()
        self._unread.put_nowait(Reply(self.work_id, ReplyKind.FAILED, reason=reason))

    async def next_reply(self, until_s: float) -> Reply:
        """The next reply; raises TimeoutError when the loop's clock passes `until_s` first."""
        async with asyncio.timeout_at(until_s):
            return await self._unread.get()
