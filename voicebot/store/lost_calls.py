"""Which calls are over though no CDR says so, because their Asterisk is gone?

An agent puts its calls on record all the same. What it leaves to be done waits for Asterisk's own
word, which never comes: here somebody says it in Asterisk's stead.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from voicebot.calls.hangup_causes import NETWORK_OUT_OF_ORDER
from voicebot.calls.model import CallId, CallRecord, Outcome
from voicebot.store.calls import put_call
from voicebot.store.engine import Database
from voicebot.store.follow_ups import SALVAGE_WITHIN
from voicebot.store.tables import calls


class SqlLostCalls:
    """Calls that nobody but us says are over. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def without_cdr(
        self, node: str, contexts: Sequence[CallId], at: datetime
    ) -> Sequence[CallId]:
        """Of this node: those that an agent says are over, and of these contexts those that
        nobody has put on record."""
        of_node = calls.c.call_id.startswith(f"{node}-", autoescape=True)
        told = select(calls.c.call_id).where(
            of_node, calls.c.cdr_ended_at.is_(None), _is_recent(at)
        )
        here = [one for one in contexts if one.startswith(f"{node}-")]
        known = select(calls.c.call_id).where(calls.c.call_id.in_(here))
        async with self._database.reading("find calls without a CDR") as connection:
            ended = (await connection.execute(told)).scalars().all()
            on_record = set((await connection.execute(known)).scalars()) if here else set()
        return [*map(CallId, ended), *(one for one in here if one not in on_record)]

    async def end(self, call_id: CallId, stub: CallRecord | None, at: datetime) -> bool:
        """`stub`: what is known where no agent has put it on record. False: somebody else did."""
        nobody_has = (calls.c.call_id == call_id) & calls.c.cdr_ended_at.is_(None)
        async with self._database.writing("end lost call") as connection:
            if stub is not None:
                await put_call(connection, stub, is_stub=True)
            done = await connection.execute(update(calls).where(nobody_has).values(cdr_ended_at=at))
        return bool(done.rowcount)

    async def end_given_up(self, at: datetime) -> int:
        """Those whose agents say that their Asterisk is gone; returns how many."""
        is_theirs = (
            calls.c.cdr_ended_at.is_(None)
            & calls.c.is_stub.is_(False)
            & (calls.c.outcome == Outcome.FAILED.value)
            & (calls.c.hangup_cause == NETWORK_OUT_OF_ORDER)
            & _is_recent(at)
        )
        async with self._database.writing("end given up calls") as connection:
            done = await connection.execute(update(calls).where(is_theirs).values(cdr_ended_at=at))
        return int(done.rowcount)


def _is_recent(at: datetime) -> ColumnElement[bool]:
    """Nobody is rung back for what was lost before."""
    return (calls.c.ended_at > at - SALVAGE_WITHIN) & calls.c.erased_at.is_(None)
