"""Callers of a real Asterisk whom nobody serves: what is left to be done about them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from tests.asterisk_node import needed_asterisk_root
from tests.fakes.sample_business import content
from tests.polling import until
from tests.stack_fixture import need
from tests.telephony import node_accounts
from tests.telephony.fallback.node import Node
from tests.telephony.fallback.sipp import place_call
from voicebot.stack.asterisk_config import InboundNumber
from voicebot.stack.supervisor_config import environment_of
from voicebot.store import schema

NUMBER = "+12025550100"
LEAVES_MESSAGE = "+4930123001"
GIVES_UP = "+4930123002"
LIMIT_S = 30.0


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """An Asterisk, and beside it the process that keeps its records; no agent, no Redis."""
    root = needed_asterisk_root()
    need("sipp", is_there=shutil.which("sipp") is not None)
    state_dir = tmp_path_factory.mktemp("node")
    business = state_dir / "business.yaml"
    business.write_text(yaml.safe_dump(content(dids=[NUMBER])))
    number = InboundNumber(NUMBER, is_recorded=False, max_message_s=60)
    made = Node(root, state_dir, (number,), business_file=business)
    schema.upgrade(made.settings.resolved_database_url)
    with made.running() as running, (state_dir / "records.log").open("w") as log:
        process = subprocess.Popen(
            (sys.executable, "-m", "voicebot", "records"),
            env=_environment(running),
            stdout=log,
            stderr=log,
        )
        try:
            yield running
            until(
                lambda: not node_accounts.not_on_record(running.settings, running.cdr_file),
                "every call is on record once",
                LIMIT_S,
            )
        finally:
            process.terminate()
            process.wait(timeout=LIMIT_S)


def _environment(node: Node) -> dict[str, str]:
    return {**os.environ, **environment_of(node.settings)}


def ask(node: Node, *words: str) -> list[dict[str, object]]:
    done = subprocess.run(
        (sys.executable, "-m", "voicebot", *words, "--json"),
        env=_environment(node),
        capture_output=True,
        check=True,
        timeout=LIMIT_S,
    )
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def test_a_voicemail_becomes_a_message_and_a_caller_who_gives_up_waits_to_be_rung_back(
    node: Node, tmp_path: Path
) -> None:
    with ThreadPoolExecutor() as callers:
        calls = [
            callers.submit(place_call, node, scenario, NUMBER, tmp_path / caller, caller=caller)
            for scenario, caller in (
                ("uac-nobody-claims-expect-apology-and-voicemail", LEAVES_MESSAGE),
                ("uac-cancels-early-expect-487", GIVES_UP),
            )
        ]
        assert all(call.result().is_as_expected for call in calls)
    (message,) = until(lambda: ask(node, "messages", "list"), "the message", LIMIT_S)
    assert message["caller_number"] == LEAVES_MESSAGE
    assert message["taken_by"] == "dialplan"
    assert not message["is_transcribed"]  # there are no workers: it waits for its words
    recording = node.settings.state_dir / str(message["recording"])
    assert recording.stat().st_size > 16_000
    (request,) = until(lambda: ask(node, "callbacks", "list"), "the callback request", LIMIT_S)
    assert (request["number"], request["reason"]) == (GIVES_UP, "missed")
    assert {one["caller_number"] for one in ask(node, "calls", "list")} == {
        LEAVES_MESSAGE,
        GIVES_UP,
    }
