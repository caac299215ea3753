"""How many callbacks does nobody see to, though they are due?"""

from datetime import datetime

from sqlalchemy import func, select

from voicebot.queueing.callbacks import OPEN
from voicebot.store.callback_rows import WAITING
from voicebot.store.callback_tables import callback_requests as requests
from voicebot.store.engine import Database


async def late_callbacks(database: Database, due_before: datetime) -> int:
    """Open ones that nobody acts on. Raises StoreError."""
    is_free = requests.c.claimed_until.is_(None) | (requests.c.claimed_until <= due_before)
    counting = (
        select(func.count())
        .select_from(requests)
        .where(
            requests.c.status == WAITING,
            requests.c.state.in_(tuple(state.value for state in OPEN)),
            requests.c.due_at <= due_before,
            is_free,
        )
    )
    async with database.reading("count late callbacks") as connection:
        return int((await connection.execute(counting)).scalar_one())
