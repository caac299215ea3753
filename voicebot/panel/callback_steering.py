"""Books, moves and cancels callbacks for whoever may, from a page or by the API.

By the same desk and rules as the agent and the waiting line. What is refused says what to change.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from voicebot.calls.follow_up import business_named
from voicebot.calls.model import CallbackReason, CallId
from voicebot.calls.outbound_rules import Destination, Refused, caller_id_of
from voicebot.dialogue.business import Business
from voicebot.panel.access import Account, Action, may
from voicebot.panel.call_question import dids_of
from voicebot.queueing.callback_booking import Wish, book, destination_for
from voicebot.queueing.callback_turns import rings_within
from voicebot.queueing.callback_windows import LocalWindow, window_of
from voicebot.queueing.callbacks import Callback
from voicebot.queueing.time_spans import Span
from voicebot.store.callback_bookings import SqlCallbackBookings
from voicebot.store.callback_desk import CallbackDesk
from voicebot.store.engine import Database

HOURS_SHOWN: Final = 5


class Wrong(StrEnum):
    """Why nothing was done, where it is not a rule of callbacks."""

    WINDOW = "window-not-understood"
    BUSINESS = "business-unknown"
    WHICH_BUSINESS = "business-missing"
    NOT_THERE = "not-there"  # or closed, or not this reader's
    FOR_PEOPLE = "left-to-people"
    NOT_ALLOWED = "not-allowed"


@dataclass(frozen=True, slots=True)
class NotDone:
    """`remedy` names what to change, and holds nothing private."""

    code: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Asked:
    """For a callback: by people or programs, in their words."""

    number: str
    business: str = ""
    window: str = ""
    callback_id: CallId | None = None  # the same for the same wish; None: a new one


class CallbackSteering:
    """Raises StoreError and BusinessFileInvalid."""

    def __init__(
        self, database: Database, businesses: Callable[[], Sequence[Business]], node_name: str
    ) -> None:
        self._database = database
        self._bookings = SqlCallbackBookings(database)
        self._businesses = businesses
        self._node_name = node_name

    async def names(self, reader: Account) -> Sequence[str]:
        """The businesses that this reader may book for."""
        return [one.name for one in await self._loaded() if _allowed(reader, _did_of(one))]

    async def latest(self, reader: Account, limit: int) -> Sequence[Callback]:
        """The newest first."""
        found = await self._bookings.latest(limit, dids_of(reader))
        return [one for one in found if may(reader, Action.SEE_FLOOR, f"@{one.did}")]

    async def find(self, reader: Account, callback_id: CallId) -> Callback | None:
        if "\0" in callback_id:  # PostgreSQL knows no such text
            return None
        found = await self._bookings.find(callback_id)
        if found is None or not may(reader, Action.SEE_FLOOR, f"@{found.did}"):
            return None
        return found

    async def book(self, reader: Account, asked: Asked, at: datetime) -> Callback | NotDone:
        """Asked again under the same id, it is what became of it."""
        if asked.callback_id is not None:
            before = await self.find(reader, asked.callback_id)
            if before is not None:
                return before
        businesses = await self._loaded()
        wish = self._wish(reader, asked, businesses, at)
        if isinstance(wish, NotDone):
            return wish
        rings, made = wish
        return _told(await CallbackDesk(self._database, lambda: businesses).book(made, rings.name))

    async def hours(
        self, reader: Account, asked: Asked, at: datetime
    ) -> tuple[Destination, Sequence[Span]] | NotDone:
        """Where the number leads, and when it may ring next, before anything is kept."""
        businesses = await self._loaded()
        wish = self._wish(reader, asked, businesses, at)
        if isinstance(wish, NotDone):
            return wish
        rings, made = wish
        own = [did for one in businesses for did in one.dids]
        destination = destination_for(made.number, made.did, rings, own)
        if isinstance(destination, Refused):
            return NotDone(destination.reason.value, destination.remedy)
        booked = book(made, rings, own, is_barred=False)
        if isinstance(booked, Refused):
            return NotDone(booked.reason.value, booked.remedy)
        return destination, rings_within(booked, destination, rings, at)[:HOURS_SHOWN]

    async def move(
        self, reader: Account, callback_id: CallId, window: str, at: datetime
    ) -> Callback | NotDone:
        """To another time; "": as soon as it is its turn."""
        when = _window(window)
        if isinstance(when, NotDone):
            return when
        desk = await self._desk_for(reader, callback_id)
        return desk if isinstance(desk, NotDone) else _told(await desk.move(callback_id, when, at))

    async def call_now(
        self, reader: Account, callback_id: CallId, at: datetime
    ) -> Callback | NotDone:
        """Before all who were not cut off; the hours bind all the same."""
        desk = await self._desk_for(reader, callback_id)
        return desk if isinstance(desk, NotDone) else _told(await desk.call_now(callback_id, at))

    async def cancel(self, reader: Account, callback_id: CallId, at: datetime) -> NotDone | None:
        """None: it is cancelled; what rings is hung up."""
        desk = await self._desk_for(reader, callback_id)
        if isinstance(desk, NotDone):
            return desk
        return None if await desk.cancel(callback_id, at) else _not_there()

    async def _desk_for(self, reader: Account, callback_id: CallId) -> CallbackDesk | NotDone:
        found = await self.find(reader, callback_id)
        if found is None or not found.is_open:
            return _not_there()
        if not _allowed(reader, found.did):
            return NotDone(Wrong.NOT_ALLOWED, "ask somebody who may steer callbacks of that number")
        businesses = await self._loaded()
        return CallbackDesk(self._database, lambda: businesses)

    async def _loaded(self) -> Sequence[Business]:
        return await asyncio.to_thread(self._businesses)

    def _wish(
        self, reader: Account, asked: Asked, businesses: Sequence[Business], at: datetime
    ) -> tuple[Business, Wish] | NotDone:
        when = _window(asked.window)
        if isinstance(when, NotDone):
            return when
        if not asked.business and len(businesses) > 1:
            return NotDone(Wrong.WHICH_BUSINESS, "say which business rings")
        rings = business_named(asked.business, businesses) if asked.business else businesses[0]
        if rings is None:
            return NotDone(Wrong.BUSINESS, "name one of the businesses that are served")
        did = _did_of(rings)
        if not _allowed(reader, did):
            return NotDone(Wrong.NOT_ALLOWED, "ask somebody who may steer callbacks of that number")
        callback_id = asked.callback_id or self.new_id(secrets.token_hex(12))
        return rings, Wish(
            callback_id, did, asked.number, CallbackReason.REQUESTED, at, window=when
        )

    def new_id(self, token: str) -> CallId:
        return CallId(f"{self._node_name}-asked-{token}")


def _allowed(reader: Account, did: str) -> bool:
    return may(reader, Action.STEER_CALLBACKS, f"@{did}")


def _did_of(business: Business) -> str:
    caller_id = caller_id_of(business, None)
    assert isinstance(caller_id, str), "one of its own"
    return caller_id


def _window(text: str) -> LocalWindow | NotDone | None:
    if not text:
        return None
    try:
        return window_of(text)
    except ValueError as error:
        return NotDone(Wrong.WINDOW, str(error))


def _not_there() -> NotDone:
    return NotDone(Wrong.NOT_THERE, "name a callback that is open, by its id")


def _told(booked: Callback | Refused | None) -> Callback | NotDone:
    if booked is None:
        return NotDone(Wrong.FOR_PEOPLE, "people will ring: see `callbacks` of the business file")
    if isinstance(booked, Refused):
        return NotDone(booked.reason.value, booked.remedy)
    return booked
