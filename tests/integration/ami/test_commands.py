"""What the commands show of a stack with nothing but Asterisk and the keeper of records in it."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from tests.asterisk_node import needed_asterisk_root
from tests.integration.ami.rtp_far_end import Faults
from tests.integration.ami.sip_caller import answered_port, call
from tests.polling import until
from tests.stack_fixture import stack_for_tests
from voicebot.cli import app
from voicebot.stack.stack import Stack
from voicebot.stack.supervisor_config import environment_of

LIMIT_S = 60
NUMBER = "1000"


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()  # the commands set the logs of the whole process up
    structlog.contextvars.clear_contextvars()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    needed_asterisk_root()
    with stack_for_tests(tmp_path_factory.mktemp("node"), "asterisk", "records") as stack:
        yield stack


def run(stack: Stack, *arguments: str) -> Result:
    environment = {**environment_of(stack.settings), "COLUMNS": "160"}
    return CliRunner().invoke(app, arguments, env=environment)


def test_trunks_shows_what_is_now_and_what_changed(stack: Stack) -> None:
    def history() -> str | None:
        done = run(stack, "trunks")
        assert done.exit_code == 0, done.output
        now, _, latest = done.stdout.partition("latest changes")
        assert "known by its address alone" in now
        return latest if "lab" in latest else None

    assert "answers" in until(history, "the first look is on record", LIMIT_S)


def test_security_shows_nobody_where_nobody_tried(stack: Stack) -> None:
    done = run(stack, "security")
    assert done.exit_code == 0, done.output
    assert "address" in done.stdout
    assert "127.0.0.1" not in done.stdout


def test_a_node_that_is_stopped_gracefully_lets_its_caller_finish(
    stack: Stack, tmp_path: Path
) -> None:
    port = stack.settings.sip_port
    calling = threading.Thread(target=call, args=(port, NUMBER, 6.0, tmp_path, Faults()))
    calling.start()
    until(lambda: answered_port(tmp_path / "messages.log"), "the call is answered", LIMIT_S)
    done = run(stack, "down", "--graceful", "--deadline", str(LIMIT_S))
    # SIPp would have complained of a call that was cut off: its thread fails the test.
    assert not calling.is_alive()
    calling.join()
    assert done.exit_code == 0, done.output
    assert "no call is up" in done.stdout
    assert "The stack is down" in done.stdout
    shown = run(stack, "calls", "list", "--json").stdout
    [record] = json.loads(shown)
    assert record["quality"]["received_loss_percent"] == 0
    assert "MOS 4." in run(stack, "calls", "show", record["call_id"]).stdout
    late = run(stack, "trunks")
    assert late.exit_code == 1
    assert "ami-disconnected" in late.stdout
