"""A caller's side that holds the call: our agent falls silent, hears no music, and goes on."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.asterisk_node import needed_asterisk_root
from tests.fakes.call_services import Outside
from tests.polling import tasks_until
from tests.stack_fixture import free_ports
from tests.telephony.fallback import records
from tests.telephony.fallback.node import Node
from tests.telephony.fallback.sipp import tone
from tests.telephony.scripted.agent import ScriptedAgent, scripted_agent
from tests.telephony.transfers.phones import Telephone, playing
from voicebot.audio.frames import Encoding
from voicebot.dialogue.conversation_state import Phase
from voicebot.stack.dialplan import inbound_numbers

CALLER = "+4970000001"
HOLDS = "uac-holds-and-resumes-when-told-expect-bye"
QUESTION, ANSWER = "How long does a repair take?", "Most repairs are done within two days."
REST = "A flat tire we fix while you wait."
LIMIT_S = 20.0
SILENT = 0


@pytest.fixture(scope="module")
def outside() -> Outside:
    return Outside()


@pytest.fixture(scope="module")
def node(outside: Outside, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    numbers = inbound_numbers(outside.business)
    made = Node(needed_asterisk_root(), tmp_path_factory.mktemp("node"), numbers)
    with made.running() as running:
        yield running


async def phase_is(agent: ScriptedAgent, phase: Phase) -> None:
    def is_there() -> bool:
        return [each.conversation.phase for each in agent.contexts] == [phase]

    await tasks_until(is_there, f"the conversation is {phase.value}", LIMIT_S)


async def hears_sound(phone: Telephone) -> None:
    since_s = time.monotonic()
    await tasks_until(lambda: phone.headset.hears_sound(since_s), "the agent is heard", LIMIT_S)


async def says(phone: Telephone, seconds: int) -> None:
    """And is silent for long enough to have finished."""
    phone.headset.say(tone() * seconds + Encoding.ULAW.silence_frame * 75)
    await tasks_until(lambda: not phone.headset.is_busy, "all is said", LIMIT_S)


async def test_on_hold_the_agent_is_silent_and_takes_no_music_for_speech_and_then_goes_on(
    node: Node, outside: Outside, tmp_path: Path
) -> None:
    outside.recognizer.script.extend([QUESTION, QUESTION])
    [sip_port] = free_ports(1, socket.SOCK_DGRAM)
    arguments = ("-s", outside.business.dids[0], "-key", "caller", CALLER)
    async with scripted_agent(node.settings, outside) as agent:
        with playing(node, HOLDS, tmp_path, sip_port, SILENT, *arguments) as phone:
            await hears_sound(phone)
            await phase_is(agent, Phase.LISTENING)
            await says(phone, 1)
            await tasks_until(lambda: len(outside.recognizer.asked) == 1, "it was heard", LIMIT_S)
            await hears_sound(phone)

            phone.hang_up()  # any request of ours: it holds
            await tasks_until(lambda: "a=recvonly" in phone.log, "the call is held", LIMIT_S)
            await phase_is(agent, Phase.HEARING)
            held_s = time.monotonic()
            spoken = list(outside.synthesizer.asked)
            await says(phone, 2)
            assert phone.headset.sounds_since(held_s + 0.5) == []
            assert len(outside.recognizer.asked) == 1
            assert outside.synthesizer.asked == spoken

            phone.hang_up()  # and again: it is back
            await hears_sound(phone)
            await phase_is(agent, Phase.LISTENING)
            # The caller's own words are heard as before.
            await says(phone, 1)
            await tasks_until(lambda: len(outside.recognizer.asked) == 2, "it was heard", LIMIT_S)
            await hears_sound(phone)
            [call] = agent.contexts
            await agent.ari.channels.hangup(call.facts.channel_id, reason_code=16)
            await tasks_until(lambda: phone.process.poll() is not None, "it is over", LIMIT_S)
            assert phone.process.returncode == 0, phone.log
            await tasks_until(lambda: bool(outside.records.written), "the record", LIMIT_S)
    [record] = outside.records.written
    said = f"{ANSWER} {REST}"
    _, cut_off, said_again, last = record.turns
    assert cut_off.was_interrupted
    assert len(cut_off.said_heard) < len(said)
    assert said_again.said_heard == said
    assert (last.heard, last.said) == (QUESTION, said)
    assert records.line_of(node, CALLER)["handled_by"] == "agent"
