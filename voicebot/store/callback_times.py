"""Which callbacks will come to stand in the line, and when?"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from voicebot.store.callback_rows import WAITING
from voicebot.store.callback_tables import callback_requests as requests
from voicebot.store.engine import Database

# Nobody who waits now waits longer.
HORIZON: Final = timedelta(hours=2)
_MOST: Final = 500


class SqlCallbackTimes:
    """Fulfils `line_ports.CallbackTimes`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due_in_s(self, at: datetime) -> Sequence[float]:
        due = requests.c.due_at
        is_to_come = (requests.c.status == WAITING) & (due > at) & (due <= at + HORIZON)
        chosen = select(due).where(is_to_come, requests.c.rank.is_not(None)).order_by(due)
        async with self._database.reading("find callbacks to come") as connection:
            times = (await connection.execute(chosen.limit(_MOST))).scalars().all()
        return [(time - at).total_seconds() for time in times]
