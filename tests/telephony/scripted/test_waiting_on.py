"""The agent of waiting callers dies: they wait on with another, to music, and in their order."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.asterisk_node import needed_asterisk_root
from tests.fakes.call_services import Outside
from tests.fakes.sample_business import CONTENT
from tests.fakes.waiting_lines import FakeSlots, FakeWaitingLines
from tests.polling import tasks_until
from tests.telephony.fallback.node import Node
from tests.telephony.scripted.agent import scripted_agent
from tests.telephony.scripted.test_holds import LIMIT_S, hears_sound
from tests.telephony.scripted.test_waiting import call_of, ringing
from voicebot.ari.client import AriClient
from voicebot.calls.heartbeat import GUARDIAN_APP
from voicebot.calls.model import Outcome
from voicebot.calls.transitions import CallState
from voicebot.dialogue.business import Business
from voicebot.guardian.guardian import Guardian
from voicebot.stack.dialplan import inbound_numbers

FIRST, SECOND = "+12025550121", "+12025550122"
OTHER = "voicebot-scripted-2"


@pytest.fixture(scope="module")
def outside() -> Outside:
    return Outside(business=Business.model_validate({**CONTENT, "queues": [{"name": "main"}]}))


@pytest.fixture(scope="module")
def node(outside: Outside, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    numbers = inbound_numbers(outside.business)
    made = Node(needed_asterisk_root(), tmp_path_factory.mktemp("node"), numbers)
    with made.running() as running:
        yield running


async def guard(node: Node) -> None:
    settings = node.settings
    password = settings.ari_password.get_secret_value()
    async with AriClient(
        settings.ari_url, settings.ari_username, password, app=GUARDIAN_APP
    ) as ari:
        await Guardian(ari, time.monotonic).run()


async def test_callers_whose_agent_is_gone_wait_on_in_their_order(
    node: Node, outside: Outside, tmp_path: Path
) -> None:
    slots, lines = FakeSlots(0), FakeWaitingLines()
    is_up = asyncio.Event()

    async def dies() -> None:
        async with scripted_agent(node.settings, outside, slots=slots, lines=lines):
            is_up.set()
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as tasks:
        guarding = tasks.create_task(guard(node))
        dying = asyncio.create_task(dies())
        await is_up.wait()
        with ExitStack() as phones:
            first = phones.enter_context(ringing(node, FIRST, tmp_path))
            await tasks_until(lambda: len(outside.contexts.contexts) == 1, "it waits", LIMIT_S)
            await hears_sound(first)
            second = phones.enter_context(ringing(node, SECOND, tmp_path))
            await tasks_until(lambda: len(outside.contexts.contexts) == 2, "it waits", LIMIT_S)
            await hears_sound(second)
            async with scripted_agent(
                node.settings, outside, slots=slots, lines=lines, app=OTHER
            ) as agent:
                dying.cancel()
                with suppress(asyncio.CancelledError):
                    await dying
                assert outside.records.written == []
                await tasks_until(lambda: len(agent.stasis.driven()) == 2, "taken over", LIMIT_S)
                for phone in (second, first):
                    await hears_sound(phone)
                slots.count = 1
                agent.room.look()
                first_id = await call_of(agent, FIRST, CallState.TALKING)
                second_id = await call_of(agent, SECOND, CallState.WAITING)
                await agent.ari.channels.hangup(first_id, reason_code=16)
                assert await call_of(agent, SECOND, CallState.TALKING) == second_id
                await agent.ari.channels.hangup(second_id, reason_code=16)
                await tasks_until(lambda: len(outside.records.written) == 2, "records", LIMIT_S)
        guarding.cancel()
    assert {one.outcome for one in outside.records.written} == {Outcome.ABANDONED}
