"""An Asterisk that has as many calls as it can serve."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.asterisk_node import needed_asterisk_root
from tests.stack_fixture import need
from tests.telephony.fallback import records
from tests.telephony.fallback.agent import running_agent
from tests.telephony.fallback.conftest import NUMBER
from tests.telephony.fallback.node import Node
from tests.telephony.fallback.sipp import place_call
from voicebot.stack.asterisk_config import InboundNumber


def test_a_call_past_the_limit_is_refused_at_once_and_on_record(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    root = needed_asterisk_root()
    need("sipp", is_there=shutil.which("sipp") is not None)
    numbers = (InboundNumber(NUMBER, is_recorded=False, max_message_s=60),)
    with (
        # Ports for one call, and for one that is refused.
        Node(root, tmp_path_factory.mktemp("full"), numbers, rtp_ports=4).running() as full,
        running_agent(full) as agent,
        ThreadPoolExecutor() as callers,
    ):
        first = callers.submit(
            place_call, full, "uac-stays-expect-answer-and-bye", NUMBER, tmp_path / "first"
        )
        channel_id = agent.claim()["channel"]["id"]
        caller = "+4930000009"
        assert place_call(
            full, "uac-one-too-many-expect-503", NUMBER, tmp_path / "second", caller=caller
        ).is_as_expected
        record = records.line_of(full, caller)
        assert (record["handled_by"], record["did"]) == ("dialplan", NUMBER)
        agent.ask("POST", f"channels/{channel_id}/answer")
        agent.ask("DELETE", f"channels/{channel_id}")
        assert first.result().is_as_expected
