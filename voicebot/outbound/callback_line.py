"""Callbacks stand in the same line as those who wait on the telephone, and take slots like them.

A callback that is due shows a ticket at the place that was kept for it: whoever stands behind
counts it, and nobody overtakes, neither it nor they. The slot is taken under the id of the channel
that is to ring, which is the call's: the agent that talks then holds the same one.
"""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import Final, NoReturn, Self

from voicebot.calls.model import CallId
from voicebot.dialogue.business import Business
from voicebot.dialogue.queue_settings import queue_of
from voicebot.errors import SharedStateError
from voicebot.line_ports import Slots, WaitingLines
from voicebot.owned_tasks import OwnedTasks
from voicebot.queueing.callbacks import Callback
from voicebot.queueing.model import QueueName
from voicebot.queueing.queue_names import KnownQueues, queue_name
from voicebot.queueing.waiting_line import Ticket
from voicebot.telemetry.logs import log_of

# Of the ticket of one whose dialler died, or which was withdrawn, while it stood first.
TICKET_LEASE_S: Final = 4.0
# Then the hours are looked at again, and whether it is still wanted.
STANDS_S: Final = 3.0
LOOK_AGAIN_S: Final = 1.0

log = log_of("callbacks")


class CallbackLine:
    """The tickets and slots of one dialler. Inside its `async with` it hears of changes."""

    def __init__(self, lines: WaitingLines, slots: Slots) -> None:
        self._lines = lines
        self._slots = slots
        self._known_queues = KnownQueues()
        self._changed = asyncio.Event()
        self._tasks = OwnedTasks()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._following = self._tasks.create_task(self._follow_changes())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._following.cancel()
        await self._tasks.__aexit__(None, None, None)

    async def takes_slot(
        self,
        callback: Callback,
        business: Business,
        businesses: Sequence[Business],
        channel: CallId,
    ) -> bool:
        """Whether it was its turn within moments, and there is a slot, held under the channel.

        `businesses`: all whose callers share the slots. Raises SharedStateError.
        """
        settings = queue_of(business.queues, callback.did)
        if settings is None:
            return await self._slots.acquire(channel)
        queue = queue_name(business, settings)
        queues = self._known_queues.with_those_of(businesses)
        loop = asyncio.get_running_loop()
        until = loop.time() + STANDS_S
        while True:
            # Taken before looking: what changes meanwhile is not missed.
            changed = self._changed
            if await self._is_let_in(callback, queue, queues, channel):
                return True
            remaining = min(until - loop.time(), LOOK_AGAIN_S)
            if remaining <= 0:
                return False
            try:
                async with asyncio.timeout(remaining):
                    await changed.wait()
            except TimeoutError:
                pass  # time to show the ticket again

    def holds(self, channel: CallId) -> None:
        """It may ring: its slot counts, whoever took it."""
        self._slots.hold(channel)

    async def is_over(self, channel: CallId) -> None:
        """The call is over, or will not be: its slot is free."""
        try:
            await self._slots.release(channel)
            await self._lines.tell_change()
        except SharedStateError as error:
            # It comes free by itself when its lease ends.
            log.warning("slot.not_released", call_id=channel, code=error.code)

    async def leaves(self, callback: Callback, business: Business) -> None:
        """It does not stand in the line for now; raises SharedStateError."""
        settings = queue_of(business.queues, callback.did)
        if settings is not None:
            await self._lines.leave(queue_name(business, settings), _ticket_id(callback))

    async def _is_let_in(
        self, callback: Callback, queue: QueueName, queues: Sequence[QueueName], channel: CallId
    ) -> bool:
        ticket_id, rank = _ticket_id(callback), callback.place.rank
        standing = await self._lines.renew(queue, Ticket(callback.place, ticket_id, ticket_id))
        if standing.ticket.place.rank != rank:
            await self._lines.rank_as(queue, ticket_id, rank)
        paused = await self._lines.paused()
        if queue in paused:
            return False
        # It is its own holder: nobody else's head of line is taken for it.
        taken_in = [one for one in queues if one not in paused]
        if await self._lines.claim(taken_in, holder=ticket_id) is None:
            return False
        if await self._slots.acquire(channel):
            try:
                await self._lines.leave(queue, ticket_id)
            except SharedStateError as error:
                # The ticket lapses; the slot is taken.
                log.warning("callback.not_left_line", call_id=channel, code=error.code)
            return True
        await self._lines.give_back(queues, ticket_id)
        return False

    async def _follow_changes(self) -> NoReturn:
        while True:
            try:
                async with aclosing(self._lines.changes()) as changes:
                    async for _ in changes:
                        before, self._changed = self._changed, asyncio.Event()
                        before.set()
            except SharedStateError as error:
                log.warning("callbacks.changes_not_known", code=error.code)
            await asyncio.sleep(LOOK_AGAIN_S)


def _ticket_id(callback: Callback) -> CallId:
    """The call it was asked for on may still stand in the line itself."""
    return CallId(f"callback-{callback.callback_id}")
