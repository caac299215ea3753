"""`voicebot dial NUMBER --agent NAME`: another agent than the number's talks, and is recorded."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.polling import until
from tests.stack_fixture import free_ports, stack_for_tests
from tests.telephony.accounting import accounted
from tests.telephony.conversation.calling import Line
from tests.telephony.outbound.callee import ANSWERS, callee, pause, ulaw
from tests.telephony.outbound.conftest import ANY_TIME, NUMBER, TRUNK
from tests.telephony.service.web_server import CALENDAR_PATH, WebServer, web_server
from voicebot.caller.audio_files import read_wav
from voicebot.caller.listening import contains_words, transcribe
from voicebot.caller.speech import spoken
from voicebot.calls.model import Outcome
from voicebot.stack import trunk_config
from voicebot.stack.stack import Stack
from voicebot.stack.supervisor_config import environment_of

HEARD_SHARE = 0.6
RUNG = "+12025553003"
# How long the agent is silent when it has said all.
SAID_S = 3.0
SHOP = {
    "name": "Lakeside Bikes",
    "dids": [NUMBER],
    "persona": "You help.",
    "greeting": "You speak with a machine.",
    "recording": {"enabled": True, "announcement": "This call is recorded."},
    "outbound": {
        "greeting": "This is the machine of Lakeside Bikes.",
        "hours": ANY_TIME,
        "agents": {"calendar": "voicebot.examples.appointments:AppointmentAgent"},
    },
}


@dataclass(frozen=True, slots=True)
class Shop:
    """A small stack with a way out, and the web service of its calendar."""

    stack: Stack
    web: WebServer
    carrier_port: int


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    directory = tmp_path_factory.mktemp("chosen")
    [port] = free_ports(1, socket.SOCK_DGRAM)
    (directory / "trunks.yaml").write_text(yaml.safe_dump({"trunks": [TRUNK | {"port": port}]}))
    (directory / "shop.yaml").write_text(yaml.safe_dump(SHOP))
    with web_server() as web, pytest.MonkeyPatch.context() as environment:
        environment.setenv("APPOINTMENTS_URL", web.url(CALENDAR_PATH))
        # The carrier is not asked for its health: SIPp would take that for the call. A reload
        # behind the start comes too late, for a question that is due is asked all the same.
        environment.setattr(trunk_config, "QUALIFY_S", 0)
        with (
            stack_for_tests(
                directory / "state",
                business_file=directory / "shop.yaml",
                trunks_file=directory / "trunks.yaml",
                agent_processes=1,
            ) as stack,
            accounted(stack),
        ):
            yield Shop(stack, web, port)


def test_the_agent_that_was_chosen_talks_and_is_recorded(shop: Shop, tmp_path: Path) -> None:
    settings = shop.stack.settings
    with callee(shop.carrier_port, settings.sip_port, ANSWERS, tmp_path) as person:
        person.say(pause(0.4) + ulaw(spoken("Hello?", settings.cache_dir)))
        dialling = subprocess.Popen(
            (sys.executable, "-m", "voicebot", "dial", RUNG, "--agent", "calendar", "--json"),
            env={**os.environ, **environment_of(settings)},
            stdout=subprocess.PIPE,
            text=True,
        )
        until(lambda: person.is_quiet_for(SAID_S), lambda: f"the greeting\n{person.log}", 60)
        person.say(ulaw(spoken("Friday would be good.", settings.cache_dir)))
        assert person.is_as_expected()
    told, _ = dialling.communicate(timeout=30)
    result = json.loads(told)
    assert (dialling.returncode, result["status"], result["answered_by"]) == (
        0,
        "answered",
        "person",
    )
    [posted] = shop.web.posted_to(CALENDAR_PATH)
    assert posted["day"] == "friday"
    [record] = Line(shop.stack, tmp_path).records_of(RUNG)
    assert record.outcome is Outcome.RESOLVED
    assert "calendar machine" in record.turns[0].said_heard
    for recording, words in (
        (record.recording_caller, "Hello? Friday would be good."),
        (record.recording_agent, "You have an appointment on Friday at ten thirty."),
    ):
        assert recording is not None
        file = settings.state_dir / recording
        assert len(read_wav(file)) > 0
        heard = "".join(found.text for found in transcribe([file]))
        assert contains_words(heard, words) >= HEARD_SHARE
