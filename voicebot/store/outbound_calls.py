"""Whom did we ring, and what came of it?

A call is kept before anything is sent, in the same transaction in which what was done before is
counted: however many ask at once, no limit is passed, and under one key nobody is rung twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.calls.dialled import DialStatus
from voicebot.calls.model import CallId
from voicebot.calls.outbound_rules import History, Refused
from voicebot.store.engine import Database
from voicebot.store.number_key import number_key
from voicebot.store.tables import do_not_call
from voicebot.store.tables import outbound_calls as placed

# Of PostgreSQL's advisory locks; SQLite has one writer anyway.
_LOCK: Final = 0x6469_616C
# Numbers that differ in no others are neighbours.
_NEIGHBOURS_DIGITS: Final = 3
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class OutboundCall:
    """A call to be placed."""

    call_id: CallId  # its channel's id in Asterisk, chosen beforehand
    business: str
    did: str  # our number, which is shown
    agent: str  # one of the business's agents for placed calls, "" for the number's own
    trunk: str
    number: str = field(repr=False)  # E.164
    requested_at: datetime
    request_key: str | None = None  # asked for under this: placed once
    callback_id: CallId | None = None  # an attempt at this callback


@dataclass(frozen=True, slots=True)
class KeptCall:
    """A placed call and what came of it; None: nobody saw its end yet."""

    call: OutboundCall
    status: DialStatus | None
    hangup_cause: int | None
    ended_at: datetime | None


class SqlOutboundCalls:
    """Placed calls in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self, call: OutboundCall, decide: Callable[[History], Refused | None]
    ) -> Refused | KeptCall | None:
        """Keeps the call, and it may be placed; or says why not, or which one was asked for
        under its key before."""
        async with self._database.writing("begin outbound call") as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            if call.request_key is not None:
                chosen = select(placed).where(placed.c.request_key == call.request_key)
                before = (await connection.execute(chosen)).mappings().one_or_none()
                if before is not None:
                    return _kept(before)
            refused = decide(await _history(connection, call))
            if refused is None:
                await connection.execute(insert(placed).values(_row(call)))
            return refused

    async def settle(
        self, call_id: CallId, status: DialStatus, cause: int | None, at: datetime
    ) -> bool:
        """Says what came of a call. False: somebody had said so already."""
        still_open = (placed.c.call_id == call_id) & placed.c.status.is_(None)
        values = {"status": status.value, "hangup_cause": cause, "ended_at": at}
        async with self._database.writing("settle outbound call") as connection:
            done = await connection.execute(update(placed).where(still_open).values(values))
        return bool(done.rowcount)

    async def find(self, call_id: CallId) -> KeptCall | None:
        chosen = select(placed).where(placed.c.call_id == call_id)
        async with self._database.reading("find outbound call") as connection:
            row = (await connection.execute(chosen)).mappings().one_or_none()
        return None if row is None else _kept(row)

    async def unsettled(self, limit: int) -> Sequence[KeptCall]:
        """Those whose end nobody saw, the oldest first."""
        chosen = select(placed).where(placed.c.status.is_(None))
        async with self._database.reading("list unsettled outbound calls") as connection:
            rows = await connection.execute(chosen.order_by(placed.c.requested_at).limit(limit))
            return [_kept(row) for row in rows.mappings()]

    async def latest(self, limit: int) -> Sequence[KeptCall]:
        """The newest first."""
        order = (placed.c.requested_at.desc(), placed.c.call_id.desc())
        async with self._database.reading("list outbound calls") as connection:
            rows = await connection.execute(select(placed).order_by(*order).limit(limit))
            return [_kept(row) for row in rows.mappings()]


async def _history(connection: AsyncConnection, call: OutboundCall) -> History:
    at, key = call.requested_at, number_key(call.number)
    in_range = placed.c.number_key.startswith(key[:-_NEIGHBOURS_DIGITS], autoescape=True)
    of_number, of_business = placed.c.number_key == key, placed.c.business == call.business

    async def count(*conditions: object) -> int:
        chosen = select(func.count()).select_from(placed).where(*conditions)  # type: ignore[arg-type]
        return int((await connection.execute(chosen)).scalar_one())

    barred = select(do_not_call.c.number_key).where(do_not_call.c.number_key == key)
    return History(
        dials_of_number=await count(of_number, of_business, placed.c.requested_at > at - _DAY),
        dials_of_range=await count(in_range, of_business, placed.c.requested_at > at - _DAY),
        dials_in_minute=await count(of_business, placed.c.requested_at > at - _MINUTE),
        is_barred=(await connection.execute(barred)).one_or_none() is not None,
        # Whichever business rings it: one telephone holds one call.
        is_in_progress=bool(await count(of_number, placed.c.status.is_(None))),
    )


def _row(call: OutboundCall) -> dict[str, object]:
    return {
        "call_id": call.call_id,
        "request_key": call.request_key,
        "business": call.business,
        "did": call.did,
        "agent": call.agent,
        "trunk": call.trunk,
        "number": call.number,
        "number_key": number_key(call.number),
        "requested_at": call.requested_at,
        "callback_id": call.callback_id,
    }


def _kept(row: RowMapping) -> KeptCall:
    call = OutboundCall(
        call_id=CallId(row["call_id"]),
        business=row["business"],
        did=row["did"],
        agent=row["agent"],
        trunk=row["trunk"],
        number=row["number"],
        requested_at=row["requested_at"],
        request_key=row["request_key"],
        callback_id=row["callback_id"],
    )
    status = None if row["status"] is None else DialStatus(row["status"])
    return KeptCall(call, status, row["hangup_cause"], row["ended_at"])
