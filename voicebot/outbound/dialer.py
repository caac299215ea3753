"""Places one call: asks the rules, keeps it, has Asterisk ring, and tells what came of it.

Decides nothing, and the call does not need it: once Asterisk rings, dialplan and agents do the
rest, whether the dialer lives or not. Nobody is ever rung a second time for one call: when it is
not known whether Asterisk has rung, it is looked for, and never asked for again.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import partial
from typing import Protocol

from voicebot.ari.client import AriClient
from voicebot.ari.decode import ChannelDestroyed, ChannelStateChange, Resynced
from voicebot.calls.dialled import DialStatus, dial_status
from voicebot.calls.model import AnsweredBy, CallId, CallRecord, ChannelId, Owed
from voicebot.calls.outbound_rules import (
    Destination,
    Refused,
    refusal_by_history,
    refusal_now,
)
from voicebot.dialogue.business import Business
from voicebot.errors import AriDisconnected, AriRequestRefused, AriRequestTimeout
from voicebot.outbound.placing import Way, is_there, obstacle, originate, talks_with
from voicebot.store.outbound_calls import KeptCall, OutboundCall, SqlOutboundCalls
from voicebot.telemetry.logs import log_of

# The record of a call is written within two seconds of its end.
LOOKS, LOOK_EVERY_S = 50, 0.1
# What an agent that died knew of a call is on record some seconds later.
WHOLE_LOOKS = 80
RECONNECT_WITHIN_S = 5.0
# A dialer needs less than this from keeping a call to asking Asterisk for it.
SURELY_PLACED_AFTER = timedelta(seconds=15)
SETTLED_AT_ONCE = 100
UP = "Up"

log = log_of("outbound")


@dataclass(frozen=True, slots=True)
class Request:
    """Who is to be rung by whom; what the rules make of it alone is settled."""

    business: Business
    destination: Destination
    did: str
    way: Way
    agent: str = ""
    key: str | None = None
    # Of a callback: its channel's id, chosen and kept beforehand, and why we ring.
    call_id: CallId | None = None
    owed: Owed | None = None
    at_any_hour: bool = False  # judged by whoever asks


@dataclass(frozen=True, slots=True)
class DialResult:
    """What came of it. None: not known, or not waited for."""

    status: DialStatus | None
    call_id: CallId | None = None  # None: refused
    refused: Refused | None = None
    hangup_cause: int | None = None
    record: CallRecord | None = field(default=None, repr=False)
    was_placed_before: bool = False  # under the same key: nobody was rung now

    @property
    def answered_by(self) -> AnsweredBy | None:
        return None if self.record is None else self.record.answered_by


class _Placed(Enum):
    YES = auto()
    NO = auto()  # Asterisk refused, as when a trunk is down: nothing was sent
    OVER = auto()  # there is no such channel, any more


class Records(Protocol):
    async def find(self, call_id: CallId) -> CallRecord | None: ...


OnProgress = Callable[[str], None]
# Asked at the last moment before Asterisk is: whether the call is still ours to place.
MayPlace = Callable[[], Awaitable[bool]]


class Dialer:
    """Over one Asterisk; its ARI application is its own."""

    def __init__(
        self,
        ari: AriClient,
        calls: SqlOutboundCalls,
        records: Records,
        node_name: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._ari = ari
        self._calls = calls
        self._records = records
        self._node_name = node_name
        self._clock = clock

    async def dial(
        self,
        request: Request,
        *,
        waits: bool = True,
        on_progress: OnProgress | None = None,
        may_place: MayPlace | None = None,
    ) -> DialResult:
        """Raises AsteriskError or StoreError; then nobody was rung, or the call is on record."""
        tell = on_progress if on_progress is not None else _nobody_listens
        rules, at = request.business.outbound, self._clock()
        assert rules is not None, "judged before"
        await self._settle_left_open()
        refused = None if request.at_any_hour else refusal_now(request.destination, rules, at)
        refused = await obstacle(self._ari, request.way) if refused is None else refused
        call = self._call(request, at)
        known: Refused | KeptCall | None = refused
        if refused is None:
            known = await self._calls.begin(call, partial(refusal_by_history, rules))
        if isinstance(known, Refused):
            log.info("outbound.refused", reason=known.reason.value, business=call.business)
            return DialResult(DialStatus.REFUSED, refused=known)
        if isinstance(known, KeptCall):
            return await self._told_again(known)
        log.info("outbound.begun", call_id=call.call_id, trunk=call.trunk)
        if may_place is not None and not await may_place():
            await self._calls.settle(call.call_id, DialStatus.CANCELLED, None, self._clock())
            return DialResult(DialStatus.CANCELLED, call.call_id)
        placed = await self._place(call, request)
        if placed is _Placed.NO:
            await self._calls.settle(call.call_id, DialStatus.CONGESTION, None, self._clock())
            return DialResult(DialStatus.CONGESTION, call.call_id)
        if placed is _Placed.OVER:
            return await self._settled(call, cause=None, was_answered=False)
        tell("ringing")
        if not waits:
            return DialResult(None, call.call_id)
        return await self._follow(call, tell)

    async def resume(
        self, call_id: CallId, *, on_progress: OnProgress | None = None
    ) -> DialResult | None:
        """What came of a call whose dialer is gone; places none. None: it never was begun."""
        kept = await self._calls.find(call_id)
        if kept is None:
            return None
        call, channel_id = kept.call, ChannelId(call_id)
        while kept.status is None:
            if await is_there(self._ari, call):
                try:
                    await self._ari.applications.subscribe(self._ari.app, channel_id)
                except AriRequestRefused:
                    continue  # it ended just now
                return await self._follow(call, on_progress or _nobody_listens)
            record = await self._records.find(call_id)
            is_young = self._clock() - call.requested_at < SURELY_PLACED_AFTER
            if record is not None or not is_young:
                # A channel that was there may have ended between the two looks.
                return await self._settled(call, cause=None, was_answered=False)
            await asyncio.sleep(LOOK_EVERY_S)
            kept = await self._calls.find(call_id) or kept
        return replace(await self._told_again(kept), was_placed_before=False)

    async def with_whole_record(self, result: DialResult) -> DialResult:
        """With who picked up, once that is on record: an agent that died is salvaged first."""
        assert result.call_id is not None, "it was placed"
        record = result.record
        for _ in range(WHOLE_LOOKS):
            if record is not None and record.answered_by is not None:
                return replace(result, record=record)
            await asyncio.sleep(LOOK_EVERY_S)
            record = await self._records.find(result.call_id)
        return replace(result, record=record)

    async def talks_with(self, number: str) -> bool:
        """Whether a call with this number (E.164) is up."""
        return await talks_with(self._ari, number)

    async def obstacle(self, request: Request) -> Refused | None:
        """Why the call cannot be placed now, whomever it is to."""
        return await obstacle(self._ari, request.way)

    async def hang_up(self, call_id: CallId) -> None:
        """Ends a call that is not wanted any more, if it is there."""
        try:
            await self._ari.channels.hangup(ChannelId(call_id))
        except AriRequestRefused as error:
            log.info("outbound.over_already", call_id=call_id, status=error.status)

    def _call(self, request: Request, at: datetime) -> OutboundCall:
        return OutboundCall(
            # Nobody else's: Asterisk's own ids end in a number.
            call_id=request.call_id or CallId(f"{self._node_name}-out-{secrets.token_hex(8)}"),
            business=request.business.name,
            did=request.did,
            agent=request.agent,
            trunk=request.way.name,
            number=request.destination.number,
            requested_at=at,
            request_key=request.key,
            callback_id=None if request.owed is None else request.owed.of,
        )

    async def _place(self, call: OutboundCall, request: Request) -> "_Placed":
        """Whether Asterisk rings now. Raises AsteriskError when that cannot be found out."""
        try:
            await originate(self._ari, call, request.way, request.business, request.owed)
        except AriRequestRefused as error:
            log.error("outbound.not_placed", call_id=call.call_id, status=error.status)
            return _Placed.NO
        except (AriRequestTimeout, AriDisconnected) as error:
            # It may ring: looked for, and never asked for again.
            log.warning("outbound.unsure", call_id=call.call_id, code=error.code)
            await self._ari.wait_connected(RECONNECT_WITHIN_S)
        try:
            await self._ari.applications.subscribe(self._ari.app, ChannelId(call.call_id))
        except AriRequestRefused:
            # No such channel any more, or there never was one.
            return _Placed.OVER
        return _Placed.YES

    async def _follow(self, call: OutboundCall, tell: OnProgress) -> DialResult:
        channel_id, was_answered = ChannelId(call.call_id), False
        async for event in self._ari.events():
            match event:
                case ChannelStateChange(channel=channel) if channel.channel_id == channel_id:
                    if channel.state == UP and not was_answered:
                        was_answered = True
                        tell("answered")
                case ChannelDestroyed(channel=channel, cause=cause) if (
                    channel.channel_id == channel_id
                ):
                    return await self._settled(call, cause=cause, was_answered=was_answered)
                case Resynced():
                    # What it lists may be older than the call: the first one is.
                    if not await is_there(self._ari, call):
                        return await self._settled(call, cause=None, was_answered=was_answered)
                    await self._ari.applications.subscribe(self._ari.app, channel_id)
        raise AssertionError("events never end by themselves")

    async def _settled(
        self, call: OutboundCall, *, cause: int | None, was_answered: bool
    ) -> DialResult:
        """The end of a call that is over, with its record once that is there."""
        record = await self._record_of(call.call_id)
        if record is not None:
            was_answered = was_answered or record.answered_at is not None
            # A BYE without a reason leaves 0, which the record calls normal clearing.
            cause = cause or record.hangup_cause
        if cause is None:
            status = DialStatus.ANSWERED if was_answered else DialStatus.LOST
        else:
            status = dial_status(cause, was_answered=was_answered)
        await self._calls.settle(call.call_id, status, cause, self._clock())
        log.info("outbound.over", call_id=call.call_id, status=status.value, cause=cause)
        return DialResult(status, call.call_id, hangup_cause=cause, record=record)

    async def _record_of(self, call_id: CallId) -> CallRecord | None:
        for _ in range(LOOKS):
            record = await self._records.find(call_id)
            if record is not None:
                return record
            await asyncio.sleep(LOOK_EVERY_S)
        return None

    async def _told_again(self, kept: KeptCall) -> DialResult:
        record = await self._records.find(kept.call.call_id)
        result = DialResult(
            kept.status, kept.call.call_id, hangup_cause=kept.hangup_cause, record=record
        )
        return replace(result, was_placed_before=True)

    async def _settle_left_open(self) -> None:
        """Calls whose dialer did not see their end: it died, or did not wait."""
        unsettled: Sequence[KeptCall] = await self._calls.unsettled(SETTLED_AT_ONCE)
        for kept in unsettled:
            call = kept.call
            is_young = self._clock() - call.requested_at < SURELY_PLACED_AFTER
            record = await self._records.find(call.call_id)
            if record is None and (is_young or await is_there(self._ari, call)):
                continue
            status, cause = DialStatus.LOST, None
            if record is not None:
                cause = record.hangup_cause
                status = dial_status(cause, was_answered=record.answered_at is not None)
            await self._calls.settle(call.call_id, status, cause, self._clock())


def _nobody_listens(_state: str) -> None:
    """Progress is told to whoever wants it."""
