"""Which callbacks are due next?"""

from collections.abc import Sequence

from sqlalchemy import select

from voicebot.queueing.callbacks import Callback
from voicebot.store.callback_rows import WAITING, callback_of
from voicebot.store.callback_tables import callback_requests as callbacks
from voicebot.store.engine import Database


class SqlCallbacksDue:
    """Those that the service dials. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def next(self, limit: int) -> Sequence[Callback]:
        """The earliest first."""
        chosen = (
            select(callbacks)
            .where(
                callbacks.c.status == WAITING,
                callbacks.c.state.is_not(None),
                callbacks.c.due_at.is_not(None),
            )
            .order_by(callbacks.c.due_at)
            .limit(limit)
        )
        async with self._database.reading("next callbacks") as connection:
            return [callback_of(row) for row in (await connection.execute(chosen)).mappings()]
