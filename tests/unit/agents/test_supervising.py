"""Supervisors' phones on calls: what is done in Asterisk, and that nothing of it stays."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from tests.fakes.ari_events import OWN, channel
from tests.fakes.call_control import REFUSED
from tests.fakes.call_services import Outside
from tests.fakes.virtual_time import settle
from voicebot.agents.supervising import (
    ANSWER_WITHIN_S,
    LOOK_EVERY_S,
    MOST,
    STAND_BACK_AGAIN_S,
    Supervising,
)
from voicebot.ari.decode import (
    AriEvent,
    ChannelDestroyed,
    ChannelDtmfReceived,
    Resynced,
    ResyncReason,
    StasisStart,
)
from voicebot.calls.asterisk_names import bridge_of, supervisor_of
from voicebot.calls.model import BridgeId, CallId, ChannelId
from voicebot.calls.orders import OrderResult, Presence
from voicebot.calls.transitions import CallState
from voicebot.errors import AsteriskError

ANNA = CallId("anna")
PHONE = supervisor_of(ChannelId(ANNA))
CALLS_BRIDGE, OWN_BRIDGE = bridge_of(ChannelId(ANNA)), bridge_of(PHONE)
LISTEN, WHISPER, BARGE = Presence.LISTEN, Presence.WHISPER, Presence.BARGE


@dataclass
class Call:
    state: CallState = CallState.TALKING
    is_recording_paused: bool = False
    holds: list[bool] = field(default_factory=list)

    def hold(self, *, is_held: bool, by: str) -> None:
        assert by == "supervisor"
        self.holds.append(is_held)


class Desk:
    """Calls, an Asterisk, and a supervisor's phone in it."""

    def __init__(self) -> None:
        self.services = Outside().services()
        self.calls = {ANNA: Call()}
        self.channels: dict[ChannelId, BridgeId | None] = {}
        self.bridges: set[BridgeId] = set()
        self.presences: list[Presence] = []
        self.refusals = 0
        self.failure: AsteriskError | None = None
        self.enters_stasis = True
        self.supervising = Supervising(self.services, self, self.calls.get, lambda: {"joan"})
        self.running = asyncio.create_task(self.supervising.run())

    # --- Asterisk ---

    async def ring(self, extension: str, phone_id: ChannelId, ring_s: int) -> None:
        self.channels[phone_id] = None

    async def make_bridge(self, bridge_id: BridgeId) -> None:
        self.bridges.add(bridge_id)

    async def seat(self, bridge_id: BridgeId, channel_id: ChannelId) -> None:
        if self.failure is not None:
            raise self.failure
        self.channels[channel_id] = bridge_id

    async def attend(self, channel_id: ChannelId, snoop_id: ChannelId, presence: Presence) -> None:
        self.channels[snoop_id] = None
        self.presences.append(presence)
        if self.enters_stasis:
            self.services.snoops.entered(snoop_id, snoop_id)

    async def refuse(self, phone_id: ChannelId) -> None:
        self.refusals += 1

    async def hang_up(self, channel_id: ChannelId, cause: int) -> None:
        self.channels.pop(channel_id, None)

    async def destroy_bridge(self, bridge_id: BridgeId) -> None:
        self.bridges.discard(bridge_id)

    # --- what happens ---

    async def tell(self, event: AriEvent) -> None:
        self.services.supervisors.receive(event)
        await settle()

    async def answers(self, presence: Presence = LISTEN) -> None:
        assert self.order(presence) is OrderResult.DONE
        await settle()
        await self.tell(StasisStart(OWN, channel(PHONE), ("supervisor", PHONE)))

    async def presses(self, *keys: str) -> None:
        for key in keys:
            await self.tell(ChannelDtmfReceived(OWN, channel(PHONE), key, 100))

    async def hangs_up(self) -> None:
        await self.tell(ChannelDestroyed(OWN, channel(PHONE), 16, ""))

    def order(self, presence: Presence, extension: str = "joan") -> OrderResult:
        return self.supervising.begin(ANNA, extension, presence)

    @property
    def call(self) -> Call:
        return self.calls[ANNA]

    @property
    def is_heard_in(self) -> list[BridgeId | None]:
        """Where the phone and its snoops are."""
        return list(self.channels.values())

    def nothing_is_left(self) -> bool:
        services = self.services
        left = (self.channels, self.bridges, services.supervisors.open, services.snoops.open)
        return not any(left)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    await settle()
    yield desk
    desk.running.cancel()
    with suppress(asyncio.CancelledError):
        await desk.running
    assert desk.nothing_is_left()
    assert not desk.call.holds or not desk.call.holds[-1]


async def a_moment() -> None:
    await asyncio.sleep(LOOK_EVERY_S * 1.5)  # of virtual time
    await settle()


async def test_the_phone_rings_and_hears_the_call_once_it_is_answered(desk: Desk) -> None:
    assert desk.order(LISTEN) is OrderResult.DONE
    await settle()
    assert desk.is_heard_in == [None]
    assert desk.services.supervisors.open == {PHONE}
    await desk.tell(StasisStart(OWN, channel(PHONE), ("supervisor", PHONE)))
    assert desk.is_heard_in == [OWN_BRIDGE, OWN_BRIDGE]
    assert desk.presences == [LISTEN]
    # As long as it is there its heartbeat says so.
    assert len(desk.services.snoops.open) == 1
    await desk.hangs_up()
    assert desk.nothing_is_left()


