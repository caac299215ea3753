"""Who holds one of the conversations that can be held at once, for all processes to see.

By the rules of `capacity.slots`, on Redis's clock; every step is one script, so that no slot is
given twice. A holder renews all it has in one call. Where nobody renewed for a lease, as after a
restart of Redis, the living holders show theirs before new ones are given.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog

from voicebot.calls.model import CallId
from voicebot.capacity.slots import LEASE_S, Occupancy
from voicebot.errors import SharedStateError
from voicebot.owned_tasks import OwnedTasks
from voicebot.shared_state import keys
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.script_texts import script

# Before a lease has ended, a holder has tried so often.
RENEWALS_PER_LEASE = 5

log = structlog.get_logger("slots")


class RedisSlots:
    """One process's view; fulfils `Slots`. `keep` must run for as long as it holds any."""

    def __init__(self, connection: RedisConnection, *, lease_s: float = LEASE_S) -> None:
        self._connection = connection
        self._lease_ms = round(lease_s * 1000)
        # Not in between: a renewal would bring back what was released.
        self._changing = asyncio.Lock()
        self._mine: set[CallId] = set()
        self._script = {
            name: connection.client.register_script(script("slots", name))
            for name in ("acquire", "renew", "release", "hand_over", "set_capacity")
        }

    async def acquire(self, call_id: CallId) -> bool:
        """Whether there was one. What is granted to nobody, as after an error, comes back."""
        is_granted = bool(await self._run("acquire", call_id))
        if is_granted:
            self._mine.add(call_id)
        return is_granted

    async def release(self, call_id: CallId) -> None:
        """Also where Redis does not answer it comes back: it is renewed no more."""
        async with self._changing:
            self._mine.discard(call_id)
            await self._run("release", call_id)

    def hold(self, call_id: CallId) -> None:
        """The call talks, slot or not: it counts from the next renewal on, until released."""
        self._mine.add(call_id)

    async def occupancy(self) -> Occupancy:
        """As of now; a slot whose lease has ended counts until somebody asks for one."""
        held_key, _, _, capacity_key, _ = keys.slots()
        async with self._connection.client.pipeline(transaction=False) as pipeline:
            pipeline.zcard(held_key)
            pipeline.get(capacity_key)
            held, count = await self._connection.answer("count slots", pipeline.execute())
        return Occupancy(int(held), int(count or 0))

    async def hand_over(self, call_id: CallId, successor: CallId) -> bool:
        """Gives a call's slot to another, which this process looks after from now on.

        A process that held it until now must release it, or it would renew it.
        """
        async with self._changing:
            is_given = bool(await self._run("hand_over", call_id, successor))
            self._mine.discard(call_id)
            if is_given:
                self._mine.add(successor)
            return is_given

    async def renew(self) -> int:
        """This process lives, and holds what it holds; returns how many slots all hold."""
        async with self._changing:
            return int(await self._run("renew", *sorted(self._mine)))

    async def set_capacity(self, count: int, *, believed_for_s: float) -> None:
        """How many there are, until told anew; after that, none."""
        reply = self._script["set_capacity"](
            keys=keys.slots(), args=[round(believed_for_s * 1000), count]
        )
        await self._connection.answer("set capacity", reply)

    async def keep(self) -> None:
        """Renews until it is cancelled."""
        while True:
            try:
                await self.renew()
            except SharedStateError as error:
                # The next one shows all of them again.
                log.warning("slots.not_renewed", error=str(error))
            await asyncio.sleep(self._lease_ms / 1000 / RENEWALS_PER_LEASE)

    async def _run(self, name: str, *call_ids: CallId) -> Any:
        reply = self._script[name](keys=keys.slots(), args=[self._lease_ms, *call_ids])
        return await self._connection.answer(f"slots {name.replace('_', ' ')}", reply)


@asynccontextmanager
async def slots_of(connection: RedisConnection) -> AsyncIterator[RedisSlots]:
    """This process's slots, renewed from before its first call until after its last."""
    slots = RedisSlots(connection)
    async with OwnedTasks() as tasks:
        keeping = tasks.create_task(slots.keep())
        try:
            yield slots
        finally:
            keeping.cancel()
