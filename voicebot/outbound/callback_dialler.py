"""Rings those who are owed a call, as soon as it is their turn.

Decides nothing; acts only under a claim, of which there is one per callback. The channel's id is
kept before Asterisk hears of it: whoever takes a claim over finds it there, and asks Asterisk what
became of that channel before anything is dialled again. Any number of diallers may run.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Self

from voicebot.calls.dialled import DialStatus
from voicebot.calls.follow_up import business_named
from voicebot.calls.model import CallbackRequest, CallId, ChannelId, Owed
from voicebot.calls.outbound_rules import Destination, Refused, caller_id_of
from voicebot.capacity.degradation import Degradation
from voicebot.dialogue.business import Business
from voicebot.errors import AsteriskError, BusinessFileInvalid, SharedStateError, StoreError
from voicebot.outbound.callback_line import CallbackLine
from voicebot.outbound.dialer import Dialer, DialResult, Request
from voicebot.outbound.dialing import way_of
from voicebot.queueing.callback_booking import Wish, book, destination_for
from voicebot.queueing.callback_retries import Attempt, after
from voicebot.queueing.callback_turns import (
    UNABLE_AGAIN,
    Sight,
    after_refusal,
    turn,
    with_slot,
)
from voicebot.queueing.callbacks import (
    ON_A_CALL,
    Callback,
    CallbackEvent,
    CallbackState,
    CameDue,
    DialBegan,
    PickedUp,
    Postponed,
    TakenOver,
    Why,
)
from voicebot.stack.trunks import Trunk
from voicebot.store.callback_bookings import SqlCallbackBookings
from voicebot.store.callback_claims import Claim, SqlCallbackClaims
from voicebot.telemetry.logs import log_of
from voicebot.telemetry.node_metrics import NODE

# Longer than it takes to be sure whether Asterisk was asked (SURELY_PLACED_AFTER).
LEASE: Final = timedelta(seconds=30)
RENEW_EVERY_S: Final = 8.0
AT_ONCE: Final = 20
ANSWERED: Final = "answered"

OpenDialer = Callable[[], AbstractAsyncContextManager[Dialer]]

log = log_of("callbacks")


class CallbackDialler:
    """Inside its `async with` each `run` begins what is due; calls go on in tasks of their own."""

    def __init__(
        self,
        claims: SqlCallbackClaims,
        bookings: SqlCallbackBookings,
        open_dialer: OpenDialer,
        businesses: Callable[[], Awaitable[Sequence[Business]]],
        trunks: Callable[[], Sequence[Trunk]],
        line: CallbackLine,
        step: Callable[[], Awaitable[Degradation]],
        node_name: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._claims = claims
        self._bookings = bookings
        self._open_dialer = open_dialer
        self._businesses = businesses
        self._trunks = trunks
        self._line = line
        self._step = step
        self._node_name = node_name
        self._clock = clock
        self._holder = f"{node_name}-{secrets.token_hex(4)}"
        self._acting: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """What rings goes on ringing: the next dialler finds it by its channel."""
        for task in self._acting:
            task.cancel()
        await asyncio.gather(*self._acting, return_exceptions=True)

    async def finish(self) -> None:
        """Until all that was begun is over."""
        await asyncio.gather(*self._acting)

    async def run(self, at: datetime) -> None:
        """Raises StoreError or BusinessFileInvalid."""
        businesses = await self._businesses()
        if not any(business.callbacks is not None for business in businesses):
            return
        await self._bookings.adopt(partial(_adopted, businesses), at)
        while len(self._acting) < AT_ONCE:
            claim = await self._claims.claim(self._holder, self._node_name, at, LEASE)
            if claim is None:
                return
            task = asyncio.create_task(self.act(claim, businesses))
            self._acting.add(task)
            task.add_done_callback(self._acting.discard)

    async def act(self, claim: Claim, businesses: Sequence[Business]) -> None:
        """Brings one callback as far as it can be brought now."""
        callback = claim.callback.receive(TakenOver()) if claim.was_begun else claim.callback
        try:
            business = business_named(callback.business, businesses)
            if business is None or business.callbacks is None:
                await self._keep(claim, callback, self._unable())
                return
            async with self._open_dialer() as dialer:
                if callback.state in ON_A_CALL:
                    await self._resume(claim, callback, business, dialer)
                else:
                    await self._begin(claim, callback, business, businesses, dialer)
        except (AsteriskError, SharedStateError) as error:
            log.warning("callback.unable", callback_id=callback.callback_id, code=error.code)
            if callback.state not in ON_A_CALL:
                await self._give_back(claim, callback)
        except (StoreError, BusinessFileInvalid) as error:
            # The claim ends with its lease, and the next one goes on.
            log.warning("callback.left", callback_id=callback.callback_id, code=error.code)

    async def _begin(
        self,
        claim: Claim,
        callback: Callback,
        business: Business,
        businesses: Sequence[Business],
        dialer: Dialer,
    ) -> None:
        own = [did for one in businesses for did in one.dids]
        destination = destination_for(callback.number, callback.did, business, own)
        if isinstance(destination, Refused):
            await self._keep(claim, callback, after_refusal(destination, self._clock()))
            return
        is_on_the_line = await dialer.talks_with(destination.number)
        sight = Sight(at := self._clock(), is_on_the_line, await self._step())
        verdict = turn(callback, destination, business, sight)
        if not isinstance(verdict, CameDue):
            await self._line.leaves(callback, business)
            await self._keep(claim, callback, verdict)
            return
        request = self._request(callback, business, destination)
        if isinstance(request, Refused):
            await self._keep(claim, callback, after_refusal(request, at))
            return
        # What must be free for the conversation: the trunk's channels, and agents to talk.
        refused = await dialer.obstacle(request)
        if refused is not None:
            await self._keep(claim, callback, after_refusal(refused, at))
            return
        assert request.call_id is not None
        has_slot = await self._line.takes_slot(callback, business, businesses, request.call_id)
        at = self._clock()
        callback = callback.receive(CameDue()).receive(with_slot(is_held=has_slot, at=at))
        if not has_slot:
            await self._keep(claim, callback)
            return
        callback = callback.receive(DialBegan(ChannelId(request.call_id)))
        is_kept = False
        try:
            is_kept = await self._claims.keep(claim, callback, at)
        finally:
            if not is_kept:
                await self._line.is_over(request.call_id)
        if is_kept:
            await self._follow(
                claim,
                callback,
                business,
                dialer,
                lambda tell: dialer.dial(
                    request,
                    on_progress=tell,
                    may_place=lambda: self._claims.renew(claim, self._clock() + LEASE),
                ),
            )

    async def _resume(
        self, claim: Claim, callback: Callback, business: Business, dialer: Dialer
    ) -> None:
        assert callback.channel_id is not None, "kept before it was dialled"
        call_id = CallId(callback.channel_id)
        log.info("callback.taken_over", callback_id=callback.callback_id, call_id=call_id)
        self._line.holds(call_id)
        await self._follow(
            claim,
            callback,
            business,
            dialer,
            lambda tell: dialer.resume(call_id, on_progress=tell),
        )

    async def _follow(
        self,
        claim: Claim,
        callback: Callback,
        business: Business,
        dialer: Dialer,
        call: Callable[[Callable[[str], None]], Awaitable[DialResult | None]],
    ) -> None:
        """Until the call is over; the claim is kept up meanwhile."""
        assert callback.channel_id is not None, "kept before it was dialled"
        answered = asyncio.Event()

        def tell(progress: str) -> None:
            if progress == ANSWERED:
                answered.set()

        keeping = asyncio.create_task(self._keep_up(claim, callback, dialer, answered))
        try:
            result = await call(tell)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            # Should it go on without us: the agent that talks holds the slot by itself.
            await self._line.is_over(CallId(callback.channel_id))
        if result is not None and result.status is DialStatus.ANSWERED:
            result = await dialer.with_whole_record(result)
        await self._keep(claim, callback, *self._events(callback, business, result))

    def _events(
        self, callback: Callback, business: Business, result: DialResult | None
    ) -> Sequence[CallbackEvent]:
        at, rules = self._clock(), business.callbacks
        assert rules is not None, "looked at before"
        if result is None:  # it was never begun: nothing was sent
            return (Postponed(at, Why.TAKEN_OVER),)
        if result.refused is not None:
            return (after_refusal(result.refused, at),)
        assert result.status is not None, "waited for"
        return after(callback, Attempt(result.status, result.record), rules, at)

    async def _keep_up(
        self, claim: Claim, callback: Callback, dialer: Dialer, answered: asyncio.Event
    ) -> None:
        assert callback.channel_id is not None
        is_told = False
        while True:
            try:
                async with asyncio.timeout(RENEW_EVERY_S):
                    # Told once; then only the time wakes.
                    await (asyncio.Event() if is_told else answered).wait()
            except TimeoutError:
                pass  # time to renew the lease
            at = self._clock()
            try:
                if answered.is_set() and not is_told and callback.state is CallbackState.DIALLING:
                    await self._claims.keep(claim, callback.receive(PickedUp()), at)
                is_told = answered.is_set()
                is_ours = await self._claims.renew(claim, at + LEASE)
                if not is_ours and not is_told:
                    # Withdrawn while it rang, or another follows it, who sees it end.
                    if await self._is_unwanted(callback):
                        await dialer.hang_up(CallId(callback.channel_id))
                    return
            except (StoreError, AsteriskError) as error:
                log.warning(
                    "callback.not_renewed", callback_id=callback.callback_id, code=error.code
                )

    async def _is_unwanted(self, callback: Callback) -> bool:
        found = await self._bookings.find(callback.callback_id)
        return found is not None and not found.is_open

    def _request(
        self, callback: Callback, business: Business, destination: Destination
    ) -> Request | Refused:
        wanted = callback.did if callback.did.startswith("+") else None
        caller_id = caller_id_of(business, wanted)
        if isinstance(caller_id, Refused):
            return caller_id
        way = way_of(self._trunks(), None, caller_id)
        if isinstance(way, Refused):
            return way
        channel_id = f"{self._node_name}-back-{secrets.token_hex(8)}"
        return Request(
            business,
            destination,
            caller_id,
            way,
            key=channel_id,
            call_id=CallId(channel_id),
            owed=Owed(callback.reason, callback.callback_id),
            at_any_hour=True,
        )

    async def _keep(self, claim: Claim, callback: Callback, *events: CallbackEvent) -> None:
        left = callback
        for event in events:
            left = left.receive(event)
        is_kept = await self._claims.keep(claim, left, self._clock())
        NODE.callback_moved(left.state.value, left.why.value)
        log.info(
            "callback.moved",
            callback_id=left.callback_id,
            state=left.state.value,
            why=left.why.value,
            attempts=left.attempts,
            is_kept=is_kept,
        )

    async def _give_back(self, claim: Claim, callback: Callback) -> None:
        """Asterisk or Redis is away: nothing was asked, or it is asked again by the next."""
        found = await self._bookings.find(callback.callback_id)
        if found is not None and found.state not in ON_A_CALL:
            await self._keep(claim, callback, self._unable())

    def _unable(self) -> Postponed:
        return Postponed(self._clock() + UNABLE_AGAIN, Why.UNABLE)


def _adopted(
    businesses: Sequence[Business],
    request: CallbackRequest,
    already: Callback | None,
    is_barred: bool,
) -> Callback | Refused | None:
    business = business_named(request.business, businesses)
    if business is None or business.callbacks is None:
        return None
    wish = Wish(
        request.call_id,
        request.called_number,
        request.number,
        request.reason,
        request.requested_at,
    )
    own = [did for one in businesses for did in one.dids]
    return book(wish, business, own, is_barred=is_barred, already=already)