async def test_keys_and_orders_change_how_it_is_there(desk: Desk) -> None:
    desk.call.state = CallState.WITH_OPERATOR
    await desk.answers()
    await desk.presses("5", "9", "6", "4")
    assert desk.order(WHISPER) is OrderResult.DONE
    await settle()
    assert desk.presences == [LISTEN, WHISPER, BARGE, LISTEN, WHISPER]
    assert desk.is_heard_in == [OWN_BRIDGE, OWN_BRIDGE]
    assert desk.refusals == 0
    assert desk.call.holds == []


async def test_in_the_place_of_the_voice_agent_it_is_in_the_calls_own_bridge(desk: Desk) -> None:
    await desk.answers(BARGE)
    assert desk.is_heard_in == [CALLS_BRIDGE]
    assert desk.call.holds == [True]
    # Nobody is there to be whispered to.
    await desk.presses("5")
    assert (desk.refusals, desk.is_heard_in) == (1, [CALLS_BRIDGE])
    # The agent must not take a long silence for the end of its call.
    await asyncio.sleep(STAND_BACK_AGAIN_S)
    await a_moment()
    assert desk.call.holds == [True, True]
    await desk.presses("4")
    assert desk.call.holds == [True, True, False]
    assert desk.is_heard_in == [OWN_BRIDGE, OWN_BRIDGE]


async def test_a_call_that_goes_to_an_operator_is_followed(desk: Desk) -> None:
    await desk.answers(BARGE)
    desk.call.state = CallState.TRANSFERRING
    await a_moment()
    assert desk.presences == [LISTEN]
    desk.call.state = CallState.WITH_OPERATOR
    await a_moment()
    assert desk.presences == [LISTEN, BARGE]


async def test_what_is_not_recorded_is_not_heard(desk: Desk) -> None:
    await desk.answers()
    desk.call.is_recording_paused = True
    await a_moment()
    assert desk.is_heard_in == [OWN_BRIDGE]
    await desk.presses("6")
    assert desk.refusals == 1
    assert desk.order(BARGE) is OrderResult.NOT_RECORDED
    desk.call.is_recording_paused = False
    await a_moment()
    assert desk.is_heard_in == [OWN_BRIDGE, OWN_BRIDGE]


@pytest.mark.parametrize("presence", [LISTEN, BARGE])
@pytest.mark.parametrize("end", ["call", "state", "asterisk"])
async def test_it_ends_with_the_call_or_asterisk(desk: Desk, presence: Presence, end: str) -> None:
    await desk.answers(presence)
    match end:
        case "call":
            call = desk.calls.pop(ANNA)
        case "state":
            call = desk.call
            call.state = CallState.ENDED
        case _:
            call, desk.failure = desk.call, REFUSED
            await desk.presses("4" if presence is BARGE else "6")
    await a_moment()
    assert desk.nothing_is_left()
    desk.calls[ANNA] = Call()


@pytest.mark.parametrize("end", ["declined", "unanswered", "call"])
async def test_a_phone_that_nobody_answers_leaves_nothing(desk: Desk, end: str) -> None:
    desk.order(LISTEN)
    await settle()
    match end:
        case "declined":
            await desk.hangs_up()
        case "unanswered":
            await asyncio.sleep(ANSWER_WITHIN_S)
        case _:
            desk.call.state = CallState.ENDED
    await a_moment()
    assert desk.nothing_is_left()
    assert desk.presences == []


async def test_a_phone_that_went_while_nothing_was_told_is_missed(desk: Desk) -> None:
    await desk.answers()
    await desk.tell(Resynced((channel(PHONE),), (), ResyncReason.OVERFLOWED))
    assert not desk.nothing_is_left()
    await desk.tell(Resynced((channel(ANNA),), (), ResyncReason.OVERFLOWED))
    assert desk.nothing_is_left()


async def test_a_snoop_that_never_comes_ends_it(desk: Desk) -> None:
    desk.enters_stasis = False
    await desk.answers()
    await asyncio.sleep(3.0)
    assert desk.nothing_is_left()


async def test_what_cannot_be_is_refused(desk: Desk) -> None:
    unknown = desk.supervising.begin(CallId("nobody"), "joan", LISTEN)
    assert unknown is OrderResult.NOT_HERE
    assert desk.order(LISTEN, "trunk/+1900") is OrderResult.EXTENSION_UNKNOWN
    assert desk.order(WHISPER) is OrderResult.NOBODY_TO_WHISPER_TO
    await desk.answers()
    desk.supervising._extensions = lambda: {"joan", "kim"}
    assert desk.order(LISTEN, "kim") is OrderResult.OCCUPIED


async def test_an_agent_bears_so_many_and_no_more(desk: Desk) -> None:
    ids = [CallId(f"call-{number}") for number in range(MOST + 1)]
    desk.calls.update({call_id: Call() for call_id in ids})
    results = [desk.supervising.begin(call_id, "joan", LISTEN) for call_id in ids]
    assert results == [OrderResult.DONE] * MOST + [OrderResult.TOO_MANY]
    await settle()
