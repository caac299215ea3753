"""Is a caller owed a call?"""

from sqlalchemy import select

from voicebot.queueing.callbacks import Callback
from voicebot.store.callback_rows import WAITING, callback_of
from voicebot.store.callback_tables import callback_requests as requests
from voicebot.store.engine import Database
from voicebot.store.number_key import number_key


class SqlOwedCallbacks:
    """Fulfils `line_ports.OwedCallbacks`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def owed_to(self, business: str, number: str) -> Callback | None:
        key = number_key(number)
        if not key:
            return None
        chosen = select(requests).where(
            requests.c.business == business,
            requests.c.number_key == key,
            requests.c.status == WAITING,
            requests.c.rank.is_not(None),
        )
        async with self._database.reading("find callback of caller") as connection:
            row = (await connection.execute(chosen)).mappings().one_or_none()
        return None if row is None else callback_of(row)
