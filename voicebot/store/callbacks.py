"""Who waits to be rung back?

At most one request is open per number and business, however the number is written
and however many calls ask for it at once: the database itself sees to that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import case, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.calls.model import CallbackRequest, CallId
from voicebot.store.callback_rows import request_of
from voicebot.store.callback_tables import callback_requests as requests
from voicebot.store.engine import Database
from voicebot.store.number_key import number_key
from voicebot.store.upsert import insert_or


class CallbackStatus(StrEnum):
    """How far a request has come."""

    WAITING = "waiting"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """A request and what became of it."""

    request: CallbackRequest
    status: CallbackStatus
    closed_at: datetime | None
    state: str | None = None  # of one that the service dials
    why: str | None = None


class SqlCallbackRequests:
    """Callback requests in the database; fulfils `CallbackBook`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def request(self, request: CallbackRequest) -> None:
        """Keeps the request, unless one is open for the same number and business."""
        async with self._database.writing("request callback") as connection:
            await put_request(connection, request)

    async def waiting(self, limit: int) -> Sequence[KeptRequest]:
        """Those who wait, the longest first."""
        order = (requests.c.requested_at, requests.c.call_id)
        chosen = select(requests).where(requests.c.status == CallbackStatus.WAITING.value)
        async with self._database.reading("list waiting callbacks") as connection:
            rows = await connection.execute(chosen.order_by(*order).limit(limit))
            return [_kept(row) for row in rows.mappings()]

    async def latest(self, limit: int) -> Sequence[KeptRequest]:
        """All, the newest first."""
        order = (requests.c.requested_at.desc(), requests.c.call_id.desc())
        async with self._database.reading("list callbacks") as connection:
            rows = await connection.execute(select(requests).order_by(*order).limit(limit))
            return [_kept(row) for row in rows.mappings()]

    async def close(self, call_id: CallId, status: CallbackStatus, at: datetime) -> bool:
        """Ends the waiting of whoever asked on this call. False: nobody waits."""
        is_open = (requests.c.call_id == call_id) & (
            requests.c.status == CallbackStatus.WAITING.value
        )
        async with self._database.writing("close callback") as connection:
            closed = await connection.execute(
                update(requests)
                .where(is_open)
                .values(
                    status=status.value,
                    closed_at=at,
                    # Of one that the service dials: people were faster.
                    state=case((requests.c.state.is_(None), None), else_=status.value),
                )
            )
        return bool(closed.rowcount)


async def put_request(connection: AsyncConnection, request: CallbackRequest) -> None:
    """Keeps the request in this transaction, unless the call or the number has one already."""
    statement = insert_or(connection, requests).values(
        call_id=request.call_id,
        business=request.business,
        called_number=request.called_number,
        number=request.number,
        number_key=number_key(request.number),
        reason=request.reason.value,
        requested_at=request.requested_at,
        status=CallbackStatus.WAITING.value,
    )
    await connection.execute(statement.on_conflict_do_nothing())


def _kept(row: RowMapping) -> KeptRequest:
    return KeptRequest(
        request_of(row), CallbackStatus(row["status"]), row["closed_at"], row["state"], row["why"]
    )
