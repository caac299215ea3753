"""Callbacks over a real Asterisk: nobody is rung twice, whoever dies while it rings."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import yaml

from tests.fakes.waiting_lines import FakeSlots, FakeWaitingLines
from tests.polling import until
from tests.telephony.fallback.agent import Agent
from tests.telephony.outbound.callee import REFUSES, RINGS, Callee
from tests.telephony.outbound.conftest import NUMBER, Service, shop
from voicebot.business_file import load_businesses
from voicebot.calls.model import CallbackReason, CallId
from voicebot.calls.outbound_rules import Refused
from voicebot.capacity.degradation import Degradation
from voicebot.dialogue.business import Business
from voicebot.outbound.callback_dialler import LEASE, CallbackDialler
from voicebot.outbound.callback_line import CallbackLine
from voicebot.outbound.dialing import dialer_of
from voicebot.queueing.callback_booking import Wish, book
from voicebot.queueing.callbacks import Callback, CallbackState, Why
from voicebot.settings import Settings
from voicebot.stack.trunks import load_trunks
from voicebot.store.callback_bookings import SqlCallbackBookings
from voicebot.store.callback_claims import SqlCallbackClaims
from voicebot.store.engine import Database

LIMIT_S = 30.0


def _settings(service: Service) -> Settings:
    """Of a shop that rings back, on any day."""
    file = service.directory / "callbacks.yaml"
    file.write_text(yaml.safe_dump({**shop(), "callbacks": {"rings_on_holidays": True}}))
    return service.settings.model_copy(update={"business_file": file})


class Diallers:
    """Diallers over one database, and what they ring back."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._businesses = load_businesses(settings.business_file)
        self.bookings = SqlCallbackBookings(database)

    async def book(self, number: str) -> CallId:
        wish = Wish(
            CallId(f"asked-{number}"), NUMBER, number, CallbackReason.MISSED, datetime.now(UTC)
        )

        def decide(already: Callback | None, is_barred: bool) -> Callback | Refused:
            [business] = self._businesses
            return book(wish, business, [NUMBER], is_barred=is_barred, already=already)

        assert isinstance(await self.bookings.book("Shop", number, decide), Callback)
        return wish.callback_id

    async def act(self, is_over: Callable[[], bool] | None = None, *, late: timedelta) -> None:
        """One dialler, whose clock is so late, until it has done all, or until it dies."""

        def clock() -> datetime:
            return datetime.now(UTC) + late

        async def businesses() -> Sequence[Business]:
            return self._businesses

        async def step() -> Degradation:
            return Degradation.FULL

        async with asyncio.timeout(LIMIT_S):
            async with CallbackDialler(
                SqlCallbackClaims(self._database),
                self.bookings,
                partial(dialer_of, self._settings, self._database),
                businesses,
                partial(load_trunks, self._settings.trunks_file),
                CallbackLine(FakeWaitingLines(), FakeSlots(1)),
                step,
                self._settings.node_name,
                clock,
            ) as dialler:
                await dialler.run(clock())
                if is_over is None:
                    await dialler.finish()
                else:
                    await asyncio.to_thread(until, is_over, "it rings", LIMIT_S)

    async def left(self, callback_id: CallId) -> Callback:
        found = await self.bookings.find(callback_id)
        assert found is not None
        return found


def test_a_callback_whose_dialler_dies_while_it_rings_is_followed_and_not_dialled_again(
    service: Service, agent: Agent, tmp_path: Path
) -> None:
    async def play(rung: Callee) -> tuple[Callback, Callback]:
        settings = _settings(service)
        database = Database.open(settings.resolved_database_url)
        try:
            diallers = Diallers(settings, database)
            callback_id = await diallers.book("+12025554001")
            await diallers.act(lambda: rung.is_ringing, late=timedelta())
            ringing = await diallers.left(callback_id)
            await diallers.act(late=LEASE)
            return ringing, await diallers.left(callback_id)
        finally:
            await database.close()

    with service.callee(RINGS, tmp_path) as rung:
        ringing, left = asyncio.run(play(rung))
        assert rung.is_as_expected()
        assert rung.log.count("INVITE sip:") == 1
    assert ringing.state is CallbackState.DIALLING
    assert (left.state, left.why, left.attempts) == (CallbackState.BOOKED, Why.NO_ANSWER, 1)
    service.nothing_is_left()


def test_a_caller_who_is_busy_is_rung_again_later(
    service: Service, agent: Agent, tmp_path: Path
) -> None:
    async def play() -> Callback:
        settings = _settings(service)
        database = Database.open(settings.resolved_database_url)
        try:
            diallers = Diallers(settings, database)
            callback_id = await diallers.book("+12025554002")
            await diallers.act(late=timedelta())
            await diallers.act(late=timedelta(seconds=5))  # nothing is due
            return await diallers.left(callback_id)
        finally:
            await database.close()

    with service.callee(REFUSES, tmp_path) as rung:
        left = asyncio.run(play())
        assert rung.is_as_expected()
    assert (left.state, left.why, left.attempts) == (CallbackState.BOOKED, Why.BUSY, 1)
