"""Who was not let in, and how often?"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select

from voicebot.calls.failed_authentications import FailureKey
from voicebot.store.engine import Database
from voicebot.store.tables import failed_authentications as failures
from voicebot.store.upsert import insert_or


class SqlFailedAuthentications:
    """The counts of one node."""

    def __init__(self, database: Database, node: str) -> None:
        self._database = database
        self._node = node

    async def add(self, counts: Mapping[FailureKey, int]) -> None:
        """Adds to what is on record already."""
        async with self._database.writing("count failed authentications") as connection:
            statement = insert_or(connection, failures)
            await connection.execute(
                statement.on_conflict_do_update(
                    index_elements=list(failures.primary_key),
                    set_={"count": failures.c.count + statement.excluded.count},
                ),
                [
                    {
                        "hour": key.hour,
                        "node": self._node,
                        "service": key.service,
                        "source": key.source,
                        "reason": key.reason,
                        "count": count,
                    }
                    for key, count in counts.items()
                ],
            )

    async def latest(self, limit: int) -> Sequence[tuple[FailureKey, int]]:
        """The last hours' counts, the newest hour and the busiest source first."""
        chosen = select(failures).where(failures.c.node == self._node)
        ordered = chosen.order_by(
            failures.c.hour.desc(), failures.c.count.desc(), failures.c.source, failures.c.reason
        )
        async with self._database.reading("read failed authentications") as connection:
            found = (await connection.execute(ordered.limit(limit))).mappings()
            return [
                (
                    FailureKey(row["hour"], row["service"], row["source"], row["reason"]),
                    row["count"],
                )
                for row in found
            ]

    async def forget(self, before: datetime) -> int:
        """Addresses belong to somebody: they are kept no longer than the retention allows."""
        async with self._database.writing("forget failed authentications") as connection:
            done = await connection.execute(delete(failures).where(failures.c.hour < before))
            return done.rowcount
