"""The caller hangs up, at each event of a call in turn and at instants between them.

All calls are under way at once. Each must end in exactly one complete record, and in nothing else.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass

import pytest

from tests.telephony.accounting import Accounts, OnRecord
from tests.telephony.bad_input.observer import Observer, observing
from tests.telephony.bad_input.phone import CALLER, Phone, phone
from voicebot.caller.speech import spoken
from voicebot.calls.model import HandledBy, Outcome
from voicebot.stack.stack import Stack

DELAYS_MS = (0, 20, 50, 100, 200, 500)
# Callers at one instant would be another test.
BETWEEN_CALLS_S = 0.05
EVENT_LIMIT_S = 40.0
A_QUESTION = "What is your address?"
A_REQUEST = "Can I talk to a mechanic?"

Until = Callable[[Phone, Observer], Coroutine[None, None, None]]


@dataclass(frozen=True, slots=True)
class HangUp:
    """When the caller hangs up, and what the caller says before, once the greeting is over."""

    until: Until
    says: str = ""
    interrupts: bool = False  # speaks into the greeting instead
    acknowledges: bool = True


def _after_invite(delay_ms: int) -> Until:
    async def until(own: Phone, _seen: Observer) -> None:
        await own.invited.wait()
        await asyncio.sleep(delay_ms / 1_000)

    return until


def _after_answer(delay_ms: int) -> Until:
    async def until(own: Phone, _seen: Observer) -> None:
        await own.answered.wait()
        await asyncio.sleep(delay_ms / 1_000)

    return until


def _after_ack(delay_ms: int) -> Until:
    async def until(own: Phone, _seen: Observer) -> None:
        await own.acknowledged.wait()
        await asyncio.sleep(delay_ms / 1_000)

    return until


def _after_speech(delay_ms: int) -> Until:
    """While the words are recognised, thought about, and answered."""

    async def until(own: Phone, _seen: Observer) -> None:
        await own.audio.speaks()
        await own.audio.falls_silent()
        await asyncio.sleep(delay_ms / 1_000)

    return until


def _at(event: str, count: int = 1) -> Until:
    async def until(own: Phone, seen: Observer) -> None:
        await seen.sees(own.caller, event, count)

    return until


HANG_UPS: Mapping[str, HangUp] = {
    **{f"{ms} ms after INVITE": HangUp(_after_invite(ms)) for ms in DELAYS_MS},
    **{
        f"{ms} ms after 200, without ACK": HangUp(_after_answer(ms), acknowledges=False)
        for ms in DELAYS_MS
    },
    **{f"{ms} ms after ACK": HangUp(_after_ack(ms)) for ms in DELAYS_MS},
    "as the channel is made": HangUp(_at("ChannelCreated")),
    "in the dialplan": HangUp(_at("ChannelVarset VOICEBOT_DID")),
    "as agents race for the call": HangUp(_at("ChannelDialplan StasisBroadcast")),
    "as the media channel is made": HangUp(_at("our ChannelCreated")),
    "as the media socket opens": HangUp(_at("our ChannelStateChange Up")),
    "as the agent answers": HangUp(_at("ChannelStateChange Up")),
    "as the bridge is made": HangUp(_at("our BridgeCreated")),
    "as the caller is bridged": HangUp(_at("ChannelEnteredBridge")),
    "as the agent is bridged": HangUp(_at("our ChannelEnteredBridge")),
    "as audio flows": HangUp(_at("call.media_up")),
    "as the greeting is over": HangUp(_at("turn.over")),
    "as the caller interrupts the greeting": HangUp(
        _at("caller.speaking"), A_QUESTION, interrupts=True
    ),
    "as the caller begins to speak": HangUp(_at("caller.speaking"), A_QUESTION),
    **{
        f"{ms} ms after the caller's last word": HangUp(_after_speech(ms), A_QUESTION)
        for ms in (0, 200, 500, 700, 1_000, 1_500, 2_500)
    },
    "as the answer is over": HangUp(_at("turn.over", 2), A_QUESTION),
    "as the agent hands the call over": HangUp(_at("call.transferring"), A_REQUEST),
    "as the dialplan has the call": HangUp(_at("ChannelDialplan Queue"), A_REQUEST),
    "as an operator's phone rings": HangUp(
        _at("ChannelVarset SHARED(VOICEBOT_RINGING_maria)"), A_REQUEST
    ),
}


@dataclass(frozen=True, slots=True)
class Placed:
    """A call that is over."""

    phone: Phone
    missed: str  # what it met instead of its moment, "" when that came


@pytest.fixture(scope="module")
def placed(stack: Stack, accounts: Accounts, callers: Iterator[str]) -> Mapping[str, Placed]:
    return asyncio.run(_place_all(stack, callers))


async def _place_all(stack: Stack, callers: Iterator[str]) -> Mapping[str, Placed]:
    placed: dict[str, asyncio.Task[Placed]] = {}
    async with observing(stack.settings) as seen, asyncio.TaskGroup() as calls:
        for name, hang_up in HANG_UPS.items():
            caller = next(callers)
            placed[name] = calls.create_task(_place(stack, seen, caller, hang_up), name=name)
            await asyncio.sleep(BETWEEN_CALLS_S)
    return {name: task.result() for name, task in placed.items()}


async def _place(stack: Stack, seen: Observer, caller: str, hang_up: HangUp) -> Placed:
    missed = ""
    async with phone(stack.settings.sip_port, "1000", caller) as own:
        speaking = asyncio.create_task(_speak(stack, own, seen, hang_up))
        # Waited for before the call begins: the first event comes within a millisecond.
        waiting = asyncio.create_task(hang_up.until(own, seen))
        await asyncio.sleep(0)
        own.acknowledges_at_once = hang_up.acknowledges
        own.dial()
        try:
            async with asyncio.timeout(EVENT_LIMIT_S):
                await waiting
        except TimeoutError:
            missed = f"it saw: {seen.seen[caller]}"
        own.hang_up()
        await own.is_over()
        speaking.cancel()
    return Placed(own, missed)


async def _speak(stack: Stack, own: Phone, seen: Observer, hang_up: HangUp) -> None:
    if hang_up.says:
        samples = await asyncio.to_thread(spoken, hang_up.says, stack.settings.cache_dir)
        await seen.sees(own.caller, "call.media_up" if hang_up.interrupts else "turn.over")
        own.audio.say(hang_up.says, samples)


@pytest.mark.parametrize("name", HANG_UPS)
def test_a_caller_who_hangs_up_leaves_one_complete_record(
    placed: Mapping[str, Placed], accounts: Accounts, name: str
) -> None:
    own = placed[name].phone
    [one] = accounts.calls_of(own.caller)
    assert not placed[name].missed
    assert one.record.facts.called_number == "1000"
    assert own.hung_up_by == CALLER
    if own.acknowledged.is_set():
        assert one.record.hangup_cause == 16
    _knows_how_far_it_came(one, HANG_UPS[name])


def _knows_how_far_it_came(one: OnRecord, hang_up: HangUp) -> None:
    if not hang_up.says or hang_up.interrupts:
        # Nobody was answered before the caller went.
        assert one.record.outcome is Outcome.ABANDONED
    if hang_up.says:
        assert one.record.handled_by is HandledBy.AGENT
        assert one.turns >= 1
