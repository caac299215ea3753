"""Which callbacks count as late, on both databases?"""

from datetime import timedelta

from tests.unit.queueing.owed import NOON, owed
from voicebot.queueing.callbacks import Callback
from voicebot.store.callback_bookings import SqlCallbackBookings
from voicebot.store.callback_claims import SqlCallbackClaims
from voicebot.store.engine import Database
from voicebot.store.late_callbacks import late_callbacks


async def test_due_ones_count_until_somebody_acts_on_them(database: Database) -> None:
    bookings, claims = SqlCallbackBookings(database), SqlCallbackClaims(database)
    one = owed()

    def decide(_already: Callback | None, _is_barred: bool) -> Callback:
        return one

    await bookings.book(one.business, one.number, decide)
    assert await late_callbacks(database, one.due_at - timedelta(seconds=1)) == 0
    assert await late_callbacks(database, one.due_at) == 1
    assert await claims.claim("a", "node-1", max(NOON, one.due_at), timedelta(hours=1)) is not None
    assert await late_callbacks(database, one.due_at) == 0
