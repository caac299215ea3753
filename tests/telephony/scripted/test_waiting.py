"""One may talk at a time: the others wait to music, hear where they stand, and are let in."""

import socket
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from tests.asterisk_node import needed_asterisk_root
from tests.fakes.call_services import Outside
from tests.fakes.sample_business import CONTENT
from tests.fakes.waiting_lines import FakeSlots
from tests.fakes.waits import FakeWaitFacts, FakeWaits
from tests.polling import tasks_until
from tests.stack_fixture import free_ports
from tests.telephony.fallback.node import Node
from tests.telephony.scripted.agent import ScriptedAgent, scripted_agent
from tests.telephony.scripted.test_holds import LIMIT_S, SILENT, hears_sound
from tests.telephony.transfers.phones import Telephone, playing
from voicebot.calls.model import CallId, ChannelId, Outcome
from voicebot.calls.transitions import CallState
from voicebot.dialogue.business import Business
from voicebot.dialogue.queue_settings import QueuePhrases
from voicebot.queueing.handle_times import LEAST_SEEN
from voicebot.queueing.wait_facts import ConversationOver, WaitEnding
from voicebot.queueing.waiting_session import KEY_EVERY_S
from voicebot.stack.dialplan import inbound_numbers

FIRST, SECOND, THIRD = (f"+1202555010{number}" for number in (1, 2, 3))
NEXT, CONFIRM = QueuePhrases().next_in_line, QueuePhrases().confirm
# Of one slot and conversations of four minutes: the ninth decile of one.
RANGE = QueuePhrases().wait_up_to.format(high=10)
GREETING = CONTENT["greeting"]
SCENARIO = "uac-stays-expect-bye"


@pytest.fixture(scope="module")
def outside() -> Outside:
    return Outside(business=Business.model_validate({**CONTENT, "queues": [{"name": "main"}]}))


@pytest.fixture(scope="module")
def node(outside: Outside, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    numbers = inbound_numbers(outside.business)
    made = Node(needed_asterisk_root(), tmp_path_factory.mktemp("node"), numbers)
    with made.running() as running:
        yield running


def ringing(node: Node, caller: str, work_dir: Path) -> AbstractContextManager[Telephone]:
    [sip_port] = free_ports(1, socket.SOCK_DGRAM)
    arguments = ("-s", "1000", "-key", "caller", caller, "-d", "0")
    return playing(node, SCENARIO, work_dir / caller, sip_port, SILENT, *arguments)


async def call_of(agent: ScriptedAgent, caller: str, state: CallState) -> ChannelId:
    """Once it has got so far."""

    def found() -> list[ChannelId]:
        return [
            call.facts.channel_id
            for call in agent.contexts
            if call.facts.caller_number == caller and call.state is state
        ]

    await tasks_until(lambda: bool(found()), f"{caller} is {state}", LIMIT_S)
    return found()[0]


def endings_of(waits: FakeWaits) -> list[str]:
    return sorted(str(one.ended) for one in waits.admissions.kept.values())


async def test_who_waits_hears_music_and_the_position_and_is_let_in_when_the_other_goes(
    node: Node, outside: Outside, tmp_path: Path
) -> None:
    slots = FakeSlots(1)
    at_s = outside.services().clock.at().timestamp()
    waits = FakeWaits(FakeWaitFacts([ConversationOver(240.0, at_s)] * LEAST_SEEN))
    async with scripted_agent(node.settings, outside, slots=slots, waits=waits) as agent:
        said = outside.synthesizer.asked
        with ExitStack() as phones:
            phones.enter_context(ringing(node, FIRST, tmp_path))
            first_id = await call_of(agent, FIRST, CallState.TALKING)
            phone = phones.enter_context(ringing(node, SECOND, tmp_path))
            second_id = await call_of(agent, SECOND, CallState.WAITING)
            await hears_sound(phone)
            await tasks_until(lambda: NEXT in said, "the position is told", LIMIT_S)
            await tasks_until(lambda: RANGE in said, "and the wait", LIMIT_S)

            books = phones.enter_context(ringing(node, THIRD, tmp_path))
            await call_of(agent, THIRD, CallState.WAITING)
            await tasks_until(lambda: "You are number 2 in line." in said, "and so", LIMIT_S)
            books.headset.press("1")
            await tasks_until(lambda: CONFIRM in said, "the number is read back", LIMIT_S)
            # Keys that follow one another at once are mashed, not meant.
            confirmed_s = time.monotonic() + 2 * KEY_EVERY_S
            await tasks_until(lambda: time.monotonic() > confirmed_s, "it is heard", LIMIT_S)
            books.headset.press("1")
            await tasks_until(lambda: books.process.poll() is not None, "it is booked", LIMIT_S)

            await agent.ari.channels.hangup(first_id, reason_code=16)
            assert await call_of(agent, SECOND, CallState.TALKING) == second_id
            assert slots.held == {CallId(second_id)}
            await tasks_until(lambda: said.count(GREETING) == 2, "it is greeted", LIMIT_S)
            await hears_sound(phone)
            await agent.ari.channels.hangup(second_id, reason_code=16)
            await tasks_until(lambda: len(outside.records.written) == 3, "records", LIMIT_S)
            endings = ["None", "admitted", "callback"]
            await tasks_until(lambda: endings_of(waits) == endings, "waits on record", LIMIT_S)
    assert slots.held == set()
    judged = {one.call_id: one for one in waits.admissions.kept.values()}
    assert judged[CallId(first_id)].verdict == "TalkNow"
    second = judged[CallId(second_id)]
    assert (second.position, second.ended) == (1, WaitEnding.ADMITTED)
    assert second.told_high_s is not None
    assert 400.0 < second.told_high_s < 600.0
    outcomes = {one.facts.caller_number: one.outcome for one in outside.records.written}
    assert outcomes[THIRD] is Outcome.CALLBACK_BOOKED
    [callback] = outside.messages.requested
    assert callback.number == THIRD
