"""Which callbacks are booked, and which are not wanted any more?

A booking is committed before anybody is promised a call. Whoever is booked again, under whichever
spelling of the number, has one callback: the decision and its rows are one transaction.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Update, or_, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.calls.model import CallbackRequest, CallId
from voicebot.calls.outbound_rules import Refused
from voicebot.queueing.callback_booking import FOR_PEOPLE
from voicebot.queueing.callbacks import (
    BEFORE_DIALLING,
    ON_A_CALL,
    Callback,
    CallbackState,
    Why,
)
from voicebot.queueing.model import Rank
from voicebot.store.callback_rows import (
    WAITING,
    asked_of,
    callback_of,
    request_of,
    status_of,
    values_of,
)
from voicebot.store.callback_tables import callback_requests as requests
from voicebot.store.engine import Database
from voicebot.store.number_key import number_key
from voicebot.store.tables import do_not_call
from voicebot.store.upsert import insert_or

# What is open for a number and business, and whether nobody may ring it: the verdict.
Decide = Callable[[Callback | None, bool], Callback | Refused]
# The same of a request that nobody has looked at yet; None: its business does not ring by itself.
Adopt = Callable[[CallbackRequest, Callback | None, bool], Callback | Refused | None]

_ADOPTED_AT_ONCE: Final = 50
_NOBODYS: Final[dict[str, Any]] = {"claimed_by": None, "claimed_until": None}
_NOT_OVER: Final[dict[str, Any]] = {
    "closed_at": None,
    "told_state": None,
    "told_attempts": 0,
    "told_next_at": None,
    "told_error": None,
}
_BEFORE_DIALLING: Final = tuple(state.value for state in BEFORE_DIALLING)


class SqlCallbackBookings:
    """Bookings in the database. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def book(self, business: str, number: str, decide: Decide) -> Callback | Refused:
        """`number`: E.164. Once this returns a callback, it may be promised to the caller."""
        key = number_key(number)
        async with self._database.writing("book callback") as connection:
            while True:
                already = await _open_one(connection, business, key)
                verdict = decide(already, await _is_barred(connection, key))
                if isinstance(verdict, Refused):
                    return verdict
                if already is not None:
                    await _replace(connection, verdict)
                    return verdict
                # Asked for before, and not looked at yet, or left to people.
                is_older = _waits(business, key) & requests.c.rank.is_(None)
                await connection.execute(_close(is_older, Why.BOOKED_AGAIN, verdict.booked_at))
                row = asked_of(verdict) | values_of(verdict)
                put = insert_or(connection, requests).values(row).on_conflict_do_nothing()
                if (await connection.execute(put)).rowcount:
                    return verdict
                asked = await _row(connection, verdict.callback_id)
                if asked is not None:
                    return await _instead(connection, asked, verdict)

    async def adopt(self, decide: Adopt, at: datetime) -> int:
        """Books what agents and the records asked for; returns how many it looked at."""
        new = (requests.c.status == WAITING) & requests.c.state.is_(None)
        async with self._database.writing("adopt callback requests") as connection:
            chosen = select(requests).where(new).order_by(requests.c.requested_at)
            chosen = chosen.limit(_ADOPTED_AT_ONCE).with_for_update(skip_locked=True)
            rows = (await connection.execute(chosen)).mappings().all()
            return sum([await _adopt(connection, row, decide, at) for row in rows])

    async def withdraw(self, callback_id: CallId, at: datetime) -> bool:
        """Whoever acts on it learns it at the next step. False: nobody waits."""
        is_it = (requests.c.call_id == callback_id) & (requests.c.status == WAITING)
        async with self._database.writing("withdraw callback") as connection:
            closed = await connection.execute(_close(is_it, Why.WITHDRAWN, at))
        return bool(closed.rowcount)

    async def find(self, callback_id: CallId) -> Callback | None:
        """None: there is none, or it is people's."""
        async with self._database.reading("find callback") as connection:
            row = await _row(connection, callback_id)
        return None if row is None or row["rank"] is None else callback_of(row)

    async def latest(self, limit: int, dids: Collection[str] | None = None) -> Sequence[Callback]:
        """Those that the service dials, the newest first; of these numbers, or of all."""
        order = (requests.c.requested_at.desc(), requests.c.call_id.desc())
        chosen = select(requests).where(requests.c.rank.is_not(None)).order_by(*order)
        if dids is not None:
            chosen = chosen.where(requests.c.called_number.in_(dids))
        async with self._database.reading("list callbacks") as connection:
            rows = await connection.execute(chosen.limit(limit))
            return [callback_of(row) for row in rows.mappings()]


