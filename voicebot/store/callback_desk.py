"""Where callbacks are booked, whoever asks: the waiting line, the agent, a person or a program.

All go by the same rules. What the rules leave to people (no section `callbacks`, a country that
is not allowed yet) is put on people's list; what may never be rung is refused with its reason.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from voicebot.calls.follow_up import business_named
from voicebot.calls.model import CallbackRequest
from voicebot.calls.outbound_rules import Refusal, Refused
from voicebot.dialogue.business import Business
from voicebot.queueing.callback_booking import FOR_PEOPLE, Wish, book, destination_for
from voicebot.queueing.callbacks import Callback
from voicebot.store.callback_bookings import SqlCallbackBookings
from voicebot.store.callbacks import SqlCallbackRequests
from voicebot.store.engine import Database

# Nobody can ring what is no number; whoever gives it can give another.
_LEFT_TO_PEOPLE: Final = tuple(one for one in FOR_PEOPLE if one is not Refusal.NO_NUMBER)


class CallbackDesk:
    """Fulfils `CallbackBook`. Raises StoreError."""

    def __init__(self, database: Database, businesses: Callable[[], Sequence[Business]]) -> None:
        self._bookings = SqlCallbackBookings(database)
        self._requests = SqlCallbackRequests(database)
        self._businesses = businesses

    async def book(self, wish: Wish, business: str) -> Callback | Refused | None:
        businesses = self._businesses()
        named = business_named(business, businesses)
        if named is None or named.callbacks is None:
            await self._leave_to_people(wish, business)
            return None
        own = [did for one in businesses for did in one.dids]
        found = destination_for(wish.number, wish.did, named, own)
        if isinstance(found, Refused):
            if found.reason not in _LEFT_TO_PEOPLE:
                return found
            await self._leave_to_people(wish, business)
            return None
        decide = partial(_decided, replace(wish, number=found.number), named, own)
        return await self._bookings.book(named.name, found.number, decide)

    async def _leave_to_people(self, wish: Wish, business: str) -> None:
        await self._requests.request(
            CallbackRequest(
                wish.callback_id, business, wish.did, wish.number, wish.reason, wish.asked_at
            )
        )


def _decided(
    wish: Wish,
    business: Business,
    own: Sequence[str],
    already: Callback | None,
    is_barred: bool,
) -> Callback | Refused:
    return book(wish, business, own, is_barred=is_barred, already=already)
