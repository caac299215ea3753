"""Which messages are still to be passed on, and who is at it?

Rows of the outbox were written with their messages. A row is claimed before it is
tried, by moving its next attempt: whoever dies in between leaves it to be tried
again, so a message arrives at least once, always under the same id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.calls.delivery import DeliveryState, Hook
from voicebot.calls.model import Message
from voicebot.store.engine import Database
from voicebot.store.messages import TRANSCRIPT_PATIENCE, message_of
from voicebot.store.tables import deliveries, messages

# Longer than any attempt may take.
CLAIM = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A message that one hook is to pass on now."""

    message: Message
    is_transcribed: bool
    hook: Hook
    attempts: int  # this one included


class SqlOutbox:
    """The outbox in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, at: datetime, limit: int) -> Sequence[DueDelivery]:
        """Those that are due, the longest waiting first; nobody else gets them meanwhile."""
        next_at = deliveries.c.next_attempt_at
        # Never tried, and not to be for longer than any message waits: the clock was set back.
        was_set_back = (deliveries.c.attempts == 0) & (next_at > at + TRANSCRIPT_PATIENCE)
        is_due = (deliveries.c.state == DeliveryState.WAITING.value) & (
            (next_at <= at) | was_set_back
        )
        chosen = (
            select(messages, deliveries.c.hook, deliveries.c.attempts, deliveries.c.next_attempt_at)
            .join_from(deliveries, messages)
            .where(is_due)
            .order_by(deliveries.c.next_attempt_at)
            .limit(limit)
        )
        async with self._database.reading("find due deliveries") as connection:
            rows = (await connection.execute(chosen)).mappings().all()
        if not rows:
            return []
        claimed = []
        async with self._database.writing("claim deliveries") as connection:
            for row in rows:
                due = DueDelivery(
                    message_of(row),
                    is_transcribed=row["transcribed_at"] is not None,
                    hook=Hook(row["hook"]),
                    attempts=row["attempts"] + 1,
                )
                taken = await connection.execute(
                    update(deliveries)
                    .where(
                        *_same(due, row["attempts"]),
                        deliveries.c.next_attempt_at == row["next_attempt_at"],
                    )
                    .values(attempts=due.attempts, next_attempt_at=at + CLAIM)
                )
                if taken.rowcount:
                    claimed.append(due)
        return claimed

    async def delivered(self, due: DueDelivery, at: datetime) -> None:
        """The other side has it."""
        await self._end(due, state=DeliveryState.DELIVERED.value, delivered_at=at, last_error=None)

    async def failed(self, due: DueDelivery, code: str, next_attempt_at: datetime | None) -> None:
        """The other side did not take it. None: it is not tried again."""
        if next_attempt_at is None:
            await self._end(due, state=DeliveryState.GIVEN_UP.value, last_error=code)
        else:
            await self._end(due, next_attempt_at=next_attempt_at, last_error=code)

    async def unwanted(self, due: DueDelivery) -> None:
        """The business names nobody to tell this way."""
        await self._end(due, state=DeliveryState.UNWANTED.value)

    async def _end(self, due: DueDelivery, **values: Any) -> None:
        async with self._database.writing("note delivery") as connection:
            await _note(connection, due, values)


async def _note(connection: AsyncConnection, due: DueDelivery, values: dict[str, Any]) -> None:
    # A message that was replaced meanwhile counts its attempts anew: it is still to be passed on.
    await connection.execute(update(deliveries).where(*_same(due, due.attempts)).values(**values))


def _same(due: DueDelivery, attempts: int) -> tuple[Any, ...]:
    return (
        deliveries.c.call_id == due.message.call_id,
        deliveries.c.taken_by == due.message.taken_by.value,
        deliveries.c.hook == due.hook.value,
        deliveries.c.state == DeliveryState.WAITING.value,
        deliveries.c.attempts == attempts,
    )
