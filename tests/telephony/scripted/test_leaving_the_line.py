"""Whoever waits may go to a person or to the voicemail, and hears no apology for it."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from tests.asterisk_node import needed_asterisk_root
from tests.fakes.call_services import Outside
from tests.fakes.sample_business import CONTENT
from tests.fakes.waiting_lines import FakeSlots
from tests.polling import tasks_until
from tests.stack_fixture import free_ports
from tests.telephony.fallback import records
from tests.telephony.fallback.node import Node
from tests.telephony.fallback.sipp import tone
from tests.telephony.scripted.agent import ScriptedAgent, scripted_agent
from tests.telephony.scripted.test_holds import LIMIT_S, SILENT, hears_sound
from tests.telephony.scripted.test_waiting import call_of
from tests.telephony.transfers.phones import Operator, Telephone, playing
from voicebot.audio.frames import Encoding
from voicebot.calls.model import CallRecord, ChannelId, HandledBy, Outcome, TransferResult
from voicebot.calls.transitions import CallState
from voicebot.dialogue.business import Business
from voicebot.dialogue.business_parts import WEEKDAYS
from voicebot.stack.asterisk_config import install_phones
from voicebot.stack.dialplan import inbound_numbers
from voicebot.stack.phones import MODULES_TO_RELOAD, add_phone

TALKS, LEAVES_WORD, TAKEN, IN_VAIN = (f"+1202555011{number}" for number in range(4))
STAYS, ANSWERS = "uac-stays-expect-bye", "uas-operator-answers-expect-bye"
ALWAYS = {"time_zone": "UTC", "week": {day: ["00:00-24:00"] for day in WEEKDAYS}}
REACHED = {"mode": "blind", "ring_s": 5, "wait_s": 5, "hours": ALWAYS}
TRANSFER = {**CONTENT["transfers"][0], **REACHED}
APOLOGY, ASKS = "sorry", "vm-intro"


@pytest.fixture(scope="module")
def outside() -> Outside:
    content = {**CONTENT, "queues": [{"name": "main"}], "transfers": [TRANSFER]}
    return Outside(business=Business.model_validate(content))


@pytest.fixture(scope="module")
def node(outside: Outside, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    made = Node(
        needed_asterisk_root(),
        tmp_path_factory.mktemp("node"),
        inbound_numbers(outside.business),
        businesses=(outside.business,),
    )
    with made.running() as running:
        yield running


@pytest.fixture
def maria(node: Node) -> Operator:
    [port] = free_ports(1, socket.SOCK_DGRAM)
    made = Operator(add_phone(node.settings, "maria"), node, port, hz=550)
    install_phones(node.settings, node.etc)
    for module in MODULES_TO_RELOAD:
        node.console(f"module reload {module}")
    return made


def ringing(node: Node, caller: str, work_dir: Path) -> AbstractContextManager[Telephone]:
    [sip_port] = free_ports(1, socket.SOCK_DGRAM)
    arguments = ("-s", "1000", "-key", "caller", caller, "-d", "0")
    return playing(node, STAYS, work_dir / caller, sip_port, SILENT, *arguments)


async def leaves_word(agent: ScriptedAgent, channel_id: ChannelId, phone: Telephone) -> None:
    """Is asked for a message, without an apology, and leaves one."""
    played: set[str] = set()

    async def look() -> None:
        while ASKS not in played:
            played.add((await agent.ari.channels.get(channel_id)).dialplan.application_data)
            await asyncio.sleep(0.05)

    async with asyncio.timeout(LIMIT_S):
        await look()
    assert APOLOGY not in played
    phone.headset.say(tone() * 12 + Encoding.ULAW.silence_frame * 250)
    await tasks_until(lambda: phone.process.poll() is not None, "it is left", 2 * LIMIT_S)


def record_of(outside: Outside, caller: str) -> CallRecord:
    [record] = [one for one in outside.records.written if one.facts.caller_number == caller]
    return record


async def test_who_waits_leaves_word_or_reaches_a_person_without_an_apology(
    node: Node, outside: Outside, maria: Operator, tmp_path: Path
) -> None:
    async with scripted_agent(node.settings, outside, slots=FakeSlots(1)) as agent:
        with ExitStack() as phones:
            phones.enter_context(ringing(node, TALKS, tmp_path))
            talks_id = await call_of(agent, TALKS, CallState.TALKING)

            leaves = phones.enter_context(ringing(node, LEAVES_WORD, tmp_path))
            leaves_id = await call_of(agent, LEAVES_WORD, CallState.WAITING)
            await hears_sound(leaves)
            leaves.headset.press("#")

            vain = phones.enter_context(ringing(node, IN_VAIN, tmp_path))
            vain_id = await call_of(agent, IN_VAIN, CallState.WAITING)
            await hears_sound(vain)
            for key in "00#1":
                vain.headset.press(key)
            async with asyncio.TaskGroup() as both:
                both.create_task(leaves_word(agent, leaves_id, leaves))
                both.create_task(leaves_word(agent, vain_id, vain))

            await asyncio.to_thread(maria.register, tmp_path)
            phones.enter_context(maria.waits(ANSWERS, tmp_path))
            taken = phones.enter_context(ringing(node, TAKEN, tmp_path))
            taken_id = await call_of(agent, TAKEN, CallState.WAITING)
            await hears_sound(taken)
            taken.headset.press("0")
            assert await call_of(agent, TAKEN, CallState.WITH_OPERATOR) == taken_id
            for channel_id in (taken_id, talks_id):
                await agent.ari.channels.hangup(channel_id, reason_code=16)
            await tasks_until(lambda: len(outside.records.written) == 4, "records", LIMIT_S)

    person, word = record_of(outside, TAKEN), record_of(outside, LEAVES_WORD)
    assert (person.outcome, person.handled_by) == (Outcome.TRANSFERRED, HandledBy.OPERATOR)
    assert records.line_of(node, TAKEN)["operator"] == "maria"
    assert (word.outcome, word.handled_by) == (Outcome.ABANDONED, HandledBy.DIALPLAN)
    assert word.transfers == ()
    [tried] = record_of(outside, IN_VAIN).transfers
    assert tried.result is TransferResult.FAILED, "no phone was there"
    for caller in (LEAVES_WORD, IN_VAIN):
        line = records.line_of(node, caller)
        assert line["handled_by"] == "dialplan"
        assert float(line["voicemail_s"]) > 1
