"""Where callbacks are booked, whoever asks: the waiting line, the agent, a person or a program.

All go by the same rules. What the rules leave to people (no section `callbacks`, a country that
is not allowed yet) is put on people's list; what may never be rung is refused with its reason.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from voicebot.calls.follow_up import business_named
from voicebot.calls.model import CallbackRequest, CallId
from voicebot.calls.outbound_rules import Refusal, Refused
from voicebot.dialogue.business import Business
from voicebot.queueing.callback_booking import FOR_PEOPLE, Wish, book, destination_for
from voicebot.queueing.callback_windows import LocalWindow
from voicebot.queueing.callbacks import Callback
from voicebot.queueing.model import Rank
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

    async def move(
        self, callback_id: CallId, window: LocalWindow | None, at: datetime
    ) -> Callback | Refused | None:
        """To another time; the place in the line is kept. None: it is not open, or people's."""
        found = await self._open(callback_id)
        return (
            None if found is None else await self.book(_wish_for(found, window, at), found.business)
        )

    async def call_now(self, callback_id: CallId, at: datetime) -> Callback | Refused | None:
        """Before all who were not cut off, as soon as there is a slot; the hours bind all the
        same. None: it is not open, or people's."""
        found = await self._open(callback_id)
        if found is None:
            return None
        first = replace(found.place, rank=min(Rank.VIP, found.place.rank))
        wish = replace(_wish_for(found, None, at), place=first)
        return await self.book(wish, found.business)

    async def cancel(self, callback_id: CallId, at: datetime) -> bool:
        """False: nobody waits. What rings is hung up."""
        return await self._bookings.withdraw(callback_id, at)

    async def _open(self, callback_id: CallId) -> Callback | None:
        found = await self._bookings.find(callback_id)
        return found if found is not None and found.is_open else None

    async def _leave_to_people(self, wish: Wish, business: str) -> None:
        await self._requests.request(
            CallbackRequest(
                wish.callback_id, business, wish.did, wish.number, wish.reason, wish.asked_at
            )
        )


def _wish_for(callback: Callback, window: LocalWindow | None, at: datetime) -> Wish:
    return Wish(
        callback.callback_id,
        callback.did,
        callback.number,
        callback.reason,
        at,
        callback.place,
        window,
    )


def _decided(
    wish: Wish,
    business: Business,
    own: Sequence[str],
    already: Callback | None,
    is_barred: bool,
) -> Callback | Refused:
    return book(wish, business, own, is_barred=is_barred, already=already)
