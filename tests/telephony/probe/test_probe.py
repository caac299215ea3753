"""The probe calls as a caller does, and is told apart from callers by its account alone."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.asterisk_node import needed_asterisk_root
from tests.polling import until
from tests.stack_fixture import need
from tests.telephony.fallback import records
from tests.telephony.fallback.node import Node
from tests.telephony.probe.service import ANSWER_WORDS, answered_once
from voicebot.stack.asterisk_config import InboundNumber
from voicebot.stack.supervisor_config import environment_of

NUMBER = "+12025550100"
CALLER = "5550188"
QUESTION = "What are your opening hours?"
CALL_LIMIT_S = 150.0
# How quick the machine of a test is does not matter here.
PATIENT = [
    part
    for limit in ("greeting", "dead-air", "voice-to-voice")
    for part in (f"--max-{limit}-ms", "30000")
]


@dataclass(frozen=True, slots=True)
class Run:
    """How a command ended, and what it printed."""

    exit_code: int
    printed: str
    complained: str

    @property
    def document(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.printed)
        return parsed


Command = Callable[..., Run]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    root = needed_asterisk_root()
    need("sipp", is_there=shutil.which("sipp") is not None)
    numbers = (InboundNumber(NUMBER, is_recorded=False, max_message_s=60),)
    with Node(root, tmp_path_factory.mktemp("probed"), numbers).running() as running:
        yield running


@pytest.fixture
def voicebot(node: Node) -> Command:
    def run(*arguments: str, **environment: str) -> Run:
        done = subprocess.run(
            (sys.executable, "-m", "voicebot", *arguments),
            env={**os.environ, **environment_of(node.settings), **environment},
            capture_output=True,
            text=True,
            timeout=CALL_LIMIT_S,
            check=False,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    return run


def probe(voicebot: Command, expect: str, *arguments: str, **environment: str) -> Run:
    question = ("--ask", QUESTION, "--expect", expect)
    return voicebot("probe", NUMBER, *question, *PATIENT, *arguments, **environment)


def test_a_service_that_answers_rightly_is_well(
    node: Node, voicebot: Command, tmp_path: Path
) -> None:
    metrics = tmp_path / "probe.prom"
    with answered_once(node) as direction:
        run = probe(voicebot, ANSWER_WORDS, "--metrics-file", str(metrics))
        assert direction.result() == "probe"
    assert (run.exit_code, run.complained) == (0, "")
    until(lambda: [line["direction"] for line in records.lines(node)] == ["probe"], "its CDR line")
    found = run.document
    assert found["is_well"]
    assert found["understood_share"] >= 0.7
    assert 0 < found["answered_ms"] <= found["greeting_ms"]
    assert found["voice_to_voice_ms"] > 0
    written = metrics.read_text()
    assert "voicebot_probe_well 1\n" in written
    assert f"voicebot_probe_voice_to_voice_seconds {found['voice_to_voice_ms'] / 1000}\n" in written
    # What was well leaves no recording behind.
    assert not list((node.settings.state_dir / "probe").iterdir())


def test_a_service_that_answers_wrongly_is_not_well(
    node: Node, voicebot: Command, tmp_path: Path
) -> None:
    metrics = tmp_path / "probe.prom"
    with answered_once(node) as direction:
        run = probe(voicebot, "We are open every morning.", "--metrics-file", str(metrics))
        assert direction.result() == "probe"
    assert (run.exit_code, run.document["faults"]) == (1, ["understood"])
    assert "voicebot_probe_understood 0\n" in metrics.read_text()
    [recordings] = (node.settings.state_dir / "probe").iterdir()
    assert (recordings / "conversation.wav").exists()


def test_a_call_that_is_not_answered_is_told_by_its_exit_code(voicebot: Command) -> None:
    run = voicebot("probe", "+15550199", "--ask", QUESTION, "--expect", ANSWER_WORDS)
    assert run.exit_code == 2
    assert run.document["failure"].startswith("404")


def test_a_probe_with_a_wrong_password_is_refused(voicebot: Command) -> None:
    run = probe(voicebot, ANSWER_WORDS, VOICEBOT_PROBE_PASSWORD="guessed")
    assert run.exit_code == 2
    assert run.document["failure"].startswith(("401", "403"))


def test_a_caller_who_names_himself_as_the_probe_is_refused(voicebot: Command) -> None:
    run = voicebot("call", NUMBER, "--from", "probe", "--json")
    assert run.exit_code == 1, run.complained
    assert run.document["sip_status"] in (401, 403)


def test_a_caller_without_the_account_is_no_probe(node: Node, voicebot: Command) -> None:
    with answered_once(node) as direction:
        voicebot("call", NUMBER, "--from", CALLER, "--json")
        assert direction.result() == ""
    assert records.line_of(node, CALLER)["direction"] == "inbound"


def test_a_probe_on_a_timer_reports_each_call_and_stops_when_told(node: Node) -> None:
    question = ("--ask", QUESTION, "--expect", ANSWER_WORDS)
    with subprocess.Popen(
        (sys.executable, "-m", "voicebot", "probe", "+15550199", "--every", "1s", *question),
        env={**os.environ, **environment_of(node.settings)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        first, second = (json.loads(process.stdout.readline()) for _ in range(2))
        process.terminate()
        assert process.wait(CALL_LIMIT_S) == 2
    assert first["placed_at"] < second["placed_at"]
