"""Which callbacks are over without anybody having been told, and who is at it?

A callback that is closed is to be told of by that alone, so whatever closes it writes both at
once. A row is claimed before it is tried, by moving its next attempt: whoever dies in between
leaves it to be tried again, so an ending is told at least once, always under the same id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.engine import RowMapping

from voicebot.calls.delivery import DeliveryState
from voicebot.calls.model import CallbackEnding
from voicebot.queueing.callbacks import Why
from voicebot.store.callback_rows import WAITING, request_of
from voicebot.store.callback_tables import callback_requests as requests
from voicebot.store.engine import Database
from voicebot.store.outbox import CLAIM


@dataclass(frozen=True, slots=True)
class DueEnding:
    """An ending that is to be told now."""

    ending: CallbackEnding
    attempts: int  # this one included


class SqlCallbackEndings:
    """The endings in the database. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, at: datetime, limit: int) -> Sequence[DueEnding]:
        """Those that are due, the oldest first; nobody else gets them meanwhile."""
        new = requests.c.told_state.is_(None) & (requests.c.status != WAITING)
        again = (requests.c.told_state == DeliveryState.WAITING.value) & (
            requests.c.told_next_at <= at
        )
        is_due = or_(new, again) & requests.c.closed_at.is_not(None) & (requests.c.number != "")
        chosen = select(requests).where(is_due).order_by(requests.c.closed_at).limit(limit)
        async with self._database.reading("find callback endings") as connection:
            rows = (await connection.execute(chosen)).mappings().all()
        if not rows:
            return []
        claimed = []
        async with self._database.writing("claim callback endings") as connection:
            for row in rows:
                due = DueEnding(_ending_of(row), row["told_attempts"] + 1)
                taken = await connection.execute(
                    update(requests)
                    .where(*_is(due.ending, row["told_attempts"]))
                    .values(
                        told_state=DeliveryState.WAITING.value,
                        told_attempts=due.attempts,
                        told_next_at=at + CLAIM,
                    )
                )
                if taken.rowcount:
                    claimed.append(due)
        return claimed

    async def told(self, due: DueEnding) -> None:
        """The other side has it."""
        await self._note(due, told_state=DeliveryState.DELIVERED.value, told_error=None)

    async def failed(self, due: DueEnding, code: str, next_attempt_at: datetime | None) -> None:
        """The other side did not take it. None: it is not tried again."""
        if next_attempt_at is None:
            await self._note(due, told_state=DeliveryState.GIVEN_UP.value, told_error=code)
        else:
            await self._note(due, told_next_at=next_attempt_at, told_error=code)

    async def unwanted(self, due: DueEnding) -> None:
        """The business names nobody to tell."""
        await self._note(due, told_state=DeliveryState.UNWANTED.value)

    async def _note(self, due: DueEnding, **values: Any) -> None:
        async with self._database.writing("note callback ending") as connection:
            await connection.execute(
                update(requests).where(*_is(due.ending, due.attempts)).values(**values)
            )


def _is(ending: CallbackEnding, attempts: int) -> tuple[ColumnElement[bool], ...]:
    # One that was opened again meanwhile ends anew.
    return (
        requests.c.call_id == ending.request.call_id,
        requests.c.closed_at == ending.closed_at,
        requests.c.told_attempts == attempts,
    )


def _ending_of(row: RowMapping) -> CallbackEnding:
    is_served = row["why"] == Why.SERVED
    return CallbackEnding(
        request_of(row),
        "served" if is_served else row["state"] or row["status"],
        row["why"] or "",
        row["attempts"],
        row["closed_at"],
    )
