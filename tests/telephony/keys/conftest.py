"""One Asterisk for all tests here, and an agent that listens as ours does."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.asterisk_node import needed_asterisk_root
from tests.stack_fixture import need
from tests.telephony.fallback.agent import Agent, running_agent
from tests.telephony.fallback.node import Node
from tests.telephony.keys.calling import Mouth, place_call
from tests.telephony.keys.keypad import Packet
from tests.telephony.keys.listening import Heard, listen
from voicebot.audio.frames import Encoding
from voicebot.stack.asterisk_config import InboundNumber

NUMBER = "+12025550100"

Press = Callable[..., Heard]


@pytest.fixture(scope="session")
def keys_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    root = needed_asterisk_root()
    need("sipp", is_there=shutil.which("sipp") is not None)
    numbers = (InboundNumber(NUMBER, is_recorded=True, max_message_s=60),)
    with Node(root, tmp_path_factory.mktemp("keys"), numbers).running() as running:
        yield running


@pytest.fixture
def agent(keys_node: Node) -> Iterator[Agent]:
    with running_agent(keys_node) as running:
        yield running


@pytest.fixture
def press(agent: Agent, tmp_path: Path) -> Iterator[Press]:
    """Places a call, hears it until its keys were pressed, and hangs up."""
    with ThreadPoolExecutor() as callers:

        def call(
            scenario: str, packets: list[Packet], encoding: Encoding = Encoding.ULAW, count: int = 5
        ) -> Heard:
            mouth = Mouth(encoding, packets)
            calling = callers.submit(
                place_call, agent.node, scenario, NUMBER, tmp_path / "call", mouth
            )
            heard = listen(agent, mouth, expected=count)
            assert calling.result()
            return heard

        yield call
