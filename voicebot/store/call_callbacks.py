"""Which callbacks have to do with a call, and what came of each attempt at them?

One was asked for on the call, or the call is an attempt at one. Holds nothing private.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from voicebot.calls.model import CallId
from voicebot.store.callback_tables import callback_requests as requests
from voicebot.store.engine import Database
from voicebot.store.tables import outbound_calls as placed


@dataclass(frozen=True, slots=True)
class CallbackAttempt:
    """A call placed for it. `status` None: nobody saw its end yet."""

    call_id: CallId
    at: datetime
    status: str | None


@dataclass(frozen=True, slots=True)
class CallCallback:
    """`callback_id` is the call that it was asked for on."""

    callback_id: CallId
    reason: str
    requested_at: datetime
    status: str
    why: str  # a stable code, "" for none
    due_at: datetime | None
    closed_at: datetime | None
    attempts: tuple[CallbackAttempt, ...]


class SqlCallCallbacks:
    """Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_call(self, call_id: CallId) -> Sequence[CallCallback]:
        """In the order in which they were asked for."""
        attempted = select(placed.c.callback_id).where(placed.c.call_id == call_id)
        chosen = select(requests).where(
            or_(requests.c.call_id == call_id, requests.c.call_id.in_(attempted))
        )
        async with self._database.reading("find callbacks of call") as connection:
            asked = await connection.execute(chosen.order_by(requests.c.requested_at))
            rows = asked.mappings().all()
            ids = [row["call_id"] for row in rows]
            rung = await connection.execute(
                select(placed.c.callback_id, placed.c.call_id, placed.c.requested_at)
                .add_columns(placed.c.status)
                .where(placed.c.callback_id.in_(ids))
                .order_by(placed.c.requested_at)
            )
            attempts: dict[str, list[CallbackAttempt]] = {one: [] for one in ids}
            for callback_id, attempt_id, at, status in rung:
                attempts[callback_id].append(CallbackAttempt(CallId(attempt_id), at, status))
        return [
            CallCallback(
                CallId(row["call_id"]),
                row["reason"],
                row["requested_at"],
                row["status"],
                row["why"] or "",
                row["due_at"],
                row["closed_at"],
                tuple(attempts[row["call_id"]]),
            )
            for row in rows
        ]
