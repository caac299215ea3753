"""Whom must nobody ring?

Numbers stay until somebody takes them off: that is their owners' wish.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from voicebot.store.engine import Database
from voicebot.store.number_key import number_key
from voicebot.store.tables import do_not_call
from voicebot.store.upsert import insert_or


@dataclass(frozen=True, slots=True)
class Barred:
    """A number that is not to be rung."""

    number: str  # as it was entered: private
    reason: str
    since: datetime


class SqlDoNotCall:
    """The list in the database. Numbers are the same however they are written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, number: str, reason: str, since: datetime) -> bool:
        """False: it was on the list, and stays as it was."""
        key = number_key(number)
        assert key, "a number has digits"
        row = {"number_key": key, "number": number, "reason": reason, "since": since}
        async with self._database.writing("add to do-not-call list") as connection:
            added = await connection.execute(
                insert_or(connection, do_not_call).values(row).on_conflict_do_nothing()
            )
        return bool(added.rowcount)

    async def remove(self, number: str) -> bool:
        """False: it was not on the list."""
        async with self._database.writing("remove from do-not-call list") as connection:
            removed = await connection.execute(
                delete(do_not_call).where(do_not_call.c.number_key == number_key(number))
            )
        return bool(removed.rowcount)

    async def contains(self, number: str) -> bool:
        """Whether the number must not be rung."""
        chosen = select(do_not_call.c.number_key).where(
            do_not_call.c.number_key == number_key(number)
        )
        async with self._database.reading("look at do-not-call list") as connection:
            return (await connection.execute(chosen)).one_or_none() is not None

    async def all(self) -> Sequence[Barred]:
        """The whole list, the newest first."""
        order = (do_not_call.c.since.desc(), do_not_call.c.number_key)
        async with self._database.reading("list do-not-call") as connection:
            rows = await connection.execute(select(do_not_call).order_by(*order))
            return [Barred(row.number, row.reason, row.since) for row in rows]
