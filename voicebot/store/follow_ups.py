"""Which calls are over and not yet followed up, and who follows them up?

The decision and what it leaves (a message with its deliveries, a callback request)
are one transaction: whatever dies, a call is followed up exactly once. Several
processes may work on one database.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.calls.follow_up import (
    DIALPLAN_PATIENCE,
    SALVAGE_AFTER,
    FinishedCall,
    got_through,
    is_due,
)
from voicebot.calls.model import (
    CallbackReason,
    CallbackRequest,
    CallId,
    CallRecord,
    HandledBy,
    Message,
)
from voicebot.store.callback_bookings import caller_came_back, goes_first
from voicebot.store.callback_tables import callback_requests
from voicebot.store.callbacks import put_request
from voicebot.store.calls import read_calls
from voicebot.store.engine import Database
from voicebot.store.messages import put_message
from voicebot.store.tables import calls, messages

BATCH = 100
# Contexts of calls are kept no longer.
SALVAGE_WITHIN = timedelta(hours=1)

Decide = Callable[[FinishedCall], Message | CallbackRequest | None]


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """What a run did."""

    calls: int = 0
    messages: int = 0
    callbacks: int = 0


class SqlFollowUps:
    """Calls that are over, in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self, at: datetime) -> Sequence[CallId]:
        """Calls that are over and may be due, the oldest first. Raises StoreError."""
        async with self._database.reading("find calls to follow up") as connection:
            rows = await connection.execute(_waiting(at).limit(BATCH))
            return [CallId(row.call_id) for row in rows]

    async def run(
        self, at: datetime, decide: Decide, among: Sequence[CallId] | None = None
    ) -> FollowedUp:
        """Follows up the calls that are due, the oldest first. Raises StoreError.

        `among`: none but these; what has come since has not been looked at for salvage.
        """
        if among is None:
            among = await self.waiting(at)
        if not among:
            return FollowedUp()
        async with self._database.writing("follow up calls") as connection:
            chosen = _waiting(at).where(calls.c.call_id.in_(among))
            chosen = chosen.with_for_update(skip_locked=True)
            rows = {row.call_id: row for row in await connection.execute(chosen)}
            done: list[Message | CallbackRequest | None] = []
            for call in await _finished(connection, rows):
                row = rows[call.record.facts.call_id]
                if is_due(call.record, row.cdr_ended_at, at, is_stub=call.is_stub):
                    done.append(decide(call))
                    await _put(connection, call.record.facts.call_id, done[-1], at)
                    if got_through(call.record):
                        await _cancel_owed(connection, call.record, at)
        return FollowedUp(
            calls=len(done),
            messages=sum(isinstance(one, Message) for one in done),
            callbacks=sum(isinstance(one, CallbackRequest) for one in done),
        )

    async def to_salvage(self, at: datetime) -> Sequence[CallRecord]:
        """Calls that are over and that no agent has put on record, the oldest first."""
        ended = calls.c.cdr_ended_at
        # In the future: the clock was set back, and an hour's wait outlasts the context.
        over = or_(ended.between(at - SALVAGE_WITHIN, at - SALVAGE_AFTER), ended > at)
        chosen = select(calls.c.call_id).where(
            calls.c.is_stub.is_(True), calls.c.erased_at.is_(None), over
        )
        async with self._database.reading("find calls to salvage") as connection:
            ids = (await connection.execute(chosen.order_by(calls.c.cdr_ended_at))).scalars().all()
            return await read_calls(connection, ids)


def _waiting(at: datetime) -> Select[tuple[str, bool, datetime]]:
    """Calls that are over and may be due; `is_due` has the last word."""
    is_ripe = or_(
        calls.c.is_stub.is_(False),
        calls.c.cdr_ended_at <= at - DIALPLAN_PATIENCE,
        calls.c.cdr_ended_at > at,
    )
    return (
        select(calls.c.call_id, calls.c.is_stub, calls.c.cdr_ended_at)
        .where(calls.c.followed_up_at.is_(None), calls.c.cdr_ended_at.is_not(None), is_ripe)
        .order_by(calls.c.cdr_ended_at)
    )


async def _finished(connection: AsyncConnection, rows: Mapping[str, Any]) -> Sequence[FinishedCall]:
    ids = list(rows)
    taken = select(messages.c.call_id).where(
        messages.c.call_id.in_(ids), messages.c.taken_by == HandledBy.AGENT.value
    )
    with_message = set((await connection.execute(taken)).scalars())
    asked = select(callback_requests.c.call_id).where(callback_requests.c.call_id.in_(ids))
    with_request = set((await connection.execute(asked)).scalars())
    return [
        FinishedCall(
            record,
            is_stub=rows[record.facts.call_id].is_stub,
            has_message=record.facts.call_id in with_message,
            has_request=record.facts.call_id in with_request,
        )
        for record in await read_calls(connection, ids)
    ]


async def _cancel_owed(connection: AsyncConnection, record: CallRecord, at: datetime) -> None:
    """What the caller was owed before this call, nobody owes any more."""
    number, since = record.facts.caller_number, record.started_at
    await caller_came_back(connection, record.business, number, since, at)


async def _put(
    connection: AsyncConnection,
    call_id: CallId,
    done: Message | CallbackRequest | None,
    at: datetime,
) -> None:
    if isinstance(done, Message):
        await put_message(connection, done)
    elif isinstance(done, CallbackRequest):
        await put_request(connection, done)
        if done.reason is CallbackReason.BROKEN:
            await goes_first(connection, done)
    await connection.execute(
        update(calls).where(calls.c.call_id == call_id).values(followed_up_at=at)
    )