async def caller_came_back(
    connection: AsyncConnection, business: str, number: str, since: datetime, at: datetime
) -> bool:
    """A caller got through on a call that began then: what is owed from before is not any more."""
    key = number_key(number)
    is_owed = (
        _waits(business, key)
        & (requests.c.requested_at <= since)
        & or_(requests.c.state.is_(None), requests.c.state.in_(_BEFORE_DIALLING))
    )
    if not key:
        return False
    return bool((await connection.execute(_close(is_owed, Why.CAME_BACK, at))).rowcount)


async def goes_first(connection: AsyncConnection, request: CallbackRequest) -> bool:
    """The caller was cut off: a callback that is open already is due now, before all others."""
    is_it = (
        _waits(request.business, number_key(request.number))
        & (requests.c.rank > int(Rank.DROPPED))
        & requests.c.state.in_(_BEFORE_DIALLING)
    )
    values = _NOBODYS | {
        "state": CallbackState.BOOKED.value,
        "why": Why.DROPPED.value,
        "reason": request.reason.value,
        "rank": int(Rank.DROPPED),
        "due_at": request.requested_at,
        "window": None,
        "claim_epoch": requests.c.claim_epoch + 1,
    }
    done = await connection.execute(update(requests).where(is_it).values(values))
    return bool(done.rowcount)


async def _adopt(connection: AsyncConnection, row: RowMapping, decide: Adopt, at: datetime) -> int:
    request = request_of(row)
    is_this = requests.c.call_id == request.call_id
    key = number_key(request.number)
    verdict = decide(request, None, await _is_barred(connection, key))
    if isinstance(verdict, Callback):
        # Written in full, the number may be one that waits already.
        key = number_key(verdict.number)
        already = await _open_one(connection, request.business, key, but=request.call_id)
        verdict = decide(request, already, await _is_barred(connection, key))
        if already is not None and isinstance(verdict, Callback):
            await connection.execute(_close(is_this, Why.BOOKED_AGAIN, at))
            await _replace(connection, verdict)
            return 1
    if verdict is None:
        return 0
    if isinstance(verdict, Callback):
        await connection.execute(update(requests).where(is_this).values(values_of(verdict)))
        return 1
    is_for_people = verdict.reason in FOR_PEOPLE
    await connection.execute(
        update(requests)
        .where(is_this)
        .values(
            state=CallbackState.REFUSED.value,
            why=verdict.reason.value,
            status=WAITING if is_for_people else status_of(CallbackState.REFUSED),
            closed_at=None if is_for_people else at,
        )
    )
    return 1


async def _instead(connection: AsyncConnection, row: RowMapping, verdict: Callback) -> Callback:
    """A call asks for one: its newest wish, unless the older one rings already."""
    if row["rank"] is not None:
        before = callback_of(row)
        if before.state in ON_A_CALL:
            return before
    await _replace(connection, verdict)
    return verdict


async def _replace(connection: AsyncConnection, callback: Callback) -> None:
    """Whoever is about to act on it loses the claim, unless it rings already."""
    values: dict[str, Any] = values_of(callback)
    if callback.state in BEFORE_DIALLING:
        values |= _NOBODYS | _NOT_OVER | {"claim_epoch": requests.c.claim_epoch + 1}
    is_it = requests.c.call_id == callback.callback_id
    await connection.execute(update(requests).where(is_it).values(values))


def _close(which: ColumnElement[bool], why: Why, at: datetime) -> Update:
    state = CallbackState.CANCELLED
    return (
        update(requests)
        .where(which)
        .values(status=status_of(state), state=state.value, why=why.value, closed_at=at)
    )


async def _open_one(
    connection: AsyncConnection, business: str, key: str, but: CallId | None = None
) -> Callback | None:
    chosen = select(requests).where(_waits(business, key), requests.c.rank.is_not(None))
    if but is not None:
        chosen = chosen.where(requests.c.call_id != but)
    row = (await connection.execute(chosen.with_for_update())).mappings().one_or_none()
    return None if row is None else callback_of(row)


def _waits(business: str, key: str) -> ColumnElement[bool]:
    return (
        (requests.c.business == business)
        & (requests.c.number_key == key)
        & (requests.c.status == WAITING)
    )


async def _row(connection: AsyncConnection, callback_id: CallId) -> RowMapping | None:
    chosen = select(requests).where(requests.c.call_id == callback_id)
    return (await connection.execute(chosen)).mappings().one_or_none()


async def _is_barred(connection: AsyncConnection, key: str) -> bool:
    chosen = select(do_not_call.c.number_key).where(do_not_call.c.number_key == key)
    return (await connection.execute(chosen)).one_or_none() is not None
