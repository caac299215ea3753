"""A supervisor's phone on a call: who hears whom, told by a tone for each of them."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Collection
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from tests.fakes.call_services import Outside
from tests.polling import tasks_until, until
from tests.stack_fixture import free_ports
from tests.telephony.fallback import records
from tests.telephony.fallback.node import Node
from tests.telephony.scripted.agent import AGENT_HZ, ScriptedAgent, scripted_agent
from tests.telephony.transfers.conftest import HZ, NUMBER, nothing_is_left, shop
from tests.telephony.transfers.phones import CALLER_HZ, Operator, Telephone, playing
from voicebot.calls import events as on
from voicebot.calls.asterisk_names import supervisor_of
from voicebot.calls.model import CallId, ChannelId
from voicebot.calls.orders import OrderResult, Presence
from voicebot.calls.transitions import CallState
from voicebot.calls.undriven import Place, place_of

ANSWERS = "uas-operator-answers-expect-bye"
HANGS_UP = "uas-operator-hangs-up-when-told-expect-200"
STAYS = "uac-stays-until-told-expect-bye-or-200"
SUPERVISOR_HZ, OPERATOR_HZ = HZ["joan"], HZ["kim"]
ALL = (CALLER_HZ, SUPERVISOR_HZ, OPERATOR_HZ, AGENT_HZ)
LIMIT_S = 10.0
RATE_HZ = 8_000


class Floor:
    """One caller of ours, and the phones around the call."""

    def __init__(
        self, agent: ScriptedAgent, phones: ExitStack, operators: dict[str, Operator], at: Path
    ) -> None:
        self.agent = agent
        self._phones = phones
        self._operators = operators
        self._at = at

    def waits(self, name: str, scenario: str) -> Telephone:
        waiting = self._operators[name].waits(scenario, self._at, pause_ms=100)
        return self._phones.enter_context(waiting)

    async def call(self, caller: str, hz: int) -> tuple[Telephone, CallId]:
        """Once it talks with our agent."""
        [sip_port] = free_ports(1, socket.SOCK_DGRAM)
        arguments = ("-s", NUMBER, "-key", "caller", caller, "-d", "0")
        node = self._operators["kim"].node
        phone = playing(node, STAYS, self._at / "caller", sip_port, hz, *arguments)
        calling = self._phones.enter_context(phone)
        await tasks_until(lambda: bool(self.agent.contexts), "the call is here", LIMIT_S)
        [context] = self.agent.contexts
        call_id = CallId(context.facts.call_id)
        await self.is_in(call_id, CallState.TALKING)
        return calling, call_id

    async def is_in(self, call_id: CallId, state: CallState) -> None:
        def is_there() -> bool:
            call = self.agent.stasis.call(call_id)
            return call is not None and call.state is state

        await tasks_until(is_there, f"the call is {state.value}", LIMIT_S)

    def order(self, call_id: CallId, presence: Presence, extension: str = "joan") -> OrderResult:
        return self.agent.supervising.begin(call_id, extension, presence)


@pytest.fixture
async def floor(node: Node, operators: dict[str, Operator], tmp_path: Path) -> AsyncIterator[Floor]:
    outside = Outside(business=shop(greeting="You speak with a machine. " * 30))
    with ExitStack() as phones:
        async with scripted_agent(node.settings, outside) as agent:
            yield Floor(agent, phones, operators, tmp_path)
            await tasks_until(lambda: not agent.stasis.calls, "no call is left", LIMIT_S)
            # Whatever there is of it ends by itself, before its phones are taken away.
            await asyncio.to_thread(nothing_is_left, node)


def tones(phone: Telephone, since_s: float) -> Collection[int]:
    """Those of all that are in the last 0.4 s, all of it later than that."""
    samples = phone.headset.samples_since(since_s)[-3_200:]
    if samples.size < 3_200:
        return {0}
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    loud = spectrum.max() / 20.0 if float(np.std(samples)) > 500.0 else np.inf
    at = {hz: round(hz * samples.size / RATE_HZ) for hz in ALL}
    return {hz for hz in ALL if spectrum[at[hz] - 2 : at[hz] + 3].max() > loud}


async def hear(*expected: tuple[Telephone, Collection[int]]) -> None:
    """From some moment on all of these hear just that, at once."""
    since_s = time.monotonic()

    def told() -> str:
        return f"{[(tones(phone, since_s), those) for phone, those in expected]}"

    def is_so() -> bool:
        return all(tones(phone, since_s) == set(those) for phone, those in expected)

    await asyncio.to_thread(until, is_so, told, LIMIT_S)


async def test_a_supervisor_listens_to_an_operator_and_whispers_and_barges_in(
    floor: Floor, node: Node
) -> None:
    joan, kim = floor.waits("joan", ANSWERS), floor.waits("kim", HANGS_UP)
    caller, call_id = await floor.call("+4980000001", CALLER_HZ)
    call = floor.agent.stasis.call(call_id)
    assert call is not None
    call.post(on.TransferOrdered("direct"))
    await floor.is_in(call_id, CallState.WITH_OPERATOR)
    await hear((caller, [OPERATOR_HZ]), (kim, [CALLER_HZ]))

    assert floor.order(call_id, Presence.LISTEN) is OrderResult.DONE
    both = [CALLER_HZ, OPERATOR_HZ]
    await hear((joan, both), (caller, [OPERATOR_HZ]), (kim, [CALLER_HZ]))
    assert floor.order(call_id, Presence.LISTEN, "maria") is OrderResult.OCCUPIED

    joan.headset.press("5")
    await hear((joan, both), (caller, [OPERATOR_HZ]), (kim, [CALLER_HZ, SUPERVISOR_HZ]))
    joan.headset.press("6")
    await hear(
        (joan, both),
        (caller, [OPERATOR_HZ, SUPERVISOR_HZ]),
        (kim, [CALLER_HZ, SUPERVISOR_HZ]),
    )
    joan.headset.press("4")
    await hear((joan, both), (caller, [OPERATOR_HZ]), (kim, [CALLER_HZ]))

    # The call ends, and so does the supervisor's part.
    kim.hang_up()
    assert await asyncio.to_thread(joan.is_as_expected), joan.log
    assert await asyncio.to_thread(caller.is_as_expected), caller.log
    lines = [line for line in records.lines(node) if line["linkedid"] == call_id]
    assert [line["handled_by"] for line in lines] == ["operator"]
    phone_id = supervisor_of(ChannelId(call_id))
    assert not [line for line in records.lines(node) if line["linkedid"] == phone_id]


async def test_the_voice_agent_stands_back_while_a_supervisor_is_in_its_place(
    floor: Floor,
) -> None:
    joan = floor.waits("joan", HANGS_UP)
    silent = 0
    caller, call_id = await floor.call("+4980000002", silent)
    await hear((caller, [AGENT_HZ]))
    assert floor.order(call_id, Presence.WHISPER) is OrderResult.NOBODY_TO_WHISPER_TO
    assert floor.order(call_id, Presence.LISTEN, "nobody") is OrderResult.EXTENSION_UNKNOWN
    assert floor.order(call_id, Presence.LISTEN) is OrderResult.DONE
    await hear((joan, [AGENT_HZ]), (caller, [AGENT_HZ]))
    # Should our process die, the guardian knows what it has before it.
    there = await floor.agent.ari.channels.get(supervisor_of(ChannelId(call_id)))
    runs = there.dialplan
    assert place_of(there.name, runs.application, runs.application_data) is Place.SUPERVISING
    assert floor.order(call_id, Presence.BARGE) is OrderResult.DONE
    await hear((caller, [SUPERVISOR_HZ]), (joan, []))
    # Who is asked for a whisper tells by a tone that nobody is there for it; all stays as it was.
    joan.headset.press("5")
    await asyncio.to_thread(
        until, lambda: joan.headset.sounds_since(time.monotonic() - 0.5), "a tone", LIMIT_S
    )
    await hear((caller, [SUPERVISOR_HZ]), (joan, []))
    joan.hang_up()
    # What the caller had not heard is said now.
    await hear((caller, [AGENT_HZ]))
    assert await asyncio.to_thread(joan.is_as_expected), joan.log
    caller.hang_up()
    assert await asyncio.to_thread(caller.is_as_expected), caller.log


async def test_a_phone_that_is_not_answered_leaves_nothing(floor: Floor) -> None:
    joan = floor.waits("joan", "uas-operator-declines-expect-ack")
    caller, call_id = await floor.call("+4980000003", 0)
    assert floor.order(call_id, Presence.LISTEN) is OrderResult.DONE
    assert await asyncio.to_thread(joan.is_as_expected), joan.log
    phones = floor.agent.stasis.driven
    await tasks_until(lambda: len(phones()) == 1, "the supervision is over", LIMIT_S)
    # And once more, until the caller goes while it rings.
    ringing = floor.waits("joan", "uas-operator-rings-expect-cancel")
    await tasks_until(
        lambda: floor.order(call_id, Presence.LISTEN) is OrderResult.DONE, "again", LIMIT_S
    )
    await asyncio.to_thread(until, lambda: ringing.is_ringing, "the phone rings", LIMIT_S)
    caller.hang_up()
    assert await asyncio.to_thread(caller.is_as_expected), caller.log
    assert await asyncio.to_thread(ringing.is_as_expected), ringing.log
