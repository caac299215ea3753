"""A person and an answering machine are rung, and the real agent talks with each."""

import asyncio
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from tests.asterisk_node import needed_asterisk_root, sounds_dir
from tests.polling import until
from tests.stack_fixture import free_ports
from tests.telephony.accounting import accounted
from tests.telephony.conversation.calling import Line
from tests.telephony.outbound.callee import (
    ANSWERS,
    CARRIER,
    RATE_HZ,
    Callee,
    beep,
    callee,
    pause,
    ulaw,
)
from tests.telephony.outbound.conftest import ANY_TIME
from voicebot.business_file import load_business
from voicebot.caller.audio_files import read_wav, write_wav
from voicebot.caller.listening import contains_words, transcribe
from voicebot.caller.speech import spoken
from voicebot.calls.dialled import DialStatus
from voicebot.calls.model import AnsweredBy, Direction, HandledBy, Outcome
from voicebot.outbound import DialResult, dial
from voicebot.settings import Settings
from voicebot.stack import trunk_config
from voicebot.stack.reload import reload_asterisk
from voicebot.stack.stack import Stack

# The recognizer may miss a word of what was really said, and writes numbers its own way.
HEARD_SHARE = 0.6
ANSWER_LIMIT_S = 30.0
# Whoever has said the first word waits no longer than this on a busy machine.
FIRST_WORD_WITHIN_S = 3.0
# A busy machine pauses between phrases; the agent asks whether anybody is there after 8 s.
ALL_SAID_S = 4.5
REACTION_S = 0.4
SAID = ("Hello?", "What is your address?", "Thank you, that's all. Goodbye.")


@dataclass(slots=True)
class Outside:
    """The stack's way out, to a carrier that we play."""

    line: Line
    settings: Settings
    port: int
    pool: ThreadPoolExecutor

    def callee(self, work_dir: Path) -> Any:
        return callee(self.port, self.settings.sip_port, ANSWERS, work_dir)

    def dialling(self, number: str) -> "Future[DialResult]":
        return self.pool.submit(lambda: asyncio.run(dial(self.settings, number)))


@pytest.fixture(scope="module")
def outside(running_stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    """A trunk that comes and goes under the running stack, and rules for any time of the day."""
    directory = tmp_path_factory.mktemp("outside")
    own = running_stack.settings
    business = load_business(own.business_file)
    [port] = free_ports(1, socket.SOCK_DGRAM)
    number = next(did for did in business.dids if did.startswith("+"))
    trunk = {"name": "outside", "host": CARRIER, "port": port, "country": "US", "numbers": [number]}
    (directory / "trunks.yaml").write_text(yaml.safe_dump({"trunks": [trunk]}))
    content = yaml.safe_load(own.business_file.read_text())
    content["outbound"]["hours"] = ANY_TIME
    (directory / "business.yaml").write_text(yaml.safe_dump(content))
    changed = {
        "trunks_file": directory / "trunks.yaml",
        "business_file": directory / "business.yaml",
    }
    settings = own.model_copy(update=changed)
    with pytest.MonkeyPatch.context() as unasked:
        # The carrier is not asked for its health: SIPp would take that for the call.
        unasked.setattr(trunk_config, "QUALIFY_S", 0)
        reload_asterisk(settings, [business])
    try:
        with ThreadPoolExecutor(2) as pool, accounted(running_stack):
            yield Outside(Line(running_stack, directory), settings, port, pool)
    finally:
        reload_asterisk(own, [business])


def _words(callee: Callee, since_s: float, path: Path) -> str:
    write_wav(path, callee.samples_since(since_s))
    return "".join(found.text for found in transcribe([path]))


def _say(callee: Callee, outside: Outside, text: str) -> None:
    callee.say(ulaw(spoken(text, outside.settings.cache_dir)))
    until(lambda: callee.has_said_all, "all is said", ANSWER_LIMIT_S)


def _prompt(name: str) -> NDArray[np.int16]:
    return np.asarray(read_wav(sounds_dir(needed_asterisk_root()) / f"{name}.wav"), np.int16)


def test_a_person_is_told_who_calls_and_talks_with_the_agent(
    outside: Outside, tmp_path: Path
) -> None:
    number = "+12025553001"
    business = outside.line.business
    # Made beforehand: whoever picks up does not wait for a synthesizer.
    hello, *_ = [ulaw(spoken(text, outside.settings.cache_dir)) for text in SAID]
    with outside.callee(tmp_path) as person:
        person.say(pause(REACTION_S) + hello)
        ringing = outside.dialling(number)
        until(
            lambda: person.is_quiet_for(ALL_SAID_S),
            lambda: f"the greeting is over: {ringing}\n{person.log}",
            60,
        )
        first_sound_s = person.first_sound_s()
        assert first_sound_s is not None
        waited_s = first_sound_s - REACTION_S - len(hello) / RATE_HZ
        greeting = _words(person, 0.0, tmp_path / "greeting.wav")
        asked_s = time.monotonic()
        _say(person, outside, SAID[1])
        until(lambda: person.has_answered_since(asked_s, ALL_SAID_S), "an answer", ANSWER_LIMIT_S)
        answer = _words(person, asked_s, tmp_path / "answer.wav")
        _say(person, outside, SAID[2])
        assert person.is_as_expected()
    result = ringing.result(20)
    assert business.outbound is not None
    assert contains_words(greeting, business.outbound.greeting) >= HEARD_SHARE
    address = business.fact("address").answer
    assert address is not None
    assert contains_words(answer, address) >= HEARD_SHARE
    assert waited_s < FIRST_WORD_WITHIN_S
    assert (result.status, result.answered_by) == (DialStatus.ANSWERED, AnsweredBy.PERSON)
    [record] = outside.line.records_of(number)
    assert (record.outcome, record.handled_by) == (Outcome.RESOLVED, HandledBy.AGENT)
    assert record.facts.direction is Direction.OUTBOUND
    assert record.turns[0].said_heard == business.outbound.greeting
    assert "address" in {turn.fact_id for turn in record.turns}
    until(lambda: not outside.line.left_in_asterisk(), "nothing is left in Asterisk", 10)


def test_an_answering_machine_has_the_message_behind_its_beep(
    outside: Outside, tmp_path: Path
) -> None:
    number = "+12025553002"
    business = outside.line.business
    with outside.callee(tmp_path) as machine:
        # "Please leave your message after the tone. When done, hang up or press the pound key."
        machine.say(pause(REACTION_S) + ulaw(_prompt("vm-intro")) + pause(0.7) + beep())
        ringing = outside.dialling(number)
        until(lambda: machine.has_said_all, "it beeps", 60)
        beeped_s = time.monotonic()
        heard_before = machine.first_sound_s()
        assert machine.is_as_expected()
        message = _words(machine, beeped_s, tmp_path / "message.wav")
    result = ringing.result(20)
    assert heard_before is None
    assert business.outbound is not None
    assert business.outbound.machine_message is not None
    assert contains_words(message, business.outbound.machine_message) >= HEARD_SHARE
    assert (result.status, result.answered_by) == (DialStatus.ANSWERED, AnsweredBy.MACHINE)
    [record] = outside.line.records_of(number)
    assert record.outcome is Outcome.RESOLVED
    assert record.turns[-1].said_heard == business.outbound.machine_message
    until(lambda: not outside.line.left_in_asterisk(), "nothing is left in Asterisk", 10)
