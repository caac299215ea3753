"""What a waiting caller says arrives by a snoop channel; music and announcements do not."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from tests.asterisk_node import needed_asterisk_root
from tests.fakes.call_services import Outside
from tests.fakes.sample_business import CONTENT
from tests.fakes.waiting_lines import FakeSlots
from tests.polling import tasks_until
from tests.telephony.fallback.node import Node
from tests.telephony.fallback.sipp import tone
from tests.telephony.scripted.agent import scripted_agent
from tests.telephony.scripted.test_holds import LIMIT_S, hears_sound, says
from tests.telephony.scripted.test_waiting import FIRST, SECOND, call_of, ringing
from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import decode
from voicebot.calls.asterisk_names import snoop_of
from voicebot.calls.transitions import CallState
from voicebot.dialogue.business import Business
from voicebot.dialogue.queue_settings import QueuePhrases
from voicebot.stack.dialplan import inbound_numbers

SAID = QueuePhrases()


@pytest.fixture(scope="module")
def outside() -> Outside:
    return Outside(business=Business.model_validate({**CONTENT, "queues": [{"name": "main"}]}))


@pytest.fixture(scope="module")
def node(outside: Outside, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    numbers = inbound_numbers(outside.business)
    made = Node(needed_asterisk_root(), tmp_path_factory.mktemp("node"), numbers)
    with made.running() as running:
        yield running


def pitch_hz(audio: bytes) -> float:
    samples = decode(audio, Encoding.ULAW)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(spectrum.argmax()) * Encoding.ULAW.rate_hz / samples.size


async def test_words_of_a_waiting_caller_book_a_callback_and_the_snoop_is_gone_after_it(
    node: Node, outside: Outside, tmp_path: Path
) -> None:
    asked, script = outside.recognizer.asked, outside.recognizer.script
    async with scripted_agent(node.settings, outside, slots=FakeSlots(1), listened_to=2) as agent:
        said = outside.synthesizer.asked
        with ExitStack() as phones:
            phones.enter_context(ringing(node, FIRST, tmp_path))
            first_id = await call_of(agent, FIRST, CallState.TALKING)
            phone = phones.enter_context(ringing(node, SECOND, tmp_path))
            second_id = await call_of(agent, SECOND, CallState.WAITING)
            await tasks_until(lambda: SAID.keys_heard in said, "speech is offered", LIMIT_S)
            await hears_sound(phone)
            assert snoop_of(second_id) in agent.stasis.driven()
            quiet_until_s = time.monotonic() + 2.0
            await tasks_until(lambda: time.monotonic() > quiet_until_s, "it is played", LIMIT_S)
            assert asked == [], "what is played is not heard"

            script.append("Call me back, please.")
            await says(phone, 1)
            await tasks_until(lambda: len(asked) == 1, "it is heard", LIMIT_S)
            audio, _ = asked[0]
            assert abs(pitch_hz(audio) - pitch_hz(tone())) < 10, "the caller's own voice"
            await tasks_until(lambda: SAID.confirm_heard in said, "the number is read", LIMIT_S)
            script.append("Yes.")
            await says(phone, 1)
            await tasks_until(lambda: phone.process.poll() is not None, "it is booked", LIMIT_S)
            left = [channel.channel_id for channel in await agent.ari.channels.list()]
            assert not [one for one in left if second_id in one]
            await agent.ari.channels.hangup(first_id, reason_code=16)
            await tasks_until(lambda: len(outside.records.written) == 2, "records", LIMIT_S)
        assert agent.stasis.driven() == frozenset()
    assert len(outside.messages.requested) == 1
